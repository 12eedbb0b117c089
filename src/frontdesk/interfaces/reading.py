"""What doors and pages read and change: the stores behind them as Protocols, and the facts these exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from frontdesk.interfaces.errors import FrontdeskError
from frontdesk.model import (
    Analysis,
    AudioRecording,
    AuditEvent,
    Change,
    Code,
    CodeList,
    Contact,
    Correction,
    Customer,
    Decision,
    Effect,
    EffectState,
    InboundMessage,
    Interaction,
    InteractionFilter,
    Lease,
    OutboundMessage,
    Page,
    Receipt,
    ServiceCall,
    Work,
    WorkState,
)

T = TypeVar("T")
Written = InboundMessage | OutboundMessage | Analysis | Correction | Decision | Effect | AuditEvent


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key for one request: whoever repeats it gets the first answer and changes nothing.

    `fingerprint` is made of the whole request, so that a key used for another request is noticed.
    """

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredAnswer(Generic[T]):
    """An answer; `replayed` tells that an earlier request with the same key made it."""

    value: T
    replayed: bool = False


class KeyReused(FrontdeskError):
    """An idempotency key came back with another request."""


class Sort(StrEnum):
    """Orders of interactions; those with a minus begin with the newest."""

    UPDATED = "updated"
    UPDATED_FIRST = "-updated"
    CREATED = "created"
    CREATED_FIRST = "-created"
    ID = "id"
    ID_FIRST = "-id"


@dataclass(frozen=True, slots=True)
class Reading:
    """A message with what became of it so far."""

    message: InboundMessage
    reference: str
    analysis: Analysis | None
    corrections: tuple[Correction, ...]
    decision: Decision | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened to an interaction."""

    at: datetime
    item: Written


class Interactions(Protocol):
    """Stored interactions."""

    async def page(self, wanted: InteractionFilter, sort: Sort, limit: int, cursor: str = "") -> Page[Interaction]:
        """Up to `limit`; rows that arrive meanwhile neither repeat nor hide others. Raises Invalid (cursor)."""
        ...

    async def get(self, reference: str) -> Interaction:
        """The interaction with this reference. Raises NotFound."""
        ...

    async def change(self, before: Interaction, change: Change, by: str) -> Interaction:
        """Set fields if it is still at `before.version`. Raises Stale, Invalid (unknown customer)."""
        ...

    async def timeline(self, interaction_id: int, limit: int, cursor: str = "") -> Page[TimelineItem]:
        """All that happened to it in time order. Raises Invalid (cursor)."""
        ...


class Replies(Protocol):
    """Answers and memos that people write."""

    async def add(
        self, interaction: Interaction, text: str, type: str, by: str, once: IdempotencyKey | None
    ) -> StoredAnswer[OutboundMessage]:
        """Store it with the work that sends it; an internal memo stays here. Raises Conflict where nobody wrote yet."""
        ...


class Deliveries(Protocol):
    """Replies on their way to the customer; each `keep_…` is fenced by the lease (LeaseLost)."""

    async def load(self, message_id: str) -> OutboundMessage:
        """Raises NotFound."""
        ...

    async def keep_sent(self, message: OutboundMessage, lease: Lease, receipt: Receipt) -> None:
        """The channel took it: note that and end the work."""
        ...

    async def keep_refused(self, message: OutboundMessage, reason: str) -> None:
        """The channel will not take it: show that; the work is failed by the runner."""
        ...


class Customers(Protocol):
    """Customers by number."""

    async def page(self, limit: int, cursor: str = "") -> Page[Customer]:
        """By number. Raises Invalid (cursor)."""
        ...

    async def get(self, customer_id: str) -> Customer:
        """Raises NotFound."""
        ...

    async def add(self, customer_id: str, name: str, once: IdempotencyKey | None) -> StoredAnswer[Customer]:
        """Raises Conflict when the number is taken."""
        ...

    async def rename(self, customer_id: str, name: str, version: int | None) -> Customer:
        """Raises NotFound, Stale when it is at another version (None: at any)."""
        ...


class Contacts(Protocol):
    """People who write to us."""

    async def page(self, limit: int, cursor: str = "", customer_id: str = "", address: str = "") -> Page[Contact]:
        """By id, of one customer or with an address on any channel. Raises Invalid (cursor)."""
        ...

    async def get(self, contact_id: int) -> Contact:
        """Raises NotFound."""
        ...

    async def add(self, contact: Contact, once: IdempotencyKey | None) -> StoredAnswer[Contact]:
        """Store it under a new id. Raises Conflict when an address belongs to another, Invalid (customer_id)."""
        ...

    async def merge(
        self, contact_id: int, other_id: int, by: str, once: IdempotencyKey | None
    ) -> StoredAnswer[Contact]:
        """Two contacts are one person: the other's addresses and messages become this one's, the other goes.

        Raises NotFound, Invalid (one and the same), Conflict (of two customers).
        """
        ...

    async def change(self, contact: Contact, version: int | None) -> Contact:
        """Store all its fields if it is at `version` (None: at any). Raises NotFound, Stale, Conflict, Invalid."""
        ...


class Readings(Protocol):
    """What messages were understood to mean, and what was done about them."""

    async def message(self, message_id: str) -> Reading:
        """Raises NotFound."""
        ...

    async def analyses(self, message_id: str) -> tuple[Analysis, ...]:
        """All runs, oldest first. Raises NotFound."""
        ...

    async def audio(self, message_id: str) -> AudioRecording:
        """The newest recording of the message. Raises NotFound."""
        ...

    async def corrections(self, message_id: str) -> tuple[Correction, ...]:
        """Oldest first. Raises NotFound."""
        ...

    async def correct(
        self, message_id: str, field: str, value: str, by: str, once: IdempotencyKey | None
    ) -> StoredAnswer[Correction]:
        """Keep a person's word beside the current analysis; analyses learn from an intent at once.

        `value` has been checked. Raises NotFound, Conflict when the message has no analysis yet.
        """
        ...

    async def decision(self, decision_id: str) -> Decision:
        """Raises NotFound."""
        ...

    async def effect(self, key: str) -> Effect:
        """Raises NotFound."""
        ...

    async def effects(self, state: EffectState | None, limit: int, cursor: str = "") -> Page[Effect]:
        """Oldest first. Raises Invalid (cursor)."""
        ...


class CodeLists(Protocol):
    """The lists that people edit."""

    async def all(self) -> Mapping[CodeList, tuple[Code, ...]]:
        """Every list, by position then code."""
        ...

    async def put(self, entry: Code, *, create: bool | None = None) -> Code:
        """Store an entry; `create` True refuses one that exists (Conflict), False one that does not (NotFound)."""
        ...

    async def remove(self, which: CodeList, key: str) -> None:
        """Take an entry out of use. Raises NotFound."""
        ...


class CodeEntries(Protocol):
    """New entries of code lists."""

    async def add(self, entry: Code, once: IdempotencyKey | None) -> StoredAnswer[Code]:
        """Raises Conflict when the code exists."""
        ...


class WorkDesk(Protocol):
    """Work as people see it."""

    async def page(self, state: WorkState, limit: int, cursor: str = "") -> Page[Work]:
        """Oldest first. Raises Invalid (cursor)."""
        ...

    async def retry(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """Make failed work due again. Raises NotFound, Conflict when it has not failed."""
        ...

    async def drop(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """Give failed work up for good. Raises NotFound, Conflict when it has not failed."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """How many rows are open and failed."""
        ...


class EffectDesk(Protocol):
    """Effects that need a person."""

    async def retry(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Try a failed effect again. Raises NotFound, Conflict when it has not failed."""
        ...

    async def drop(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Give up one that failed, or refuse one that waits for approval. Raises NotFound, Conflict."""
        ...

    async def approve(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Let the effects behind a question go on. Raises NotFound, Conflict when it does not wait."""
        ...


class Calls(Protocol):
    """Service calls of the built-in service desk."""

    async def calls_of(self, interaction_id: int) -> tuple[ServiceCall, ...]:
        """Those of one interaction, oldest first."""
        ...


class Condition(Protocol):
    """How the database does."""

    async def revision(self) -> tuple[str, str]:
        """The revision of its schema and the one this version needs; any exception means it does not answer."""
        ...

    async def try_write(self) -> None:
        """Write something of no meaning; any exception means that nothing can be stored now."""
        ...

    async def steps(self, after: int | None) -> tuple[int, Mapping[str, int]]:
        """The highest journal id and how many lines of each kind lie above `after`; None counts none."""
        ...
