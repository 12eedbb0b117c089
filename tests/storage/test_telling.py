"""People are told what concerns them: what became theirs, where they are mentioned, whose customer wrote."""

from collections.abc import Sequence

import pytest

from frontdesk.interfaces.access import CALLER
from frontdesk.model import Caller, Change, Grant, InteractionFilter, NewMessage, Role
from frontdesk.model.console import ListSort, Told
from frontdesk.model.desk import AssignmentMode, TeamAssignment
from frontdesk.model.queries import DeskView
from frontdesk.wiring.container import Container
from tests.storage.test_assignment import join, waiting


@pytest.fixture
async def people(container: Container) -> tuple[Caller, Caller]:
    """Kim, and Kim Doe."""
    kim, doe = await join(container, "Kim", "Kim_Doe")
    return Caller(kim, "Kim", Role.AGENT), Caller(doe, "Kim_Doe", Role.AGENT)


async def told(container: Container, person: Caller) -> Sequence[tuple[str, str]]:
    return [(each.told.value, each.told_by) for each in await container.interactions.personal.told(person)]


async def test_who_is_given_an_interaction_is_told_by_whom_and_who_takes_one_is_not(
    container: Container, people: tuple[Caller, Caller]
) -> None:
    kim, doe = people
    given, taken, assigned = await waiting(container, 3)
    records = container.interactions.records
    await records.change(given, Change(assignee="Kim_Doe"), "Kim")
    await records.change(taken, Change(assignee="Kim"), "Kim")
    assert (await told(container, doe), await told(container, kim)) == ([("assigned", "Kim")], [])
    await container.interactions.assignment.put(TeamAssignment("TEC", AssignmentMode.FEWEST_OPEN), "sue")
    await container.interactions.assignment.run()
    assert (await records.get(assigned.reference)).assignee == "Kim"
    assert await told(container, kim) == [("assigned", "")]


async def test_who_stands_behind_an_at_in_a_memo_is_told_and_finds_it_in_a_view(
    container: Container, people: tuple[Caller, Caller]
) -> None:
    _, doe = people
    matter, other = await waiting(container, 2)
    replies = container.messages.replies
    await replies.add(matter, "Please look, @kim_doe: (a@Kim.example)", "IM", "Ada", None)
    await replies.add(other, "Dear @Kim_Doe", "HA", "Ada", None)  # no memo
    assert await told(container, doe) == [("mentioned", "Ada")]
    acting = CALLER.set(doe)
    page = await container.interactions.lists.page(InteractionFilter(view=DeskView.MENTIONED), ListSort.WAITING, 9)
    counted = (await container.interactions.lists.view_counts()).mentioned
    CALLER.reset(acting)
    assert ([row.reference for row in page.rows], counted) == ([matter.reference], 1)


async def test_an_owner_is_told_that_the_customer_wrote_until_they_look(
    container: Container, people: tuple[Caller, Caller]
) -> None:
    kim, doe = people
    [matter, other] = await waiting(container, 2, owner="Kim")
    for each in (matter, matter, other):
        await container.messages.inbox.accept(NewMessage("Are you there?", "WEB", joins=each.id))
    personal = container.interactions.personal
    newest: Told = (await personal.told(kim))[0]
    assert (newest.reference, await told(container, kim)) == (other.reference, [("answered", "")] * 2)
    assert await told(container, doe) == []
    elsewhere = Caller(kim.id, kim.name, Role.AGENT, Grant(teams=frozenset({"SAL"})))
    assert await told(container, elsewhere) == []
    await personal.change(other.id, kim, unread=True)
    assert len(await told(container, kim)) == 2
    await personal.opened(other.id, kim)
    assert len(await told(container, kim)) == 1
    await personal.heed(kim)
    assert await told(container, kim) == []
