"""Code lists."""

import pytest

from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import JsonClient

CODES = "/api/v1/codes"
PARKING = {"name": "Parking", "description": "Where to leave a car.", "examples": ["Where can I park?"]}


async def test_all_lists_can_be_read(client: JsonClient) -> None:
    lists = (await client.get(CODES)).json()
    assert [entry["code"] for entry in lists["intent"]] == ["TI", "PI", "WR", "DI", "CA", "CI"]
    assert (await client.get(f"{CODES}/intent")).json() == lists["intent"]
    assert (await client.get(f"{CODES}/intent/TI")).json() == lists["intent"][0]


async def test_a_new_intent_is_recognised_from_the_next_message_on(client: JsonClient, container: Container) -> None:
    added = await client.post(f"{CODES}/intent", json={"code": "PK", "position": 9, **PARKING})
    assert (added.status_code, added.headers["location"]) == (201, f"{CODES}/intent/PK")
    [intent] = [each for each in (await container.configuration.codes.catalogue()).intents if each.code == "PK"]
    assert intent.examples == ("Where can I park?",)
    assert (await client.post(f"{CODES}/intent", json={"code": "PK", **PARKING})).status_code == 409


async def test_an_entry_can_be_changed_and_taken_out_of_use(client: JsonClient) -> None:
    changed = await client.put(f"{CODES}/intent/TI", json=PARKING)
    assert changed.json()["name"] == "Parking"
    assert (await client.delete(f"{CODES}/intent/TI")).status_code == 204
    assert (await client.get(f"{CODES}/intent/TI")).json()["active"] is False


async def test_a_channel_out_of_use_takes_no_messages(client: JsonClient) -> None:
    await client.post("/api/v1/messages", json={"text": "Hello", "channel": "LIN"})
    await client.delete(f"{CODES}/channel/LIN")
    refused = await client.post("/api/v1/messages", json={"text": "Hello", "channel": "LIN"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "channel")


async def test_the_status_flow_is_not_a_matter_of_lists(client: JsonClient) -> None:
    assert (await client.post(f"{CODES}/status", json={"code": "XX", "name": "Lost"})).status_code == 409
    assert (await client.delete(f"{CODES}/status/NW")).status_code == 409
    assert (await client.put(f"{CODES}/status/NW", json={"name": "Fresh"})).json()["name"] == "Fresh"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_an_admin_changes_lists(client: JsonClient, method: str) -> None:
    path = f"{CODES}/team" if method == "POST" else f"{CODES}/team/T1"
    before = (await client.get(f"{CODES}/team")).json()
    answer = await client.request(method, path, json={"name": "x"}, headers={"x-role": "supervisor"})
    assert answer.status_code == 403
    assert (await client.get(f"{CODES}/team")).json() == before


@pytest.mark.parametrize("path", [f"{CODES}/nothing", f"{CODES}/intent/XX"])
async def test_what_is_not_there_is_not_found(client: JsonClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
