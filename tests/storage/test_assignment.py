"""Interactions get owners as their teams want it: each one, within limits, and from who is away or silent to others."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from frontdesk.model import Change, Interaction, Lease, NewMessage, Role, Status, WaitingOn, WorkState
from frontdesk.model.desk import AssignmentMode, Availability, TeamAssignment, WhenAbsent
from frontdesk.storage.interactions.assigning import StoredAssignment
from frontdesk.storage.opening.open import open_database
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import interaction
from frontdesk.wiring.container import Container, database_url, now

TURN = TeamAssignment("TEC", AssignmentMode.ROUND_ROBIN)
FEWEST = TeamAssignment("TEC", AssignmentMode.FEWEST_OPEN)


async def join(container: Container, *names: str, there: bool = True) -> list[str]:
    """Agents of the team TEC; the ids of their accounts."""
    ids = []
    for name in names:
        mail = f"{name}@example.com"
        ids.append((await container.people.accounts.add_account(mail, name, Role.AGENT, None)).id)
        await container.people.accounts.set_teams(mail, frozenset({"TEC"}))
        if there:
            await container.interactions.assignment.heard(ids[-1])
    return ids


async def waiting(container: Container, count: int, owner: str = "") -> list[Interaction]:
    """Interactions of TEC that the pipeline has left to people, the longest waiting first."""
    found = []
    for number in range(count):
        said = await container.messages.inbox.accept(NewMessage(f"Hello {number}", "WEB"))
        matter = await container.interactions.records.get(said.reference)
        given = Change(team="TEC", assignee=owner or None)
        found.append(await container.interactions.records.change(matter, given, "rules"))
    await end_work(container)
    return found


async def end_work(container: Container) -> None:
    for _, lease in await container.work.queue.claim("host:1", 200, 30):
        await container.database.write(lambda c, mine=lease: end(c, mine))


def end(connection: object, lease: Lease) -> None:
    pass_fence(connection, lease, "", WorkState.DONE)  # type: ignore[arg-type]


async def owners(container: Container, matters: Sequence[Interaction]) -> list[str]:
    return [(await container.interactions.records.get(each.reference)).assignee for each in matters]


def later(container: Container, hours: float) -> StoredAssignment:
    """The same some hours from now, when nobody was heard of since."""
    return StoredAssignment(container.database, lambda: now() + timedelta(hours=hours), timedelta(days=9))


async def test_ten_at_once_give_each_interaction_to_one_person_and_keep_the_limit(container: Container) -> None:
    await join(container, "ada", "kim", "lee")
    matters = await waiting(container, 25)
    await container.interactions.assignment.put(
        TeamAssignment("TEC", AssignmentMode.FEWEST_OPEN, most_open=7), "supervisor"
    )
    url = database_url(container.settings)
    databases = [await open_database(url, 1) for _ in range(10)]
    try:
        done = await asyncio.gather(*(StoredAssignment(each, now).run() for each in databases))
    finally:
        await asyncio.gather(*(each.close() for each in databases))
    assert sum(done) == 21
    got = await owners(container, matters)
    assert Counter(got) == {"ada": 7, "kim": 7, "lee": 7, "": 4}
    assert got[-4:] == [""] * 4  # who waited longest came first
    changes = [
        each for each in await container.work.journal.since(0, 1000) if each.detail.get("assignee", [1])[0] == ""
    ]
    assert len(changes) == 21


async def test_in_turn_everybody_gets_one_before_anybody_gets_another(container: Container) -> None:
    await join(container, "ada", "kim", "lee")
    await container.interactions.assignment.put(TURN, "supervisor")
    matters = await waiting(container, 2)
    await container.interactions.assignment.run()
    matters += await waiting(container, 4)
    await container.interactions.assignment.run()
    assert await owners(container, matters) == ["ada", "kim", "lee"] * 2


async def test_who_has_the_fewest_open_gets_the_next(container: Container) -> None:
    await join(container, "ada", "kim")
    await waiting(container, 2, owner="ada")
    await container.interactions.assignment.put(FEWEST, "supervisor")
    matters = await waiting(container, 2)
    await container.interactions.assignment.run()
    assert await owners(container, matters) == ["kim", "kim"]


@pytest.mark.parametrize("availability", [Availability.BUSY, Availability.AWAY])
async def test_who_is_busy_or_away_gets_nothing_and_the_queue_stays_until_somebody_comes(
    container: Container, availability: Availability
) -> None:
    [ada] = await join(container, "ada")
    assignment = container.interactions.assignment
    await assignment.put(TURN, "supervisor")
    await assignment.heard(ada, availability)
    matters = await waiting(container, 1)
    assert (await assignment.run(), await owners(container, matters)) == (0, [""])
    await assignment.heard(ada, Availability.AVAILABLE)
    assert (await assignment.run(), await owners(container, matters)) == (1, ["ada"])


async def test_who_is_not_heard_of_is_away_and_a_limit_that_was_met_is_free_again_after_closing(
    container: Container,
) -> None:
    [ada, _] = [*await join(container, "ada"), *await join(container, "kim", there=False)]
    assignment, records = container.interactions.assignment, container.interactions.records
    await assignment.put(TeamAssignment("TEC", AssignmentMode.ROUND_ROBIN, most_open=1), "supervisor")
    matters = await waiting(container, 2)
    await assignment.run()
    assert await owners(container, matters) == ["ada", ""]
    await records.change(await records.get(matters[0].reference), Change(status=Status.CLOSED), "ada")
    await assignment.run()
    assert (await owners(container, matters))[1] == "ada"
    gone = StoredAssignment(container.database, lambda: now() + timedelta(minutes=6), timedelta(minutes=5))
    assert {each.id: each.availability for each in await gone.people()}[ada] is Availability.AWAY


async def test_what_the_pipeline_has_not_ended_with_and_what_does_not_wait_for_us_stays(container: Container) -> None:
    await join(container, "ada")
    assignment, records = container.interactions.assignment, container.interactions.records
    await assignment.put(TURN, "supervisor")
    [answered, aside] = await waiting(container, 2)
    await records.change(answered, Change(waiting_on=WaitingOn.CUSTOMER), "kim")
    await records.change(aside, Change(snoozed_until=now() + timedelta(days=1)), "kim")
    said = await container.messages.inbox.accept(NewMessage("Hello", "WEB"))
    fresh = await records.change(await records.get(said.reference), Change(team="TEC"), "rules")
    assert await assignment.run() == 0
    await end_work(container)
    assert await assignment.run() == 1
    assert await owners(container, [answered, aside, fresh]) == ["", "", "ada"]


@pytest.mark.parametrize(
    ("when_absent", "deputy", "owner"),
    [
        (WhenAbsent.KEPT, "kim", "ada"),
        (WhenAbsent.DEPUTY, "kim", "kim"),
        (WhenAbsent.DEPUTY, "", ""),
        (WhenAbsent.QUEUE, "kim", ""),
    ],
)
async def test_what_a_customer_writes_to_who_is_away_stays_or_goes_to_the_deputy_or_the_team(
    container: Container, when_absent: WhenAbsent, deputy: str, owner: str
) -> None:
    [ada, _] = await join(container, "ada", "kim")
    assignment = container.interactions.assignment
    await assignment.put(TeamAssignment("TEC", when_absent=when_absent), "supervisor")
    [before, after] = await waiting(container, 2, owner="ada")
    await assignment.depute(ada, deputy)
    await assignment.heard(ada, Availability.AWAY)
    assert await assignment.run() == 0
    await container.messages.inbox.accept(NewMessage("Are you there?", "WEB", joins=after.id))
    await assignment.run()
    assert await owners(container, [before, after]) == ["ada", owner]


async def test_an_owner_who_is_silent_loses_it_once_to_somebody_else(container: Container) -> None:
    await join(container, "ada", "kim")
    [matter] = await waiting(container, 1, owner="ada")
    await container.interactions.assignment.put(
        TeamAssignment("TEC", AssignmentMode.ROUND_ROBIN, returns_after_hours=2), "supervisor"
    )
    assert await later(container, 1.9).run() == 0
    assert await later(container, 2.1).run() == 2  # back to the team, and to the next
    assert await owners(container, [matter]) == ["kim"]
    assert await later(container, 9).run() == 0


async def test_a_silent_owner_counts_from_when_it_became_theirs(container: Container) -> None:
    await join(container, "ada")
    [matter] = await waiting(container, 1)
    old = update(interaction).where(interaction.c.id == matter.id).values(waiting_since=now() - timedelta(days=3))
    await container.database.write(lambda c: c.execute(old).rowcount)
    await container.interactions.assignment.put(TeamAssignment("TEC", returns_after_hours=2), "supervisor")
    await container.interactions.records.claim(await container.interactions.records.get(matter.reference), "ada")
    assert await container.interactions.assignment.run() == 0
    assert await later(container, 3).run() == 1
    assert await owners(container, [matter]) == [""]
