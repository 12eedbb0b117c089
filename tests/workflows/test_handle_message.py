"""The pipeline as a customer and a service team see it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from frontdesk.model import Status
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect, service_call
from frontdesk.wiring.container import Container
from tests.conftest import Front

BROKEN_EN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
BROKEN_DE = "Meine Waschmaschine ist defekt, sie zeigt den Fehler E18 und pumpt das Wasser nicht mehr ab."


async def rows(container: Container, table: Any, *where: Any) -> list[dict[str, Any]]:
    found = await container.database.read(lambda c: c.execute(select(table).where(*where)).mappings().all())
    return [dict(row) for row in found]


async def count(container: Container, table: Any) -> int:
    return int(await container.database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()))


@pytest.mark.parametrize(("text", "words"), [(BROKEN_EN, "service call"), (BROKEN_DE, "Serviceauftrag")])
async def test_a_technical_issue_ends_as_a_service_call_named_in_the_reply(front: Front, text: str, words: str) -> None:
    await front.say(text, name="Kim", address="kim@example.com")
    [call] = await rows(front.container, service_call)
    [reply] = await rows(front.container, outbound_message)
    assert f"{words} SC-{call['id']:06d}" in reply["text"]
    assert reply["state"] == "sent"


async def test_the_reply_names_the_reference_and_the_customer(front: Front) -> None:
    accepted = await front.say(BROKEN_EN, name="Kim Doe")
    [reply] = await rows(front.container, outbound_message)
    assert accepted.reference in reply["text"]
    assert "Kim Doe" in reply["text"]


async def test_a_message_delivered_twice_is_answered_once(front: Front) -> None:
    first = await front.say(BROKEN_EN, id="m1")
    second = await front.say(BROKEN_EN, id="m1")
    assert second.duplicate
    assert second.reference == first.reference
    assert await count(front.container, outbound_message) == 1
    assert await count(front.container, service_call) == 1


async def test_the_same_provider_id_on_another_channel_is_another_message(front: Front) -> None:
    await front.say(BROKEN_EN, id="m1")
    await front.say(BROKEN_EN, id="m1", channel="EMI")
    assert await count(front.container, inbound_message) == 2


async def test_praise_is_thanked_for_and_provides_the_solution(front: Front) -> None:
    await front.say("Thank you so much for the excellent service, your technician was friendly and quick!")
    [matter] = await rows(front.container, interaction)
    assert (matter["route"], matter["status"]) == ("AutoReply", Status.SOLUTION_PROVIDED)
    assert await count(front.container, service_call) == 0


async def test_a_message_that_fits_no_intent_goes_to_a_person(front: Front) -> None:
    await front.say("Ich suche einen Parkplatz in der Innenstadt.")
    [verdict] = await rows(front.container, decision)
    assert verdict["route"] == "Person"


async def test_a_second_message_joins_and_refreshes_title_and_summary(front: Front) -> None:
    first = await front.say(BROKEN_EN)
    second = await front.say("It now also leaks on the kitchen floor.", joins=first.interaction_id)
    [matter] = await rows(front.container, interaction)
    assert (second.interaction_id, second.sequence) == (first.interaction_id, 2)
    assert "leak" in matter["summary"]
    assert await count(front.container, analysis) == 2


async def test_a_new_message_opens_an_ended_interaction_again(front: Front) -> None:
    first = await front.say("Thank you so much for the excellent service, your technician was friendly and quick!")
    await front.say(BROKEN_EN, joins=first.interaction_id)
    [matter] = await rows(front.container, interaction)
    assert matter["status"] == Status.IN_PROCESS


async def test_every_effect_carries_a_key_made_of_message_rules_and_position(front: Front) -> None:
    accepted = await front.say(BROKEN_EN)
    keys = [row["key"] for row in await rows(front.container, effect)]
    assert sorted(keys) == [f"{accepted.message_id}:default:1:{position}" for position in range(len(keys))]


async def test_a_sender_is_one_contact_however_often_they_write(front: Front) -> None:
    await front.say(BROKEN_EN, name="Kim", address="Kim@example.com")
    await front.say(BROKEN_EN, name="Kim", address="kim@example.com")
    first, second = await rows(front.container, inbound_message)
    assert first["contact_id"] == second["contact_id"] is not None


async def test_facts_and_matching_row_are_kept_with_the_decision(front: Front) -> None:
    await front.say(BROKEN_EN)
    [verdict] = await rows(front.container, decision)
    assert verdict["facts"]["intent"] == "TI"
    assert verdict["rule"].startswith("Technical issue")


async def test_the_journal_tells_each_step_in_order(front: Front) -> None:
    await front.say(BROKEN_EN)
    kinds = [line.kind for line in await front.container.work.journal.since(0)]
    assert kinds == ["analysed", "recorded", "decided", "acted", "sent", "acted", "handled"]


@pytest.mark.parametrize(
    "text", ["🙂" * 50, "\u202e siht daer", "e\u0301" * 40, "<script>alert(1)</script>" * 20, "x" * 90_000, "4711"]
)
async def test_odd_texts_are_handled_like_any_other(front: Front, text: str) -> None:
    await front.say(text)
    [stored] = await rows(front.container, inbound_message)
    assert stored["text"] == text
    assert await front.container.work.queue.counts() == {"open": 0, "failed": 0}
