"""Words of long interactions: found like those of short ones, and a message costs no more than its own words."""

import pytest
from sqlalchemy import update

from frontdesk.model import Accepted, Change, InteractionFilter, NewMessage, OutboundMessage, Sender
from frontdesk.model.console import ListSort
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.search.documents import MOST_IN_ONE, index_messages, index_words
from frontdesk.wiring.container import Container, new_id, now
from tests.statements import told

# Twenty words.
TEXT = "the oven is cold and the door does not close when I turn the red knob {} times as told"


async def thread(container: Container, messages: int, **sender: str) -> Accepted:
    """An interaction with so many messages, each with a word of its own."""
    first = await container.messages.inbox.accept(NewMessage(TEXT.format("knob0"), "WEB", Sender(**sender)))
    for number in range(1, messages):
        await container.messages.inbox.accept(
            NewMessage(TEXT.format(f"knob{number}"), "WEB", joins=first.interaction_id)
        )
    return first


async def found(container: Container, line: str) -> set[str]:
    lists = StoredLists(container.database, container.configuration.codes, now)
    wanted = InteractionFilter(text=line)
    rows = (await lists.page(wanted, ListSort.UPDATED_FIRST, 100)).rows
    assert (await lists.count(wanted)).number == len(rows)
    return {row.reference for row in rows}


async def written(container: Container, joins: int) -> int:
    """How many letters of index are written when a message joins."""
    with told() as heard:
        await container.messages.inbox.accept(NewMessage(TEXT.format("extra"), "WEB", joins=joins))
    return sum(len(str(parameters)) for statement, parameters in heard if "INTO search_index" in statement)


@pytest.fixture(params=[3, MOST_IN_ONE // 20 + 10])
async def said(request: pytest.FixtureRequest, container: Container) -> Accepted:
    """An interaction with few or many messages, beside another."""
    await container.messages.inbox.accept(NewMessage("Where is my parcel? It has a knob2 as well", "WEB"))
    return await thread(container, request.param, name="Zoë Müller", address="zoe@example.org")


async def test_words_of_any_messages_are_found_together(container: Container, said: Accepted) -> None:
    here = {said.reference}
    for line in (
        "knob0 knob2",
        "muller knob2",
        f"{said.reference} knob0 knob1",
        '"red knob knob1"',
        "kno zoe",
        "knob1",
    ):
        assert await found(container, line) == here, line
    assert await found(container, "knob0 parcel") == set()
    assert await found(container, "knob2 -parcel") == here
    assert here.isdisjoint(await found(container, "knob2 -oven"))
    assert await found(container, "knob0 -knob1") == set()


async def test_what_is_added_or_changed_later_is_found(container: Container, said: Accepted) -> None:
    answer = OutboundMessage(new_id(), said.interaction_id, 0, "HA", "WEB", "", "Unplug the quuxolator", "Ada", now())
    await container.messages.outbox.draft(answer)
    assert await found(container, "quuxolator knob2") == {said.reference}
    before = await container.interactions.records.get(said.reference)
    before = await container.interactions.records.change(before, Change(title="Rauchender Herd"), "ada")
    await container.interactions.records.change(before, Change(title="Kalter Herd"), "ada")
    assert await found(container, "kalter quuxolator") == {said.reference}
    assert await found(container, "rauchender") == set()


async def test_a_corrected_text_takes_the_place_of_the_old_one(container: Container, said: Accepted) -> None:
    def correct(connection):  # type: ignore[no-untyped-def]
        mine = update(inbound_message).where(inbound_message.c.id == said.message_id)
        connection.execute(mine.values(text="wholly different"))
        index_messages(connection, inbound_message, [(said.interaction_id, 1)])
        return True

    await container.database.write(correct)
    assert await found(container, "knob0") == set()
    assert await found(container, "wholly knob1") == {said.reference}


async def test_an_interaction_that_becomes_short_again_is_still_found(container: Container, said: Accepted) -> None:
    def shorten(connection):  # type: ignore[no-untyped-def]
        mine = inbound_message.c.interaction_id == said.interaction_id
        connection.execute(update(inbound_message).where(mine).values(text="short"))
        index_words(connection, [said.interaction_id])
        return True

    await container.database.write(shorten)
    assert await found(container, "knob0") == set()
    assert await found(container, "short zoe") == {said.reference}


async def test_a_message_that_joins_adds_its_own_words_alone(container: Container) -> None:
    medium, long = await thread(container, 100), await thread(container, 600)
    few, many = await written(container, medium.interaction_id), await written(container, long.interaction_id)
    assert abs(many - few) < 5  # numbers of places have more digits
    assert many < 400


async def test_a_new_title_writes_no_messages_anew(container: Container) -> None:
    long = await thread(container, 100)
    before = await container.interactions.records.get(long.reference)
    with told() as heard:
        await container.interactions.records.change(before, Change(title="Kalter Herd"), "ada")
    assert sum(len(str(parameters)) for statement, parameters in heard if "INTO search_index" in statement) < 400
