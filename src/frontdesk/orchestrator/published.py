"""The rule book: follows the published version, and asks a rules service elsewhere where one is configured."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from frontdesk.interfaces import Clock, Failed, Unavailable
from frontdesk.interfaces.rules import RemoteDecider, RuleSets, TableRefused
from frontdesk.orchestrator.rules import TableRules, compile_content

log = logging.getLogger(__name__)

BELIEVED_SECONDS = 1.0
RESTS_AFTER, RESTS_SECONDS = 3, 30.0


class Published:
    """The rule book over stored versions; see interfaces.RuleBook.

    The database is asked at most once a second which version is in force, so that every process follows within two.
    """

    def __init__(
        self,
        rule_sets: RuleSets,
        clock: Clock,
        remote: "Remote | None" = None,
        beside: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Follow these; `remote` is asked for a route first; `beside` follows what belongs to rules, as often."""
        self._beside = beside
        self._rule_sets, self._clock, self._remote = rule_sets, clock, remote
        self._rules: TableRules | None = None
        self._until: datetime | None = None
        self._refreshing = asyncio.Lock()

    async def current(self) -> TableRules:
        """See interfaces.RuleBook. Raises Unavailable for a stored version that this release cannot read."""
        if self._rules is not None and self._until is not None and self._clock() < self._until:
            return self._rules
        async with self._refreshing:
            version = await self._rule_sets.in_force()
            if self._beside is not None:
                await self._beside()
            if self._rules is None or self._rules.version != version:
                self._rules = await self._load(version)
            self._until = self._clock() + timedelta(seconds=BELIEVED_SECONDS)
            return self._rules

    async def advised(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """See interfaces.RuleBook."""
        if self._remote is None:
            return facts
        return {**facts, "remote_route": await self._remote.route(facts)}

    def forget(self) -> None:
        """Something was published here: look again."""
        self._until = None

    async def _load(self, version: int) -> TableRules:
        stored = await self._rule_sets.get(version)
        try:
            return compile_content(stored.name, version, stored.content)
        except TableRefused as error:
            raise Unavailable(f"the published rules, version {version}, cannot be used: {error}") from None


class Remote:
    """A rules service elsewhere, and patience with it: what it does not answer in time, the local table decides.

    After three failures in a row it is left alone for half a minute, so that no message waits for a dead service.
    """

    def __init__(self, decider: RemoteDecider, clock: Clock, seconds: float) -> None:
        """Ask `decider`, for at most `seconds`."""
        self._decider, self._clock, self._seconds = decider, clock, seconds
        self._failures = 0
        self._rests_until: datetime | None = None

    async def route(self, facts: Mapping[str, Any]) -> str:
        """The route that it names; empty where it names none or does not answer."""
        if self._rests_until is not None and self._clock() < self._rests_until:
            return ""
        try:
            answer = await asyncio.wait_for(self._decider.route(facts), self._seconds)
        except (Failed, TimeoutError) as error:
            self._note(error)
            return ""
        self._failures, self._rests_until = 0, None
        return answer

    def _note(self, error: Exception) -> None:
        self._failures += 1
        log.warning("%s did not decide, the local table does: %s", self._decider.name, error or "no answer in time")
        if self._failures >= RESTS_AFTER:
            self._rests_until = self._clock() + timedelta(seconds=RESTS_SECONDS)
