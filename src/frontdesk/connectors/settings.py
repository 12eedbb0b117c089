"""The settings of all connectors: one section for each back end. Light, as every command reads them."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from frontdesk.interfaces import Invalid


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all sections have in common: what they hold is not shown, as some of it is secret."""

    def __repr__(self) -> str:
        """The name alone."""
        return f"{type(self).__name__}(…)"


class Fsm(Section, frozen=True, forbid_unknown_fields=True):
    """SAP Field Service Management; pairs are written as in `priorities`."""

    url: str = ""
    client_id: str = ""
    client_secret: str = ""
    account_id: str = ""
    company_id: str = ""
    dto_version: Annotated[int, Meta(ge=1, le=999)] = 26
    business_partner: str = ""
    contact: str = ""
    create_person: str = ""
    responsibles: str = ""
    priorities: str = "L=LOW M=MEDIUM H=HIGH V=HIGH"
    due_hours: str = "L=120 M=48 H=24 V=8"
    start_hours: Annotated[float, Meta(ge=0, le=8760)] = 0.0
    duration_hours: Annotated[float, Meta(gt=0, le=8760)] = 2.0
    status_code: str = "-2"
    type_code: str = "-1"
    type_name: str = "Unplanned"
    origin_code: str = "-1"
    origin_name: str = "Frontdesk"
    webhook_secret: str = ""


class SapRules(Section, frozen=True, forbid_unknown_fields=True):
    """SAP Business Rules as an adviser on the route."""

    url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    service_id: str = ""
    revision: str = ""
    vocabulary: str = "Classification=intent"
    answer: str = "Route.Action"


class SapSystem(Section, frozen=True, forbid_unknown_fields=True):
    """An SAP system that is spoken to as one technical user."""

    url: str = ""
    user: str = ""
    password: str = ""


class OrderService(Section, frozen=True, forbid_unknown_fields=True):
    """Any HTTP service that answers with an order as JSON; `fields` and `states` are written as ours=theirs."""

    url: str = ""
    path: str = "/orders/{number}"
    list_path: str = ""
    token: str = ""
    fields: str = ""
    states: str = ""


class Webhook(Section, frozen=True, forbid_unknown_fields=True):
    """Webhooks to other systems; `targets` are written as name=address."""

    targets: str = ""
    secret: str = ""


class DestinationService(Section, frozen=True, forbid_unknown_fields=True):
    """SAP's destination service, which knows addresses and sign-in of back ends: `url = "destination:NAME"`."""

    url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""


class Connectors(Section, frozen=True, forbid_unknown_fields=True):
    """Back ends; one without an address is not there."""

    service_calls: Literal["service_desk", "fsm"] = "service_desk"
    timeout_seconds: Annotated[float, Meta(gt=0, le=86_400)] = 10.0
    fsm: Fsm = Fsm()
    rules: SapRules = SapRules()
    s4: SapSystem = SapSystem()
    order_service: OrderService = OrderService()
    service_cloud: SapSystem = SapSystem()
    webhook: Webhook = Webhook()
    destination: DestinationService = DestinationService()


T = TypeVar("T")


def pairs(text: str, setting: str, read: Callable[[str], T]) -> dict[str, T]:
    """The pairs of a setting. Raises Invalid that names it."""
    found: dict[str, T] = {}
    for pair in text.split():
        name, equals, value = pair.partition("=")
        try:
            found[name] = read(value)
        except ValueError:
            equals = ""
        if not (name and equals and value):
            raise Invalid(f"{setting}: {pair!r} is not a pair like A=1", setting)
    return found
