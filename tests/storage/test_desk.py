"""What agents need of the storage: whose an interaction is, views with counts, and what each person has of it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, update

from frontdesk.interfaces import Conflict
from frontdesk.interfaces.access import CALLER
from frontdesk.model import Caller, Change, InteractionFilter, NewMessage, Role, Status, WaitingOn
from frontdesk.model.console import ListSort, Presence
from frontdesk.model.queries import DeskView
from frontdesk.storage.interactions.personal import GONE_AFTER, StoredPersonal
from frontdesk.storage.schema.interactions import decision, interaction
from frontdesk.storage.schema.pipeline import effect
from frontdesk.wiring.container import Container, now

ADA = Caller("A1", "ada", Role.AGENT)
PEOPLE = [f"agent {number}" for number in range(10)]


@pytest.fixture
def as_kim() -> Iterator[Caller]:
    """Kim is who asks."""
    kim = Caller("K1", "kim", Role.AGENT)
    acting = CALLER.set(kim)
    yield kim
    CALLER.reset(acting)


async def test_of_ten_who_claim_at_once_one_wins_and_the_others_are_told_who(container: Container) -> None:
    records = container.interactions.records
    matter = await records.get((await container.messages.inbox.accept(NewMessage("Hello", "WEB"))).reference)
    told = await asyncio.gather(*(records.claim(matter, each) for each in PEOPLE), return_exceptions=True)
    owner = (await records.get(matter.reference)).assignee
    assert owner in PEOPLE
    refused = [str(each) for each in told if isinstance(each, Conflict)]
    assert refused == [f"{owner} has taken interaction {matter.reference}"] * 9
    assert (await records.claim(matter, owner)).assignee == owner


async def test_what_was_given_back_can_be_claimed_again(container: Container) -> None:
    records = container.interactions.records
    matter = await records.get((await container.messages.inbox.accept(NewMessage("Hello", "WEB"))).reference)
    taken = await records.claim(matter, "kim")
    await records.change(taken, Change(assignee=""), "kim")
    assert (await records.claim(matter, "ada")).assignee == "ada"


async def test_each_view_holds_and_counts_what_is_to_be_done(container: Container, as_kim: Caller) -> None:
    lists, records = container.interactions.lists, container.interactions.records
    said = [await container.messages.inbox.accept(NewMessage(f"Hello {each}", "WEB")) for each in range(6)]
    mine, other, late, unsure, closed, proposed = [await records.get(each.reference) for each in said]
    changes = {
        mine: Change(assignee="kim", team="TEC"),
        other: Change(assignee="ada", waiting_on=WaitingOn.CUSTOMER),
        late: Change(snoozed_until=now() + timedelta(days=1)),
        closed: Change(status=Status.CLOSED),
    }
    for matter, change in changes.items():
        await records.change(matter, change, "kim")
    sure = update(interaction).where(interaction.c.id == unsure.id).values(confidence=0.2)
    await container.database.write(lambda c: c.execute(sure).rowcount)
    await container.database.write(lambda c: propose(c, proposed.id, said[5].message_id))
    expected = {
        DeskView.MINE: [mine],
        DeskView.UNASSIGNED: [unsure, proposed],
        DeskView.TEAMS: [mine],
        DeskView.WAITING: [mine, unsure, proposed],
        DeskView.SNOOZED: [late],
        DeskView.PROPOSALS: [proposed],
        DeskView.UNSURE: [unsure],
    }
    counts = await lists.view_counts()
    for view, wanted in expected.items():
        page = await lists.page(InteractionFilter(view=view), ListSort.WAITING, 10)
        assert [row.id for row in page.rows] == [each.id for each in wanted], view
        assert getattr(counts, view.value) == len(wanted)
    assert counts.turn == 1


async def test_what_a_customer_writes_on_is_set_aside_no_more(container: Container, as_kim: Caller) -> None:
    records, inbox = container.interactions.records, container.messages.inbox
    matter = await records.get((await inbox.accept(NewMessage("Hello", "WEB"))).reference)
    await records.change(matter, Change(snoozed_until=now() + timedelta(days=1)), "kim")
    await inbox.accept(NewMessage("Are you there?", "WEB", joins=matter.id))
    assert (await records.get(matter.reference)).snoozed_until is None


async def test_unread_is_what_came_after_somebody_looked(container: Container, as_kim: Caller) -> None:
    inbox, personal = container.messages.inbox, container.interactions.personal
    said = await inbox.accept(NewMessage("Hello", "WEB"))
    assert (await personal.of(said.interaction_id, as_kim)).unread
    assert not (await personal.opened(said.interaction_id, as_kim)).unread
    await inbox.accept(NewMessage("Are you there?", "WEB", joins=said.interaction_id))
    assert (await personal.of(said.interaction_id, as_kim)).unread
    assert await personal.seen(as_kim, [said.interaction_id]) == {said.interaction_id: 1}
    await personal.opened(said.interaction_id, as_kim)
    assert (await personal.change(said.interaction_id, as_kim, unread=True)).unread


def propose(connection: Connection, interaction_id: int, message_id: str) -> int:
    """A question of the rules that waits for an answer."""
    ids = {"id": "D1", "message_id": message_id}
    connection.execute(
        insert(decision),
        [
            ids
            | {
                "rule_set": "",
                "rule_set_version": 1,
                "rule": "",
                "route": "",
                "actions": [],
                "facts": {},
                "created_at": now(),
            }
        ],
    )
    row = {"key": "E1", "message_id": message_id, "interaction_id": interaction_id, "decision_id": "D1", "position": 0}
    row |= {
        "kind": "ask_person",
        "parameters": {},
        "state": "waiting",
        "proposal": True,
        "detail": {},
        "created_at": now(),
    }
    return connection.execute(insert(effect), [row]).rowcount


async def test_drafts_are_each_persons_own_and_end_with_what_is_sent(container: Container, as_kim: Caller) -> None:
    personal, replies = container.interactions.personal, container.messages.replies
    said = await container.messages.inbox.accept(NewMessage("Hello", "WEB"))
    matter = await container.interactions.records.get(said.reference)
    await personal.change(matter.id, as_kim, reply="Dear Ms", memo="Ask Ada")
    assert (await personal.of(matter.id, ADA)).reply == ""
    await replies.add(matter, "Dear Ms Thornbury", "HA", "kim", None, "", as_kim.id)
    kept = await personal.of(matter.id, as_kim)
    assert (kept.reply, kept.memo) == ("", "Ask Ada")


async def test_others_are_seen_there_and_writing_until_nothing_is_heard_of_them(
    container: Container, as_kim: Caller
) -> None:
    said = await container.messages.inbox.accept(NewMessage("Hello", "WEB"))
    later = StoredPersonal(container.database, lambda: now() + GONE_AFTER)
    personal, here = container.interactions.personal, said.interaction_id
    assert (await personal.change(here, ADA)).others == ()
    assert (await personal.change(here, as_kim, reply="Dear")).others == (Presence("ada", False),)
    assert (await personal.of(here, ADA)).others == (Presence("kim", True),)
    assert (await later.of(here, ADA)).others == ()
