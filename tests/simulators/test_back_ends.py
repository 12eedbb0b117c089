"""Simulators are as strict as the real systems: what is wrong is refused, and what is kept outlives a restart."""

from pathlib import Path
from typing import Any

import pytest

from frontdesk.interfaces import HttpAnswer, NoAnswer
from frontdesk.outgoing import Outgoing
from frontdesk.outgoing.client import Client
from frontdesk.simulators.faults import Faulty
from frontdesk.simulators.fsm import Fsm
from frontdesk.simulators.s4 import S4
from frontdesk.simulators.service_cloud import ServiceCloud
from frontdesk.simulators.serving import serving
from frontdesk.simulators.tokens import Tokens

BASIC = {"authorization": "Basic bWU6c2VjcmV0"}
CALLS = "/api/data/v4/ServiceCall"
QUERY = {"dtos": "ServiceCall.26", "useExternalIds": "true"}
CALL = {"subject": "It leaks", "externalId": "k1", "businessPartner": {"externalId": "7"}, "priority": "LOW"}


@pytest.fixture
async def outgoing() -> Any:
    opened = Outgoing()
    yield opened
    await opened.close()


class Technician:
    """Speaks to the simulated FSM as a client that does everything right."""

    def __init__(self, http: Client, token: str) -> None:
        self.http = http
        self.headers = {
            "authorization": f"Bearer {token}",
            "x-client-id": "me",
            "x-client-version": "1",
            "x-account-id": "1",
            "x-company-id": "1",
            "x-request-id": "r1",
        }

    async def create(self, call: dict[str, Any], **changes: Any) -> HttpAnswer:
        query, headers = changes.get("query", QUERY), {**self.headers, **changes.get("headers", {})}
        return await self.http.send("POST", CALLS, json=call, params=query, headers=headers)


async def technician(url: str, outgoing: Outgoing) -> Technician:
    http = outgoing.client(url)
    answer = await http.send("POST", "/api/oauth2/v2/token", form={"grant_type": "client_credentials"}, headers=BASIC)
    return Technician(http, answer.json()["access_token"])


@pytest.mark.parametrize(
    ("call", "status", "words"),
    [
        (CALL, 201, "code"),
        ({**CALL, "colour": "red"}, 400, "unknown field colour"),
        ({**CALL, "priority": "URGENT"}, 400, "priority"),
        ({**CALL, "dueDateTime": "tomorrow"}, 400, "dueDateTime is not a time"),
        ({**CALL, "businessPartner": "7"}, 400, "object with externalId"),
        ({**CALL, "subject": ""}, 400, "subject is missing"),
        ({**CALL, "subject": "x" * 256}, 400, "longer"),
        ({**CALL, "responsibles": ["me"]}, 400, "responsibles"),
    ],
)
async def test_fsm_checks_a_service_call(call: dict[str, Any], status: int, words: str, outgoing: Outgoing) -> None:
    async with serving(Fsm(Tokens("me", "secret")).answer) as url:
        answer = await (await technician(url, outgoing)).create(call)
    assert answer.status == status
    assert words in answer.body.decode()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"headers": {"x-client-version": ""}}, 400),
        ({"headers": {"x-company-id": "2"}}, 403),
        ({"headers": {"authorization": "Bearer made-up"}}, 401),
        ({"query": {"useExternalIds": "true"}}, 400),
        ({"query": {**QUERY, "unknown": "1"}}, 400),
    ],
)
async def test_fsm_checks_who_asks_and_how(changes: dict[str, Any], status: int, outgoing: Outgoing) -> None:
    async with serving(Fsm(Tokens("me", "secret")).answer) as url:
        answer = await (await technician(url, outgoing)).create(CALL, **changes)
    assert answer.status == status


async def test_fsm_takes_an_external_id_once_and_a_change_only_on_the_latest_state(outgoing: Outgoing) -> None:
    async with serving(Fsm(Tokens("me", "secret")).answer) as url:
        me = await technician(url, outgoing)
        call = (await me.create(CALL)).json()["data"][0]["serviceCall"]
        assert (await me.create(CALL)).status == 409
        path, old = f"{CALLS}/{call['id']}", {"subject": "It floods", "lastChanged": call["lastChanged"]}
        first = await me.http.send("PATCH", path, json=old, params=QUERY, headers=me.headers)
        again = await me.http.send("PATCH", path, json=old, params=QUERY, headers=me.headers)
    assert (first.status, again.status) == (200, 409)


async def test_a_token_expires(outgoing: Outgoing) -> None:
    simulator = Fsm(Tokens("me", "secret", seconds=0.0))
    async with serving(simulator.answer) as url:
        assert (await (await technician(url, outgoing)).create(CALL)).status == 401


async def test_what_a_simulator_keeps_in_a_file_outlives_it(tmp_path: Path, outgoing: Outgoing) -> None:
    file = tmp_path / "calls.jsonl"
    async with serving(Fsm(Tokens("me", "secret"), file=file).answer) as url:
        await (await technician(url, outgoing)).create(CALL)
    [kept] = Fsm(Tokens("me", "secret"), file=file).state()["service_calls"]
    assert (kept["externalId"], kept["code"]) == ("k1", "1")


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('4711001')", {"$format": "json"}, 200),
        ("/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('1')", {"$format": "json"}, 404),
        ("/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('4711001')", {"$orderby": "x"}, 400),
    ],
)
async def test_s4_reads_one_order(path: str, params: dict[str, str], status: int, outgoing: Outgoing) -> None:
    async with serving(S4("me", "secret").answer) as url:
        answer = await outgoing.client(url).send("GET", path, params=params, headers=BASIC)
    assert answer.status == status


async def test_service_cloud_wants_the_state_that_a_change_is_made_on(outgoing: Outgoing) -> None:
    cases = "/sap/c4c/api/v1/case-service/cases"
    merge = {**BASIC, "content-type": "application/merge-patch+json"}
    async with serving(ServiceCloud("me", "secret").answer) as url:
        http = outgoing.client(url)
        made = (await http.send("POST", cases, json={"subject": "x"}, headers=BASIC)).json()["value"]
        path, body = f"{cases}/{made['id']}", {"subject": "y"}
        statuses = [
            (await http.send("PATCH", path, json=body, headers=headers)).status
            for headers in (
                BASIC | {"if-match": "x"},
                merge,
                merge | {"if-match": "long ago"},
                merge | {"if-match": made["adminData"]["updatedOn"]},
            )
        ]
    assert statuses == [415, 428, 412, 200]


async def test_faults_are_what_they_are_called(outgoing: Outgoing) -> None:
    faulty = Faulty(S4("me", "secret"))
    async with serving(faulty.answer) as url:
        http, path = outgoing.client(url), "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('4711001')"
        for faults, expected in (({"fail_share": 1.0}, 503), ({"garbage_share": 1.0}, 200)):
            assert (await http.send("PUT", "/_simulator/faults", json=faults)).ok
            assert (await http.send("GET", path, headers=BASIC)).status == expected
        await http.send("PUT", "/_simulator/faults", json={"cut_share": 1.0})
        with pytest.raises(NoAnswer) as error:
            await http.send("GET", path, headers=BASIC)
        assert error.value.may_be_done
        assert (await http.send("GET", "/_simulator/requests")).json()["count"] >= 3
        assert (await http.send("GET", "/_simulator/state")).ok
        assert not (await http.send("PUT", "/_simulator/faults", json={"fail_share": "much"})).ok
