"""Puts the connectors together under the settings, each behind its circuit breaker."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from frontdesk.connectors.destination import NAME as DESTINATION
from frontdesk.connectors.destination import SCHEME, Destinations, ThroughDestination, named
from frontdesk.connectors.fsm import NAME as FSM
from frontdesk.connectors.fsm import Fsm, FsmAccount
from frontdesk.connectors.registry import Login, Plan, fsm_of, performers, sap_rules_of
from frontdesk.connectors.sap_rules import RulesAccount, SapRules
from frontdesk.connectors.tokens import client_token
from frontdesk.interfaces import Clock, Http, Invalid, Performer
from frontdesk.model import Effect
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.orchestrator.breaker import Breaker, BreakerRules, Guarded
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.settings import Connectors, DestinationService, Settings

NOT_THEIRS = ("url", "token_url", "webhook_secret")


@dataclass(frozen=True, slots=True)
class BackEnds:
    """What is set up: who carries out which action, and those that are asked for more than that."""

    performers: Mapping[str, Performer]
    fsm: Fsm | None
    sap_rules: SapRules | None
    breaker: Breaker


def back_ends(settings: Settings, outgoing: Outgoing, service_desk: Performer, clock: Clock) -> BackEnds:
    """The back ends under these settings; `service_desk` is the built-in one. Raises Invalid."""
    knobs, reach = settings.connectors, _Reach(outgoing, settings.connectors)
    breaker = Breaker(BreakerRules(settings.effects.breaker_failures, settings.effects.breaker_seconds), time.monotonic)
    plan = _plan(knobs)
    fsm = fsm_of(plan, reach, time.monotonic)
    found = performers(plan, reach, clock)
    guarded: dict[str, Performer] = {
        kind: Guarded(performer, breaker, name, _target) for kind, (name, performer) in found.items()
    }
    guarded[CREATE_SERVICE_CALL] = _service_calls(knobs, service_desk, fsm, breaker)
    return BackEnds(guarded, fsm, sap_rules_of(plan, reach, time.monotonic), breaker)


def _service_calls(knobs: Connectors, built_in: Performer, fsm: Fsm | None, breaker: Breaker) -> Performer:
    if knobs.service_calls == "service_desk":
        return built_in
    if fsm is None:
        raise Invalid(
            "connectors.service_calls is fsm, but connectors.fsm.url is missing: fill it in, or use service_desk",
            "connectors.fsm.url",
        )
    return Guarded(fsm, breaker, FSM)


def _plan(knobs: Connectors) -> Plan:
    return Plan(
        fsm_url=knobs.fsm.url,
        fsm=FsmAccount(**_fields(knobs.fsm)),
        rules_url=knobs.rules.url,
        rules_token_url=knobs.rules.token_url,
        rules=RulesAccount(**_fields(knobs.rules)),
        s4=Login(**msgspec.structs.asdict(knobs.s4)),
        service_cloud=Login(**msgspec.structs.asdict(knobs.service_cloud)),
        webhook_targets=knobs.webhook.targets,
        webhook_secret=knobs.webhook.secret,
    )


def _fields(knobs: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(knobs).items() if name not in NOT_THEIRS}


def _target(effect: Effect) -> str:
    """Of webhooks each target has a circuit of its own."""
    return str(effect.action.parameters.get("url") or effect.action.parameters.get("target") or "")


class _Reach:
    """See connectors.registry.Reach."""

    def __init__(self, outgoing: Outgoing, knobs: Connectors) -> None:
        seconds = knobs.timeout_seconds
        self._outgoing = outgoing
        self._limits = Limits(wait=seconds, connect=min(5.0, seconds), first_byte=seconds, total=seconds)
        self._destinations = self._look_up(knobs.destination) if knobs.destination.url else None

    def __call__(self, url: str, *, trusted: bool = True) -> Http:
        if not url.startswith(SCHEME):
            return self._outgoing.client(url, limits=self._limits, trusted=trusted)
        if self._destinations is None or not named(url):
            raise Invalid(
                f"{url!r}: name a destination and set up connectors.destination (on BTP: bind the destination service)",
                "connectors.destination.url",
            )
        return ThroughDestination(named(url), self._destinations, self)

    def _look_up(self, knobs: DestinationService) -> Destinations:
        at = urlsplit(knobs.token_url)
        if not at.hostname:
            raise Invalid("connectors.destination.token_url is missing", "connectors.destination.token_url")
        origin = self(f"{at.scheme}://{at.netloc}")
        token = client_token(origin, at.path, knobs.client_id, knobs.client_secret, time.monotonic, DESTINATION)
        return Destinations(self(knobs.url), token, time.monotonic)
