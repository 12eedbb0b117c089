"""The facts of the insights: right after everything that can happen, and as plain SQL counts say."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from benchmarks.invented import loading as bulk
from benchmarks.invented.interaction import DemoSize
from benchmarks.invented.made import make
from frontdesk.interfaces.insights import INTERACTION, MESSAGE
from frontdesk.model import Change, Status
from frontdesk.storage.insights.facts import StoredFacts
from frontdesk.storage.insights.folding import fold
from frontdesk.storage.opening.upgrade import upgrade
from frontdesk.storage.schema import insights_triggers
from frontdesk.storage.schema.insights import insight_change, insight_interaction, insight_message
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.wiring.container import Container, database_url
from tests.conftest import Front

UNTIL = datetime(2026, 3, 1, 12, tzinfo=UTC)
BARE = {
    "id": 5,
    "reference": "AAAA0005",
    "category": "SUP",
    "channel": "WEB",
    "status": "NW",
    "priority": "M",
    "created_at": UNTIL,
    "updated_at": UNTIL,
}


@pytest.fixture
def facts(container: Container) -> StoredFacts:
    return StoredFacts(container.database)


async def fold_all(facts: StoredFacts) -> None:
    while await facts.fold(3):
        pass


async def of(facts: StoredFacts, interaction_id: int) -> dict[str, object]:
    await fold_all(facts)
    return {
        name: value
        async for portion in facts.load()
        for row in portion.interactions
        if row[0] == interaction_id
        for name, value in zip(INTERACTION, row, strict=True)
    }


async def fill(container: Container, messages: int) -> None:
    for portion in make(DemoSize(messages, 3, UNTIL)):
        await bulk.fill(container.database, portion.tables())
    await bulk.finish(container.database)


async def test_a_handled_message_becomes_a_fact(facts: StoredFacts, front: Front) -> None:
    accepted = await front.say("My oven stays cold and shows error F3.", channel="EMI")
    found = await of(facts, accepted.interaction_id)
    assert (found["channel"], found["intent"], found["route"]) == ("EMI", "TI", "TI-Chatbot")
    assert (found["automated"], found["language"], found["tier"]) == (1, "en", "builtin")
    assert await facts.check() == []


async def test_a_service_call_counts_with_the_message_that_led_to_it(facts: StoredFacts, front: Front) -> None:
    await front.say("My oven stays cold and shows error F3.")
    await fold_all(facts)
    [portion] = [portion async for portion in facts.load()]
    assert [row[MESSAGE.index("service_calls")] for row in portion.messages] == [1]


async def test_a_change_of_status_moves_the_fact(container: Container, facts: StoredFacts, front: Front) -> None:
    accepted = await front.say("My oven stays cold.")
    before = await container.interactions.records.get(accepted.reference)
    await container.interactions.records.change(before, Change(status=Status.CLOSED), "Kim")
    found = await of(facts, accepted.interaction_id)
    assert found["status"] == "CL"
    assert isinstance(found["close_seconds"], int)
    assert found["close_seconds"] >= 0
    assert await facts.check() == []


async def test_a_persons_word_outranks_the_reading(container: Container, facts: StoredFacts, front: Front) -> None:
    accepted = await front.say("My oven stays cold.")
    await container.messages.readings.correct(accepted.message_id, "message_type", "IN", "Kim", None)
    await container.messages.readings.correct(accepted.message_id, "intent", "WR", "Kim", None)
    found = await of(facts, accepted.interaction_id)
    assert (found["type"], found["intent"]) == ("IN", "WR")
    assert await facts.check() == []


async def test_a_message_that_moves_to_another_interaction_takes_its_figures_along(
    container: Container, facts: StoredFacts, front: Front
) -> None:
    first = await front.say("My oven stays cold.")
    second = await front.say("When will my parcel arrive?")
    await fold_all(facts)

    def merge(connection: Connection) -> None:
        of_second = inbound_message.c.interaction_id == second.interaction_id
        connection.execute(
            update(inbound_message).where(of_second).values(interaction_id=first.interaction_id, sequence=2)
        )
        for table in (outbound_message, effect):
            moved = update(table).where(table.c.interaction_id == second.interaction_id)
            values = {"interaction_id": first.interaction_id} | ({"sequence": 9} if table is outbound_message else {})
            connection.execute(moved.values(**values))

    await container.database.write(merge)
    await fold_all(facts)
    owners = select(insight_message.c.interaction_id)
    assert await container.database.read(lambda c: list(c.execute(owners).scalars())) == [first.interaction_id] * 2
    assert await facts.check() == []


async def test_an_interaction_that_is_deleted_is_gone_from_the_facts(container: Container, facts: StoredFacts) -> None:
    await container.database.write(lambda c: c.execute(insert(interaction), [BARE]).rowcount)
    assert (await of(facts, 5))["gone"] in (False, 0)
    await container.database.write(lambda c: c.execute(delete(interaction)).rowcount)
    assert (await of(facts, 5))["gone"] in (True, 1)
    assert await facts.check() == []


async def test_a_crash_in_the_middle_of_a_fold_loses_nothing(
    container: Container, facts: StoredFacts, front: Front
) -> None:
    accepted = await front.say("My oven stays cold.")

    def die(connection: Connection) -> None:
        fold(connection, 100)
        raise RuntimeError("the process is killed before it commits")

    with pytest.raises(RuntimeError):
        await container.database.write(die)
    assert (await facts.state()).pending
    assert (await of(facts, accepted.interaction_id))["intent"] == "TI"
    assert await facts.check() == []


async def test_stamps_tell_what_changed_since(container: Container, facts: StoredFacts, front: Front) -> None:
    first = await front.say("My oven stays cold.")
    await fold_all(facts)
    seen = (await facts.state()).stamp
    second = await front.say("When will my parcel arrive?")
    await fold_all(facts)
    reached, portion = await facts.changed(seen)
    assert reached == (await facts.state()).stamp
    assert [row[0] for row in portion.interactions] == [second.interaction_id]
    assert first.interaction_id != second.interaction_id


async def test_made_data_has_its_facts_at_once(container: Container, facts: StoredFacts) -> None:
    await fill(container, 400)
    assert not (await facts.state()).pending
    assert await facts.check() == []


async def test_a_wrong_fact_is_found_and_a_rebuild_puts_it_right(container: Container, facts: StoredFacts) -> None:
    await fill(container, 60)
    spoil = update(insight_message).values(service_calls=insight_message.c.service_calls + 1)
    await container.database.write(lambda c: c.execute(spoil).rowcount)
    epoch = (await facts.state()).epoch
    wrong = await facts.check(most=5)
    assert len(wrong) == 5
    assert wrong[0].what.startswith("message ")
    await facts.rebuild()
    assert await facts.check() == []
    assert (await facts.state()).epoch > epoch


async def test_a_rebuild_leaves_nothing_to_fold(container: Container, facts: StoredFacts, front: Front) -> None:
    await front.say("My oven stays cold.")
    assert (await facts.state()).pending
    await facts.rebuild()
    assert not (await facts.state()).pending
    assert await facts.check() == []


async def test_a_migration_that_makes_a_table_anew_does_not_lose_what_watches_it(
    container: Container, facts: StoredFacts
) -> None:
    await container.database.write(insights_triggers.remove)
    await upgrade(database_url(container.settings), code_lists())
    await container.database.write(lambda c: c.execute(insert(interaction), [BARE]).rowcount)
    assert await container.database.read(
        lambda c: list(c.execute(select(insight_change.c.interaction_id)).scalars())
    ) == [5]


async def test_what_was_there_before_the_facts_is_noted_when_they_come(
    container: Container, facts: StoredFacts, front: Front
) -> None:
    await front.say("My oven stays cold.")
    await fold_all(facts)
    await container.database.write(lambda c: c.execute(delete(insight_interaction)).rowcount)
    assert len(await facts.check()) == 1
