"""Back ends by the name of a destination: the service says where they are and signs in."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.connectors.answers import client_token
from frontdesk.connectors.destination import Destinations, ThroughDestination
from frontdesk.connectors.service_desk import ServiceDesk
from frontdesk.interfaces import ConnectorFailed, Invalid
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.fsm import Fsm
from frontdesk.simulators.rules import Rules
from frontdesk.simulators.s4 import S4
from frontdesk.simulators.tokens import Tokens
from frontdesk.wiring.back_ends import back_ends
from frontdesk.wiring.container import now
from tests.connectors.conftest import PATIENT, case, effect
from tests.connectors.destination_service import Destinations as Service
from tests.connectors.test_setting_up import settings

OURS = Tokens("frontdesk", "hush")


async def through(name: str, served: Any, outgoing: Outgoing) -> ThroughDestination:
    http = outgoing.client(served.url, limits=PATIENT)
    token = client_token(http, "/oauth/token", "frontdesk", "hush", lambda: 0.0, "destination")
    return ThroughDestination(name, Destinations(http, token, lambda: 0.0), lambda url: outgoing.client(url))


@pytest.fixture
async def served(serve: Any) -> Any:
    """A destination service that knows a field service, an order system and a rules service."""
    theirs = Tokens("fsm", "x"), Tokens("rules", "x")
    fsm, rules, s4 = await serve(Fsm(theirs[0])), await serve(Rules(theirs[1])), await serve(S4("me", "secret"))
    headers = {"X-Client-ID": "fd", "X-Account-ID": "1", "X-Company-ID": "1"}
    known = {
        "FSM": {
            "URL": fsm.url,
            "Authentication": "OAuth2ClientCredentials",
            **{f"URL.headers.{name}": value for name, value in headers.items()},
        },
        "BRM": {"URL": f"{rules.url}/", "Authentication": "OAuth2ClientCredentials"},
        "S4": {"URL": s4.url, "Authentication": "BasicAuthentication", "User": "me", "Password": "secret"},
        "ONPREM": {"URL": "http://s4.internal", "ProxyType": "OnPremise"},
        "SAML": {"URL": s4.url, "Authentication": "SAMLAssertion"},
        "EMPTY": {},
    }
    running = await serve(Service(OURS, known, {"FSM": theirs[0], "BRM": theirs[1]}))
    running.fsm = fsm
    return running


def connectors(served: Any, **more: Any) -> Any:
    at = {
        "url": served.url,
        "token_url": f"{served.url}/oauth/token",
        "client_id": "frontdesk",
        "client_secret": "hush",
    }
    return settings({"destination": at, **more})


async def test_a_service_call_is_opened_in_the_system_that_the_destination_names(
    served: Any, container: Any, outgoing: Outgoing
) -> None:
    asked = connectors(served, fsm={"url": "destination:FSM"}, service_calls="fsm")
    action_handler = back_ends(
        asked, outgoing, ServiceDesk(container.work.calls, now), container.knowledge.order_book, now
    ).action_handlers["create_service_call"]
    receipt = await action_handler.perform(effect("create_service_call"), case())
    assert await action_handler.find("01KEY:default:1:0") == receipt
    assert served.state() == {"asked_for": ["FSM"]}


async def test_a_token_that_ended_early_is_asked_for_again(served: Any, container: Any, outgoing: Outgoing) -> None:
    asked = connectors(served, fsm={"url": "destination:FSM"}, service_calls="fsm")
    action_handler = back_ends(
        asked, outgoing, ServiceDesk(container.work.calls, now), container.knowledge.order_book, now
    ).action_handlers["create_service_call"]
    await action_handler.find("x")
    served.fsm.simulator.tokens.forget()
    assert await action_handler.find("x") is None
    assert served.state() == {"asked_for": ["FSM", "FSM"]}


async def test_the_rules_service_and_the_order_system_answer_too(
    served: Any, container: Any, outgoing: Outgoing
) -> None:
    asked = connectors(served, rules={"url": "destination:BRM", "service_id": "route"}, s4={"url": "destination:S4"})
    backs = back_ends(asked, outgoing, ServiceDesk(container.work.calls, now), container.knowledge.order_book, now)
    assert backs.sap_rules is not None
    assert await backs.sap_rules.route({"intent": "TI"}) == "TI-Chatbot"
    known = replace(case(), proven_customer="100042")
    with pytest.raises(ConnectorFailed, match="no order of this number"):  # signed in: an order that is not there
        await backs.action_handlers["order_status"].perform(effect("order_status", order_no="999"), known)


@pytest.mark.parametrize(
    ("name", "words"),
    [("NOWHERE", "404"), ("ONPREM", "not reached by the internet"), ("SAML", "SAMLAssertion"), ("EMPTY", "no URL")],
)
async def test_a_destination_that_cannot_be_used_is_named(
    name: str, words: str, served: Any, outgoing: Outgoing
) -> None:
    http = await through(name, served, outgoing)
    with pytest.raises(ConnectorFailed, match=words) as failed:
        await http.send("GET", "/")
    assert not failed.value.permanent


def test_a_destination_without_the_service_is_refused_at_start(container: Any, outgoing: Outgoing) -> None:
    with pytest.raises(Invalid, match="destination:FSM"):
        back_ends(
            settings({"fsm": {"url": "destination:FSM"}}),
            outgoing,
            ServiceDesk(container.work.calls, now),
            container.knowledge.order_book,
            now,
        )
