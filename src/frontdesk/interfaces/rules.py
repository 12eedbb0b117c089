"""The sockets of the rules: where versions are kept, what was decided before, and who decides elsewhere."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from frontdesk.interfaces.errors import Invalid
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.rules import Finding, Past, Publication, RuleSetVersion


class TableRefused(Invalid):
    """A rule set that cannot be taken; `findings` name row and column of everything that is wrong."""

    def __init__(self, message: str, findings: Sequence[Finding] = (), field: str = "") -> None:
        """Say the worst of it in `message`."""
        super().__init__(message, field)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class NewRuleSet:
    """A draft as somebody hands it in, checked."""

    name: str
    content: str
    note: str


@dataclass(frozen=True, slots=True)
class PastDecisionsQuery:
    """Which past decisions: the newest `last`, or those of messages received in [since, until)."""

    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class RuleSets(Protocol):
    """Keeps all versions of the rules."""

    async def in_force(self) -> int:
        """The published version; one small query."""
        ...

    async def get(self, version: int) -> RuleSetVersion:
        """Raises NotFound."""
        ...

    async def versions(self) -> tuple[RuleSetVersion, ...]:
        """All, newest first, without their content."""
        ...

    async def publications(self, limit: int = 100) -> tuple[Publication, ...]:
        """What came into force when, newest first."""
        ...

    async def add(self, draft: NewRuleSet, by: str, once: IdempotencyKey | None = None) -> StoredAnswer[RuleSetVersion]:
        """Store a draft under the next version number."""
        ...

    async def change(self, version: int, draft: NewRuleSet, revision: int | None) -> RuleSetVersion:
        """Replace a draft that is at `revision` (None: at any). Raises NotFound, Stale, Conflict once published."""
        ...

    async def remove(self, version: int, by: str) -> None:
        """Throw a draft away. Raises NotFound, Conflict once published."""
        ...

    async def publish(
        self, checked: RuleSetVersion, by: str, note: str, once: IdempotencyKey | None = None
    ) -> StoredAnswer[RuleSetVersion]:
        """Put it in force and freeze it; an old version comes back the same way. Raises NotFound, Stale."""
        ...


class History(Protocol):
    """What was decided before."""

    def decided(self, wanted: PastDecisionsQuery) -> AsyncIterator[Sequence[Past]]:
        """Past decisions, newest first, in portions that fit in memory."""
        ...

    async def of_message(self, message_id: str) -> Past:
        """The decision on a message. Raises NotFound."""
        ...


class RemoteDecider(Protocol):
    """A rules service elsewhere: it names the route; our table says what the route means."""

    name: str

    async def route(self, facts: Mapping[str, Any]) -> str:
        """The route for these facts, empty where the service has none. Raises Failed when it does not answer."""
        ...
