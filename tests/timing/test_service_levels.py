"""Service levels on a desk: when each target is due, when it pauses, and that a miss stays."""

import random
from datetime import datetime, timedelta

import pytest

from frontdesk.model import OutboundMessage, Receipt, Status, WaitingOn
from frontdesk.storage.people.customers import StoredCustomers
from frontdesk.timing.calendars import Calendar
from frontdesk.timing.deadlines import Outcome
from frontdesk.timing.entries import setup_of
from frontdesk.wiring.container import Container
from tests.timing.desk import BERLIN, Desk
from tests.timing.written import text_of

LEVELS = {
    "calendars": {"desk": BERLIN},
    "levels": {"usual": {"first_answer": "4h", "next_answer": "8h", "resolution": "16h", "near": "1h"}},
}
# A Friday at 14:00 in Berlin; three hours are left of it.
FRIDAY = "2026-07-03T12:00:00+00:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def opened(container: Container, **levels: str) -> Desk:
    desk = Desk(container, FRIDAY)
    entries = LEVELS | {"levels": {"usual": LEVELS["levels"]["usual"] | levels}}
    await desk.set_up(entries)
    return desk


async def test_targets_are_due_in_the_working_time_of_the_desk(container: Container) -> None:
    desk = await opened(container)
    found = await desk.deadlines(await desk.says())
    assert {name: each.due_at for name, each in found.items()} == {
        "first_answer": at("2026-07-06T08:00:00+00:00"),
        "resolution": at("2026-07-07T12:00:00+00:00"),
    }


async def test_an_answer_of_a_person_ends_the_first_target_and_pauses_the_resolution(container: Container) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.after(hours=1)
    await desk.answers(matter)
    found = await desk.deadlines(matter)
    assert (found["first_answer"].outcome, found["first_answer"].worked) == (Outcome.MET, 3600)
    assert (found["resolution"].due_at, found["resolution"].worked) == (None, 3600)
    await desk.until("2026-07-08T12:00:00+00:00")
    await desk.says("And now?", joins=matter.id)
    found = await desk.deadlines(matter)
    assert found["resolution"].due_at == at("2026-07-10T11:00:00+00:00")
    assert found["next_answer"].due_at == at("2026-07-09T12:00:00+00:00")


async def test_a_third_party_pauses_the_next_answer_and_the_resolution_but_never_the_first(
    container: Container,
) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.sets(matter, waiting_on=WaitingOn.THIRD)
    await desk.until("2026-07-06T08:00:01+00:00")
    found = await desk.deadlines(matter)
    assert (found["first_answer"].missed_at, found["resolution"].missed_at) == (at("2026-07-06T08:00:00+00:00"), None)
    assert found["resolution"].worked == 0
    await desk.answers(matter)
    await desk.says("And now?", joins=matter.id)
    await desk.sets(matter, waiting_on=WaitingOn.THIRD)
    await desk.after(days=9)
    assert (await desk.deadlines(matter))["next_answer"].missed_at is None


async def test_what_has_elapsed_survives_a_change_of_priority_level_and_calendar(container: Container) -> None:
    desk = Desk(container, FRIDAY)
    await desk.set_up(
        LEVELS
        | {"levels": {"usual": {"resolution": "16h", "position": "2"}, "fast": {"resolution": "2h", "priority": "V"}}}
    )
    matter = await desk.says()
    await desk.after(hours=1)
    await desk.sets(matter, priority="V")
    assert (await desk.deadlines(matter))["resolution"].due_at == at("2026-07-03T14:00:00+00:00")
    await desk.timing.put("calendars", "desk", BERLIN | {"hours": "Mon 12:00-13:00"}, "admin")
    await desk.run()
    found = (await desk.deadlines(matter))["resolution"]
    assert (found.worked, found.due_at) == (3600, at("2026-07-06T11:00:00+00:00"))
    await desk.timing.remove("levels", "fast", "admin")
    await desk.run()
    assert (await desk.deadlines(matter))["resolution"].due_at == at("2026-10-12T11:00:00+00:00")


async def test_a_miss_is_told_once_and_stays_whatever_comes_later(container: Container) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.until("2026-07-06T07:30:00+00:00")
    assert await desk.journaled("level_near") == [{"target": "first_answer", "level": "usual"}]
    await desk.until("2026-07-06T09:30:00+00:00")
    await desk.after(hours=1)
    await desk.timing.put("levels", "usual", {"first_answer": "400h"}, "admin")
    await desk.answers(matter)
    assert await desk.journaled("level_missed") == [{"target": "first_answer", "level": "usual"}]
    found = (await desk.deadlines(matter))["first_answer"]
    assert (found.outcome, found.missed_at) == (Outcome.MISSED, at("2026-07-06T08:00:00+00:00"))


async def test_an_answer_that_came_in_time_is_no_miss_although_nobody_looked_until_later(container: Container) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.until("2026-07-06T07:59:00+00:00")
    await desk.answers(matter)
    await desk.until("2026-07-20T08:00:00+00:00")
    assert (await desk.deadlines(matter))["first_answer"].outcome is Outcome.MET
    assert await desk.journaled("level_missed") == []


async def test_closing_stops_all_and_opening_again_goes_on_with_the_resolution(container: Container) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.after(hours=2)
    await desk.sets(matter, status=Status.CLOSED)
    found = await desk.deadlines(matter)
    assert (found["first_answer"].outcome, found["resolution"].outcome) == (Outcome.CANCELLED, Outcome.MET)
    await desk.until("2026-08-03T07:00:00+00:00")
    assert await desk.journaled("level_missed") == []
    await desk.sets(matter, status=Status.RE_OPENED)
    found = await desk.deadlines(matter)
    assert found["resolution"].due_at == at("2026-08-04T13:00:00+00:00")


async def test_the_interaction_that_was_merged_into_another_is_no_longer_measured(container: Container) -> None:
    desk = await opened(container)
    one, other = await desk.says(), await desk.says()
    await desk.merging.merge(one, other, "kim")
    await desk.until("2026-07-06T09:00:00+00:00")
    assert [each["target"] for each in await desk.journaled("level_missed")] == ["first_answer"]


@pytest.mark.parametrize("tier", ["gold", ""])
async def test_a_team_and_the_tier_of_a_customer_choose_the_calendar(container: Container, tier: str) -> None:
    desk = Desk(container, FRIDAY)
    always = {"zone": "UTC", "hours": "Mon-Sun 00:00-24:00", "tier": "gold", "position": "0"}
    await desk.set_up({"calendars": {"desk": BERLIN | {"position": "1"}, "always": always}, "levels": LEVELS["levels"]})
    customers = StoredCustomers(desk.database, desk.clock)
    await customers.add("4711", "Miller", None)
    matter = await desk.sets(await desk.says(), customer_id="4711")
    await customers.change("4711", None, tier=tier)
    await desk.after(minutes=1)
    due = (await desk.deadlines(matter))["first_answer"].due_at
    assert due == at("2026-07-03T16:00:00+00:00" if tier else "2026-07-06T08:00:00+00:00")


async def test_what_was_answered_out_of_data_waits_for_no_person_until_the_customer_writes_again(
    container: Container,
) -> None:
    desk = await opened(container)
    matter = await desk.says()
    await desk.after(hours=1)
    automatic = OutboundMessage("A" * 26, matter.id, 0, "QA", "WEB", "", "Tomorrow.", "assistant", desk.clock())
    await desk.outbox.draft(automatic)
    await desk.outbox.sent(automatic.id, Receipt("1"))
    assert (await desk.deadlines(matter))["first_answer"].outcome is Outcome.CANCELLED
    await desk.until("2026-07-06T12:00:00+00:00")
    await desk.says("That is wrong.", joins=matter.id)
    assert (await desk.deadlines(matter))["first_answer"].due_at == at("2026-07-06T15:00:00+00:00")


def counted(desk: Calendar, since: datetime, minutes: int) -> datetime:
    """When so many minutes of working time have passed, counted one by one on the clock on the wall."""
    while minutes:
        here = since.astimezone(desk.zone)
        now = here.hour * 3600 + here.minute * 60
        minutes -= any(low <= now < high for low, high in desk.periods(here.date()))
        since += timedelta(minutes=1)
    return since


async def test_over_a_year_every_target_is_due_and_missed_at_the_minute_that_a_count_gives(
    container: Container,
) -> None:
    drawn, desk = random.Random(18), Desk(container, "2026-01-01T00:00:00+00:00")
    hours = {"zone": "Europe/Berlin", "hours": "Mon-Sat 07:00-12:00 13:00-18:00\nSun 00:00-04:00", "holidays": "DE-BY"}
    await desk.set_up({"calendars": {"desk": hours}, "levels": {"usual": {"first_answer": "12h"}}})
    calendar = setup_of(text_of({"calendars": {"desk": hours}})).by_name["desk"]
    days = sorted([*range(0, 360, 12), 86, 87, 297])  # and around both changes of the clock
    for missed, day in enumerate(days):
        desk.clock.time = at("2026-01-01T00:00:00+00:00") + timedelta(days=day, minutes=drawn.randrange(1440))
        matter, due = await desk.says(), counted(calendar, desk.clock(), 12 * 60)
        assert (await desk.deadlines(matter))["first_answer"].due_at == due
        for moment in (due - timedelta(minutes=1), due + timedelta(seconds=15)):
            desk.clock.time = moment
            await desk.run()
            assert len(await desk.journaled("level_missed")) == missed + (moment > due)
        await desk.sets(matter, status=Status.CLOSED)
