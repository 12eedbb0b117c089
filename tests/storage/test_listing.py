"""Lists of interactions: every filter and order, page by page, and searches that find words wherever they stand."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from frontdesk.interfaces import Invalid
from frontdesk.model import Change, InteractionFilter, NewMessage, OutboundMessage, Sender
from frontdesk.model.console import ListSort
from frontdesk.model.queries import Confidence
from frontdesk.storage.interactions import listing
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.search.index import rebuild
from frontdesk.wiring.container import Container, new_id, now
from tests.conftest import Front

ALL = InteractionFilter()


@pytest.fixture
def lists(container: Container) -> StoredLists:
    return StoredLists(container.database, container.configuration.codes, now)


async def found(lists: StoredLists, text: str) -> set[int]:
    page = await lists.page(InteractionFilter(text=text), ListSort.UPDATED_FIRST, 100)
    assert (await lists.count(InteractionFilter(text=text))).number == len(page.rows)
    return {row.id for row in page.rows}


async def accept(container: Container, text: str, **sender: str) -> int:
    return (await container.messages.inbox.accept(NewMessage(text, "WEB", Sender(**sender)))).interaction_id


async def scatter(container: Container, count: int) -> None:
    """Interactions whose columns differ, some of them equal in what a list is ordered by."""
    chance = random.Random(7)
    for number in range(count):
        await accept(container, f"message {number}")
    begin = now()

    def vary(connection):  # type: ignore[no-untyped-def]
        for key in connection.execute(select(interaction.c.id)).scalars().all():
            connection.execute(
                update(interaction)
                .where(interaction.c.id == key)
                .values(
                    status=chance.choice(["NW", "IP", "CL"]),
                    priority=chance.choice(["L", "M", "H", "V", "gone"]),
                    confidence=chance.choice([-1, 0.2, 0.6, 0.95]),
                    tier=chance.choice([None, "builtin", "model"]),
                    team=chance.choice(["", "TEC"]),
                    intent=chance.choice([None, "TI"]),
                    sentiment=chance.choice([None, "Negative"]),
                    language=chance.choice([None, "de", "en"]),
                    updated_at=begin - timedelta(minutes=chance.randrange(5)),
                    created_at=begin - timedelta(hours=chance.randrange(5)),
                )
            )
        return True

    await container.database.write(vary)


@pytest.mark.parametrize("sort", ListSort)
async def test_pages_of_every_order_hold_each_interaction_once(
    container: Container, lists: StoredLists, sort: ListSort
) -> None:
    await scatter(container, 23)
    seen, cursor = [], ""
    while True:
        page = await lists.page(ALL, sort, 5, cursor)
        seen += page.rows
        cursor = page.next_cursor or ""
        if not cursor:
            break
    whole = (await lists.page(ALL, sort, 100)).rows
    assert [row.id for row in seen] == [row.id for row in whole]
    assert len({row.id for row in seen}) == 23


async def test_priorities_are_ordered_as_their_list_says(container: Container, lists: StoredLists) -> None:
    await scatter(container, 23)
    rows = (await lists.page(ALL, ListSort.PRIORITY_FIRST, 100)).rows
    chain = ["V", "H", "M", "L", "gone"]
    assert [row.priority for row in rows] == sorted((row.priority for row in rows), key=chain.index)
    low_first = (await lists.page(ALL, ListSort.PRIORITY, 100)).rows
    assert low_first[0].priority == "L"
    assert low_first[-1].priority == "gone"


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (InteractionFilter(status=("NW", "IP")), lambda r: r.status in ("NW", "IP")),
        (InteractionFilter(priority=("V",)), lambda r: r.priority == "V"),
        (InteractionFilter(team=("TEC",)), lambda r: r.team == "TEC"),
        (InteractionFilter(intent=("TI",)), lambda r: r.intent == "TI"),
        (InteractionFilter(sentiment=("Negative",)), lambda r: r.sentiment == "Negative"),
        (InteractionFilter(tier=("model",)), lambda r: r.tier == "model"),
        (InteractionFilter(language=("de",)), lambda r: r.language == "de"),
        (InteractionFilter(confidence=(Confidence.LOW,)), lambda r: r.confidence == 0.2),
        (InteractionFilter(confidence=(Confidence.MEDIUM, Confidence.HIGH)), lambda r: r.confidence in (0.6, 0.95)),
        (InteractionFilter(status=("CL",), tier=("model",)), lambda r: r.status == "CL" and r.tier == "model"),
    ],
)
async def test_a_filter_shows_and_counts_what_fits(container: Container, lists: StoredLists, wanted, fits) -> None:  # type: ignore[no-untyped-def]
    await scatter(container, 40)
    everything = (await lists.page(ALL, ListSort.CREATED, 100)).rows
    page = await lists.page(wanted, ListSort.CREATED, 100)
    expected = [row.id for row in everything if fits(row)]
    assert expected
    assert [row.id for row in page.rows] == expected
    assert (await lists.count(wanted)).number == len(expected)


async def test_times_bound_what_changed_and_what_began(container: Container, lists: StoredLists) -> None:
    await scatter(container, 30)
    rows = (await lists.page(ALL, ListSort.CREATED, 100)).rows
    middle = sorted(row.created_at for row in rows)[15]
    later = await lists.page(InteractionFilter(opened_since=middle), ListSort.CREATED, 100)
    earlier = await lists.page(InteractionFilter(opened_until=middle), ListSort.CREATED, 100)
    assert {row.id for row in later.rows} == {row.id for row in rows if row.created_at >= middle}
    assert len(later.rows) + len(earlier.rows) == 30


async def test_what_arrives_between_two_pages_is_neither_shown_twice_nor_hides_others(
    container: Container, lists: StoredLists
) -> None:
    await scatter(container, 10)
    first = await lists.page(ALL, ListSort.UPDATED_FIRST, 5)
    await accept(container, "one more")
    second = await lists.page(ALL, ListSort.UPDATED_FIRST, 100, first.next_cursor or "")
    assert len({row.id for row in (*first.rows, *second.rows)}) == 10


@pytest.mark.parametrize("cursor", ["x", "e30", "\x00", "x" * 5000, "WyJ1cGRhdGVkIiwgMSwgMV0"])
async def test_a_cursor_that_is_none_of_ours_is_refused(container: Container, lists: StoredLists, cursor: str) -> None:
    with pytest.raises(Invalid, match="begin without it"):
        await lists.page(ALL, ListSort.UPDATED_FIRST, 5, cursor)


async def test_a_cursor_of_another_order_is_refused(container: Container, lists: StoredLists) -> None:
    await scatter(container, 3)
    cursor = (await lists.page(ALL, ListSort.UPDATED_FIRST, 1)).next_cursor or ""
    with pytest.raises(Invalid, match="another order"):
        await lists.page(ALL, ListSort.CREATED_FIRST, 1, cursor)


async def test_what_was_merged_into_another_is_listed_where_it_is_asked_for(
    container: Container, lists: StoredLists
) -> None:
    await scatter(container, 3)
    stays, _, goes = (await lists.page(ALL, ListSort.ID, 3)).rows
    await StoredMerging(container.database, now).merge(
        await container.interactions.records.get(stays.reference),
        await container.interactions.records.get(goes.reference),
        "ada",
    )
    merged = InteractionFilter(merged=True)
    for sort in (ListSort.ID, ListSort.CREATED, ListSort.PRIORITY, ListSort.CONFIDENCE):
        assert goes.id not in {row.id for row in (await lists.page(ALL, sort, 9)).rows}
        assert goes.id in {row.id for row in (await lists.page(merged, sort, 9)).rows}
    assert ((await lists.count(ALL)).number, (await lists.count(merged)).number) == (2, 3)


async def test_counting_ends_where_nobody_reads_on(
    container: Container, lists: StoredLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scatter(container, 12)
    monkeypatch.setattr(listing, "MOST_COUNTED", 10)
    count = await lists.count(ALL)
    assert (count.number, count.more) == (10, True)


async def test_words_are_found_wherever_they_stand(front: Front, container: Container, lists: StoredLists) -> None:
    said = await front.say("The oven smokes, order 4500012345", name="Zoë Müller-Groß", address="zoe@example.org")
    other = await front.say("Where is my parcel?", name="Ben Adler")
    here = {said.interaction_id}
    for words in ("oven", "OVEN smokes", "smok", "4500012345", "zoe@example.org", "muller", "Müller", "gross", "ZOË"):
        assert await found(lists, words) == here, words
    assert await found(lists, said.reference) == here
    assert await found(lists, "oven parcel") == set()
    assert await found(lists, '"my parcel"') == {other.interaction_id}
    assert await found(lists, '"parcel my"') == set()
    assert await found(lists, "-oven") == {other.interaction_id}
    assert await found(lists, "where -oven") == {other.interaction_id}


async def test_what_is_stored_later_is_found_at_once(front: Front, container: Container, lists: StoredLists) -> None:
    said = await front.say("The oven smokes", name="Zoë")
    await front.say("It hums as well: brummkreisel", joins=said.interaction_id)
    assert await found(lists, "oven brummkreisel") == {said.interaction_id}
    answer = OutboundMessage(
        new_id(), said.interaction_id, 0, "HA", "WEB", "", "Please unplug the quuxolator", "Ada", now()
    )
    await container.messages.outbox.draft(answer)
    assert await found(lists, "quuxolator") == {said.interaction_id}
    before = await container.interactions.records.get(said.reference)
    await container.interactions.records.change(before, Change(title="Rauchender Herd", tags="vip"), "ada")
    assert await found(lists, "rauchender vip") == {said.interaction_id}


async def test_a_customer_is_found_by_the_name_they_have_now(container: Container, lists: StoredLists) -> None:
    await container.people.customers.add("77", "Blauwal GmbH", None)
    number = await accept(container, "hello")
    matter = (await lists.page(ALL, ListSort.UPDATED, 1)).rows[0]
    await container.interactions.records.change(
        await container.interactions.records.get(matter.reference), Change(customer_id="77"), "ada"
    )
    assert await found(lists, "blauwal") == {number}
    await container.people.customers.change("77", None, name="Pottwal GmbH")
    assert await found(lists, "blauwal") == set()
    assert await found(lists, "pottwal") == {number}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("我的洗衣机坏了", "洗衣机"), ("洗濯機が壊れました", "洗濯機"), ("세탁기가 고장났어요", "세탁기"),
        ("Стиральная машина сломалась", "МАШИНА"), ("الغسالة معطلة", "معطلة"), ("मेरी मशीन खराब है", "मशीन"),
        ("naïve façade", "facade"), ("Straße", "STRASSE"), ("x\N{COMBINING ACUTE ACCENT}yz", "xyz"),
        ("part-no. AB-12/7", "AB-12/7"), ("a" * 3000, "a" * 3000), ("𝐁𝐨𝐥𝐝 words", "bold"),
    ],
)  # fmt: skip
async def test_texts_of_all_scripts_are_found(container: Container, lists: StoredLists, text: str, query: str) -> None:
    number = await accept(container, text)
    await accept(container, "something else")
    assert await found(lists, query) == {number}


@pytest.mark.parametrize(
    "line",
    [
        '"', '""', "*", "AND", "OR NOT", "NEAR(a b)", "a AND", "(", ")", "words:x", "^a", "a*b*", "-", "--", "-\"",
        "'; DROP TABLE search_index; --", "\\", "&", "|", "!", "<->", ":*", "a:*", "'a' & 'b'", "\x00", "%", "_",
        "a" * 10_000, "\" \" \"", "💥", "\u200b", "\ud7ff\uffff", "+a", "1e400", "-a -b -c", "\u0301", "Ⅷ ½ ²",
    ],
)  # fmt: skip
async def test_no_line_is_too_strange_to_search_for(container: Container, lists: StoredLists, line: str) -> None:
    await accept(container, "a perfectly normal message")
    await lists.page(InteractionFilter(text=line), ListSort.UPDATED_FIRST, 5)
    await lists.count(InteractionFilter(text=line))


async def test_text_in_which_nothing_can_be_looked_for_finds_nothing(container: Container, lists: StoredLists) -> None:
    await accept(container, "hello")
    assert await found(lists, "?!") == set()
    assert len(await found(lists, "  ")) == 1


async def test_an_index_made_anew_finds_the_same(front: Front, container: Container, lists: StoredLists) -> None:
    said = await front.say("The oven smokes")
    before = (await lists.page(ALL, ListSort.UPDATED, 5)).rows

    def anew(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("DELETE FROM search_index")
        connection.execute(update(interaction).values(tier=None, confidence=-1, language=None, message_type=None))
        rebuild(connection)
        return True

    await container.database.write(anew)
    assert (await lists.page(ALL, ListSort.UPDATED, 5)).rows == before
    assert await found(lists, "oven") == {said.interaction_id}
    assert before[0].tier == "builtin"
    assert before[0].language == "en"


async def test_a_message_that_nobody_has_read_yet_has_no_confidence(container: Container, lists: StoredLists) -> None:
    await accept(container, "hello")
    row = (await lists.page(ALL, ListSort.CONFIDENCE, 5)).rows[0]
    assert (row.confidence, row.tier) == (None, None)
