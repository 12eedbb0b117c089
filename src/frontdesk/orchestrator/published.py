"""Keeps the published rule set loaded in every process, and asks an external rules service where one is configured."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from typing_extensions import override

from frontdesk.interfaces import Failed, Held, RuleBook, Unavailable
from frontdesk.interfaces.cached import Cached
from frontdesk.interfaces.circuit_breaker import CircuitBreaker, CircuitRules
from frontdesk.interfaces.rules import RemoteDecider, RuleSets, TableRefused
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.rules import TableRules, compile_content
from frontdesk.orchestrator.templates import ReplyTemplates

log = logging.getLogger(__name__)

CACHE_SECONDS = 1.0
REMOTE_RULES = CircuitRules(failures=3, seconds=30.0, longest=30.0)


class Published(RuleBook):
    """The rule book over stored versions.

    The database is asked at most once a second which version is in force, so every process follows within two seconds.
    """

    def __init__(
        self,
        rule_sets: RuleSets,
        remote: "Remote | None" = None,
        beside: Callable[[], Awaitable[None]] | None = None,
        templates: ReplyTemplates | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow these versions. `remote` is asked for a route first; `beside` is called as often.

        `templates` are those in use.
        """
        self._rule_sets, self._remote, self._beside, self._templates = rule_sets, remote, beside, templates
        self._rules = Cached[TableRules](CACHE_SECONDS, clock)

    @override
    async def current(self) -> TableRules:
        """Raises Unavailable for a stored version that this release cannot read."""
        return await self._rules.get(self._in_force)

    @override
    async def advised(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._remote is None:
            return facts
        return {**facts, "remote_route": await self._remote.route(facts)}

    def forget(self) -> None:
        """Something was published here: look again."""
        self._rules.forget()

    async def _in_force(self) -> TableRules:
        version, known = await self._rule_sets.in_force(), self._rules.known
        if self._beside is not None:
            await self._beside()
        return known if known is not None and known.version == version else await self._load(version)

    async def _load(self, version: int) -> TableRules:
        stored = await self._rule_sets.get(version)
        try:
            return compile_content(stored.name, version, stored.content, None, self._templates)
        except TableRefused as error:
            raise Unavailable(
                tr("the published rules, version {version}, cannot be used: {error}", version=version, error=error)
            ) from None


class Remote:
    """An external rules service. If it does not answer in time, the local table decides.

    After three failures in a row it is not asked for half a minute, so that no message waits for a dead service.
    """

    def __init__(self, decider: RemoteDecider, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask `decider`, for at most `seconds`; `clock` counts seconds."""
        self._decider, self._seconds = decider, seconds
        self._breaker = CircuitBreaker(REMOTE_RULES, clock)

    async def route(self, facts: Mapping[str, Any]) -> str:
        """The route that the service names; empty where it names none or does not answer."""
        name = self._decider.name
        try:
            self._breaker.admit(name)
        except Held:
            return ""
        try:
            answer = await asyncio.wait_for(self._decider.route(facts), self._seconds)
        except (Failed, TimeoutError) as error:
            log.warning("%s did not decide, the local table does: %s", name, error or "no answer in time")
            self._breaker.failed(name)
            return ""
        except BaseException:  # cancelled, or a bug of ours: it says nothing about the service
            self._breaker.gave_up(name)
            raise
        self._breaker.succeeded(name)
        return answer
