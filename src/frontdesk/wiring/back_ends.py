"""Puts the connectors together under the settings, each behind its circuit breaker."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from typing_extensions import override

from frontdesk.connectors.answers import client_token
from frontdesk.connectors.destination import NAME as DESTINATION
from frontdesk.connectors.destination import SCHEME, Destinations, ThroughDestination, named
from frontdesk.connectors.fsm import NAME as FSM
from frontdesk.connectors.fsm import Fsm
from frontdesk.connectors.order_status import OrderStatus
from frontdesk.connectors.registry import (
    ORDER_BOOK,
    HttpClientFactory,
    action_handlers,
    fsm_of,
    orders_of,
    sap_rules_of,
)
from frontdesk.connectors.sap_rules import SapRules
from frontdesk.connectors.settings import Connectors, DestinationService
from frontdesk.interfaces import ActionHandler, Clock, Http, Invalid
from frontdesk.interfaces.circuit_breaker import CircuitBreaker, CircuitRules
from frontdesk.interfaces.knowledge import Orders
from frontdesk.model import Effect
from frontdesk.model.set_up import OutsideSystem
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, ORDER_STATUS, REMARK_SERVICE_CALL
from frontdesk.orchestrator.breaker import WithBreaker
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.services.parts import ConnectorServices
from frontdesk.settings.sections import Settings

BUILT_IN = "service_desk"


@dataclass(frozen=True, slots=True)
class BackEnds:
    """The connectors that are set up: handlers by action, and those with more duties."""

    action_handlers: Mapping[str, ActionHandler]
    fsm: Fsm | None
    sap_rules: SapRules | None
    orders: Orders
    breaker: CircuitBreaker

    @property
    def services(self) -> ConnectorServices:
        """The part that doors see."""
        return ConnectorServices(self.action_handlers, _systems(self.action_handlers), self.breaker.open_circuits)


def back_ends(
    settings: Settings, outgoing: Outgoing, service_desk: ActionHandler, order_book: Orders, clock: Clock
) -> BackEnds:
    """The back ends under these settings; `service_desk` and `order_book` are the built-in ones. Raises Invalid."""
    section, open_client = settings.connectors, _Clients(outgoing, settings.connectors)
    rules = CircuitRules(settings.effects.breaker_failures, settings.effects.breaker_seconds)
    breaker = CircuitBreaker(rules, time.monotonic)
    fsm = fsm_of(section, open_client, time.monotonic)
    found = action_handlers(section, open_client, clock)
    guarded: dict[str, ActionHandler] = {
        kind: WithBreaker(action_handler, breaker, name, _target) for kind, (name, action_handler) in found.items()
    }
    orders_name, orders = orders_of(section, open_client) or (ORDER_BOOK, order_book)
    status = OrderStatus(orders, orders_name)
    guarded[ORDER_STATUS] = status if orders is order_book else WithBreaker(status, breaker, orders_name)
    guarded[CREATE_SERVICE_CALL] = _service_calls(section, service_desk, fsm, breaker)
    guarded[REMARK_SERVICE_CALL] = guarded[CREATE_SERVICE_CALL]
    return BackEnds(guarded, fsm, sap_rules_of(section, open_client, time.monotonic), orders, breaker)


def _service_calls(
    section: Connectors, built_in: ActionHandler, fsm: Fsm | None, breaker: CircuitBreaker
) -> ActionHandler:
    if section.service_calls == BUILT_IN:
        return built_in
    if fsm is None:
        raise Invalid(
            "connectors.service_calls is fsm, but connectors.fsm.url is missing: fill it in, or use service_desk",
            "connectors.fsm.url",
        )
    return WithBreaker(fsm, breaker, FSM)


def _systems(action_handlers: Mapping[str, ActionHandler]) -> tuple[OutsideSystem, ...]:
    """Each back end once, with its actions."""
    actions: dict[str, list[str]] = {}
    for kind, action_handler in action_handlers.items():
        name = action_handler.name if isinstance(action_handler, WithBreaker | OrderStatus) else BUILT_IN
        actions.setdefault(name, []).append(kind)
    return tuple(OutsideSystem(name, "", True, tuple(kinds)) for name, kinds in actions.items())


def _target(effect: Effect) -> str:
    """Of webhooks each target has a circuit of its own."""
    return str(effect.action.parameters.get("url") or effect.action.parameters.get("target") or "")


class _Clients(HttpClientFactory):
    """Opens a client of the system at an address."""

    def __init__(self, outgoing: Outgoing, section: Connectors) -> None:
        seconds = section.timeout_seconds
        self._outgoing = outgoing
        self._limits = Limits(wait=seconds, connect=min(5.0, seconds), first_byte=seconds, total=seconds)
        self._destinations = self._look_up(section.destination) if section.destination.url else None

    @override
    def __call__(self, url: str, *, trusted: bool = True) -> Http:
        if not url.startswith(SCHEME):
            return self._outgoing.client(url, limits=self._limits, trusted=trusted)
        if self._destinations is None or not named(url):
            raise Invalid(
                f"{url!r}: name a destination and set up connectors.destination (on BTP: bind the destination service)",
                "connectors.destination.url",
            )
        return ThroughDestination(named(url), self._destinations, self)

    def _look_up(self, section: DestinationService) -> Destinations:
        at = urlsplit(section.token_url)
        if not at.hostname:
            raise Invalid("connectors.destination.token_url is missing", "connectors.destination.token_url")
        origin = self(f"{at.scheme}://{at.netloc}")
        token = client_token(origin, at.path, section.client_id, section.client_secret, time.monotonic, DESTINATION)
        return Destinations(self(section.url), token, time.monotonic)
