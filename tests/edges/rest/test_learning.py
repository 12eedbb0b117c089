"""After a correction: deciding again, learning and forgetting, proposals, and what limits would have done."""

from typing import Any

import pytest

from frontdesk.settings.sections import Rules
from frontdesk.storage.interactions.readings import StoredReadings
from frontdesk.wiring.container import Container, new_id, now
from tests.edges.rest.conftest import Desk
from tests.edges.rest.test_messages import BROKEN

LEARNT = "/api/v1/learnt-corrections"


async def corrected(desk: Desk, value: str = "WR") -> dict[str, Any]:
    """A message about a fault, corrected."""
    receipt = await desk.say(BROKEN)
    path = f"/api/v1/messages/{receipt['message']}/corrections"
    assert (await desk.client.post(path, json={"field": "intent", "value": value})).status_code == 201
    return receipt


@pytest.mark.both_databases
async def test_a_correction_offers_what_would_be_decided_and_sets_it(desk: Desk) -> None:
    receipt = await corrected(desk, "CA")
    path = f"/api/v1/messages/{receipt['message']}/decision-again"
    offered = (await desk.client.get(path)).json()
    assert offered["route"] == "CRM-Complaint"
    assert offered["sets"]["team"] == "CMP"
    assert [each["kind"] for each in offered["left"]] == ["reply"]
    before = await desk.get(f"/interactions/{receipt['reference']}")
    assert before["team"] == "TEC"
    assert (await desk.client.post(path)).status_code == 200
    after = await desk.get(f"/interactions/{receipt['reference']}")
    assert (after["team"], after["route"], after["priority"]) == ("CMP", "CRM-Complaint", "H")
    assert (await desk.client.get(path)).json()["sets"] == {}


async def test_deciding_again_needs_a_message(desk: Desk) -> None:
    assert (await desk.client.get("/api/v1/messages/nothing/decision-again")).status_code == 404


@pytest.mark.both_databases
async def test_what_was_learnt_is_listed_forgotten_and_learnt_again(desk: Desk, container: Container) -> None:
    receipt = await corrected(desk)
    [row] = (await desk.client.get(LEARNT)).json()["items"]
    assert (row["reference"], row["learnt"], row["correction"]["was"]) == (receipt["reference"], True, "TI")
    place = f"{LEARNT}/{row['correction']['id']}"
    assert (await desk.client.post(f"{place}/forget")).status_code == 200
    assert (await container.configuration.codes.catalogue()).learned == ()
    assert [each["learnt"] for each in (await desk.client.get(LEARNT)).json()["items"]] == [False]
    for _ in range(2):
        assert (await desk.client.post(f"{place}/teach")).status_code == 200
    assert (await container.configuration.codes.catalogue()).learned == ((BROKEN, "WR"),)
    assert (await desk.client.post(f"{LEARNT}/nothing/teach")).status_code == 404


async def test_of_each_message_the_last_word_is_listed(desk: Desk) -> None:
    receipt = await corrected(desk)
    path = f"/api/v1/messages/{receipt['message']}/corrections"
    await desk.client.post(path, json={"field": "intent", "value": "CA"})
    [row] = (await desk.client.get(LEARNT)).json()["items"]
    assert row["correction"]["becomes"] == "CA"


@pytest.mark.both_databases
async def test_a_cursor_leads_on(desk: Desk) -> None:
    for _ in range(3):
        await corrected(desk)
    first = (await desk.client.get(LEARNT, params={"limit": 2})).json()
    second = (await desk.client.get(LEARNT, params={"limit": 2, "cursor": first["next"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert (await desk.client.get(LEARNT, params={"cursor": "x"})).status_code == 400


async def test_where_corrections_are_reviewed_nothing_is_learnt_before(desk: Desk, container: Container) -> None:
    assert Rules().learning == "at_once"
    receipt = await desk.say(BROKEN)
    reviewed = StoredReadings(container.database, now, new_id, learns_at_once=False)
    await reviewed.correct(receipt["message"], "intent", "WR", "Kim", None)
    assert (await container.configuration.codes.catalogue()).learned == ()
    [row] = (await desk.client.get(LEARNT)).json()["items"]
    assert not row["learnt"]
    await desk.client.post(f"{LEARNT}/{row['correction']['id']}/teach")
    assert (await container.configuration.codes.catalogue()).learned == ((BROKEN, "WR"),)


async def test_limits_tell_what_they_would_have_done(desk: Desk) -> None:
    await desk.say(BROKEN)
    await corrected(desk)
    figures = (await desk.client.get("/api/v1/rule-sets/limits")).json()
    assert figures[0] == {"limit": 0.0, "acted": 2, "wrong": 1, "held": 0}
    assert all(each["acted"] + each["held"] == 2 for each in figures)
    acted = [each["acted"] for each in figures]
    assert acted == sorted(acted, reverse=True)


async def test_a_proposal_is_confirmed_by_an_agent_and_another_question_is_not(
    desk: Desk, container: Container
) -> None:
    from tests.edges.rest.test_effects import handle, listed

    await handle(container, {"kind": "ask_person", "proposes": "create_service_call"}, {"kind": "create_service_call"})
    [proposal] = await listed(desk.client, "waiting")
    confirmed = await desk.client.post(f"/api/v1/effects/{proposal['key']}/confirm")
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "done")
    assert (await desk.client.post(f"/api/v1/effects/{proposal['key']}/decline")).status_code == 409
    await handle(container, {"kind": "ask_person"}, {"kind": "reply", "template": "received"})
    [question] = await listed(desk.client, "waiting")
    for do_one in ("confirm", "decline"):
        refused = await desk.client.post(f"/api/v1/effects/{question['key']}/{do_one}")
        assert refused.status_code == 409
        assert "supervisor" in refused.json()["detail"]


@pytest.mark.parametrize("field", ["acknowledged_at", "first_person_answer_at", "waiting_since"])
async def test_an_interaction_says_who_waits_since_when(desk: Desk, field: str) -> None:
    receipt = await desk.say(BROKEN)
    assert field in await desk.get(f"/interactions/{receipt['reference']}")
