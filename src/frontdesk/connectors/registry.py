"""All connectors, one line each; wiring builds them from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from frontdesk.connectors.destination import NAME as DESTINATION
from frontdesk.connectors.destination import named
from frontdesk.connectors.fsm import NAME as FSM
from frontdesk.connectors.fsm import Fsm, FsmAccount
from frontdesk.connectors.order_service import NAME as ORDER_SERVICE
from frontdesk.connectors.order_service import OrderTemplate, ServedOrders
from frontdesk.connectors.s4 import NAME as S4
from frontdesk.connectors.s4 import S4Orders
from frontdesk.connectors.sap_rules import RulesAccount, SapRules
from frontdesk.connectors.service_cloud import NAME as SERVICE_CLOUD
from frontdesk.connectors.service_cloud import Cases
from frontdesk.connectors.webhook import NAME as WEBHOOK
from frontdesk.connectors.webhook import Webhook
from frontdesk.interfaces import ActionHandler, Clock, Http, Invalid
from frontdesk.interfaces.knowledge import Orders

# The embedded order book, which storage keeps.
ORDER_BOOK = "order_book"


class HttpClientFactory(Protocol):
    """Opens an HTTP client for an address."""

    def __call__(self, url: str, *, trusted: bool = True) -> Http:
        """`trusted` False refuses internal addresses. `destination:NAME` is looked up and signs in. Raises Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """An SAP system and its technical user; without a url it is not set up."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of all connectors."""

    fsm_url: str
    fsm: FsmAccount
    rules_url: str
    rules_token_url: str
    rules: RulesAccount
    s4: Login
    service_cloud: Login
    webhook_targets: str
    webhook_secret: str = field(repr=False)
    order_service_url: str = ""
    order_service: OrderTemplate | None = None
    order_service_token: str = field(default="", repr=False)


def fsm_of(plan: Plan, open_client: HttpClientFactory, seconds: Callable[[], float]) -> Fsm | None:
    """The field service, None where it is not set up. Raises Invalid."""
    if not plan.fsm_url:
        return None
    return Fsm(open_client(plan.fsm_url), plan.fsm, seconds, signs_in=not named(plan.fsm_url))


def action_handlers(
    plan: Plan, open_client: HttpClientFactory, clock: Clock
) -> Mapping[str, tuple[str, ActionHandler]]:
    """Maps action kinds to the name of the back end and its handler. Raises Invalid.

    Service calls are left out: wiring chooses whether FSM or the built-in service desk opens them.
    """
    found: dict[str, tuple[str, ActionHandler]] = {}
    if plan.service_cloud.url:
        cloud = plan.service_cloud
        found["update_case"] = SERVICE_CLOUD, Cases(open_client(cloud.url), _user(cloud), cloud.password)
    if plan.webhook_secret:
        outside = _untrusted(open_client)
        found["notify_webhook"] = WEBHOOK, Webhook(outside, plan.webhook_targets, plan.webhook_secret, clock)
    elif plan.webhook_targets:
        raise Invalid("connectors.webhook.secret is missing", "connectors.webhook.secret")
    return found


def orders_of(plan: Plan, open_client: HttpClientFactory) -> tuple[str, Orders] | None:
    """The system that keeps orders, with its name; None where none is set up. Raises Invalid."""
    if plan.s4.url:
        return S4, S4Orders(open_client(plan.s4.url), _user(plan.s4), plan.s4.password)
    if plan.order_service_url and plan.order_service is not None:
        return ORDER_SERVICE, ServedOrders(
            open_client(plan.order_service_url), plan.order_service, plan.order_service_token
        )
    return None


def sap_rules_of(plan: Plan, open_client: HttpClientFactory, seconds: Callable[[], float]) -> SapRules | None:
    """The external rules service; None where it is not set up. Raises Invalid."""
    if not plan.rules_url:
        return None
    if named(plan.rules_url):
        return SapRules(open_client(plan.rules_url), None, "", plan.rules, seconds)
    token = urlsplit(plan.rules_token_url)
    if not token.hostname:
        raise Invalid("connectors.rules.token_url is missing", "connectors.rules.token_url")
    origin = f"{token.scheme}://{token.netloc}"
    return SapRules(open_client(plan.rules_url), open_client(origin), token.path or "/oauth/token", plan.rules, seconds)


def known() -> tuple[str, ...]:
    """The names of all connectors; the manual has a page for each."""
    return ("service_desk", ORDER_BOOK, ORDER_SERVICE, FSM, "sap_rules", S4, SERVICE_CLOUD, WEBHOOK, DESTINATION)


def _user(login: Login) -> str | None:
    return None if named(login.url) else login.user


def _untrusted(open_client: HttpClientFactory) -> Callable[[str], Http]:
    return lambda origin: open_client(origin, trusted=False)
