"""All connectors, one line each; wiring builds them from the settings."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from frontdesk.connectors.destination import NAME as DESTINATION
from frontdesk.connectors.destination import named
from frontdesk.connectors.fsm import NAME as FSM
from frontdesk.connectors.fsm import Fsm
from frontdesk.connectors.order_service import NAME as ORDER_SERVICE
from frontdesk.connectors.order_service import ServedOrders, template_of
from frontdesk.connectors.s4 import NAME as S4
from frontdesk.connectors.s4 import S4Orders
from frontdesk.connectors.sap_rules import SapRules
from frontdesk.connectors.service_cloud import NAME as SERVICE_CLOUD
from frontdesk.connectors.service_cloud import Cases
from frontdesk.connectors.settings import Connectors, SapSystem
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


def fsm_of(section: Connectors, open_client: HttpClientFactory, seconds: Callable[[], float]) -> Fsm | None:
    """The field service, None where it is not set up. Raises Invalid."""
    if not section.fsm.url:
        return None
    return Fsm(open_client(section.fsm.url), section.fsm, seconds, signs_in=not named(section.fsm.url))


def action_handlers(
    section: Connectors, open_client: HttpClientFactory, clock: Clock
) -> Mapping[str, tuple[str, ActionHandler]]:
    """Maps action kinds to the name of the back end and its handler. Raises Invalid.

    Service calls are left out: wiring chooses whether FSM or the built-in service desk opens them.
    """
    found: dict[str, tuple[str, ActionHandler]] = {}
    if section.service_cloud.url:
        cloud = section.service_cloud
        found["update_case"] = SERVICE_CLOUD, Cases(open_client(cloud.url), _user(cloud), cloud.password)
    if section.webhook.secret:
        outside = partial(open_client, trusted=False)
        found["notify_webhook"] = WEBHOOK, Webhook(outside, section.webhook.targets, section.webhook.secret, clock)
    elif section.webhook.targets:
        raise Invalid("connectors.webhook.secret is missing", "connectors.webhook.secret")
    return found


def orders_of(section: Connectors, open_client: HttpClientFactory) -> tuple[str, Orders] | None:
    """The system that keeps orders, with its name; None where none is set up. Raises Invalid."""
    if section.s4.url:
        return S4, S4Orders(open_client(section.s4.url), _user(section.s4), section.s4.password)
    if (served := section.order_service).url:
        template = template_of(served.path, served.list_path, served.fields, served.states)
        return ORDER_SERVICE, ServedOrders(open_client(served.url), template, served.token)
    return None


def sap_rules_of(section: Connectors, open_client: HttpClientFactory, seconds: Callable[[], float]) -> SapRules | None:
    """The external rules service; None where it is not set up. Raises Invalid."""
    rules = section.rules
    if not rules.url:
        return None
    if named(rules.url):
        return SapRules(open_client(rules.url), None, "", rules, seconds)
    token = urlsplit(rules.token_url)
    if not token.hostname:
        raise Invalid("connectors.rules.token_url is missing", "connectors.rules.token_url")
    origin = f"{token.scheme}://{token.netloc}"
    return SapRules(open_client(rules.url), open_client(origin), token.path or "/oauth/token", rules, seconds)


def known() -> tuple[str, ...]:
    """The names of all connectors; the manual has a page for each."""
    return ("service_desk", ORDER_BOOK, ORDER_SERVICE, FSM, "sap_rules", S4, SERVICE_CLOUD, WEBHOOK, DESTINATION)


def _user(login: SapSystem) -> str | None:
    return None if named(login.url) else login.user
