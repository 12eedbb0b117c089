"""The route out of SAP Business Rules."""

import time
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.connectors.sap_rules import SapRules
from frontdesk.connectors.settings import SapRules as RulesSettings
from frontdesk.interfaces import Failed
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.rules import ROUTES, Rules
from frontdesk.simulators.tokens import Tokens
from tests.connectors.conftest import PATIENT, Running

ACCOUNT = RulesSettings(client_id="me", client_secret="secret", service_id="route", revision="1")


@pytest.fixture
async def running(serve: Any) -> Running:
    return await serve(Rules(Tokens("me", "secret")))


def rules(running: Running, outgoing: Outgoing, account: RulesSettings = ACCOUNT) -> SapRules:
    http = outgoing.client(running.url, limits=PATIENT)
    return SapRules(http, http, "/oauth/token", account, time.monotonic)


@pytest.mark.parametrize("intent", sorted(ROUTES))
async def test_the_service_says_the_route_of_the_intent(running: Running, outgoing: Outgoing, intent: str) -> None:
    assert await rules(running, outgoing).route({"intent": intent}) == ROUTES[intent]


@pytest.mark.parametrize("facts", [{"intent": "XX"}, {}])
async def test_no_result_is_no_route(running: Running, outgoing: Outgoing, facts: dict[str, str]) -> None:
    assert await rules(running, outgoing).route(facts) == ""


async def test_an_answer_of_another_shape_is_no_route(running: Running, outgoing: Outgoing) -> None:
    assert await rules(running, outgoing, replace(ACCOUNT, answer="Other.Place")).route({"intent": "TI"}) == ""


async def test_a_service_that_is_down_says_so(running: Running, outgoing: Outgoing) -> None:
    running.fault(garbage_share=1.0)
    with pytest.raises(Failed) as error:
        await rules(running, outgoing).route({"intent": "TI"})
    assert not error.value.permanent


async def test_a_token_that_has_expired_is_asked_for_again(running: Running, outgoing: Outgoing) -> None:
    asked = rules(running, outgoing)
    await asked.route({"intent": "TI"})
    running.simulator.tokens.forget()
    assert await asked.route({"intent": "TI"}) == ROUTES["TI"]
