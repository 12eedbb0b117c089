"""Rules that wait: begun and cancelled with what happens, carried out once, and never outside business hours."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from frontdesk.interfaces import Invalid
from frontdesk.model import Status, WaitingOn
from frontdesk.storage.schema.interactions import deadline
from frontdesk.storage.schema.pipeline import effect
from frontdesk.timing.deadlines import Outcome
from frontdesk.wiring.container import Container
from tests.fakes import Crash
from tests.timing.desk import BERLIN, Desk

MONDAY = "2026-07-06T07:00:00+00:00"  # nine o'clock in Berlin
CALENDAR = {"desk": BERLIN}
ESCALATE = {"event": "no_answer", "after": "4h", "working": "yes", "actions": "escalate team=SUPPORT\ntag tags=late"}
REMIND = {"event": "no_reply", "after": "3d", "actions": 'reply text="Do you still need our help?"'}
CLOSE = {"event": "no_reply", "after": "7d", "actions": "set_status status=CL"}


async def desk_with(container: Container, a_minute: int = 60, **rules: dict[str, str]) -> Desk:
    desk = Desk(container, MONDAY, a_minute)
    await desk.set_up({"calendars": CALENDAR, "rules": rules})
    return desk


async def test_four_working_hours_without_an_answer_escalate_once(container: Container) -> None:
    desk = await desk_with(container, late=ESCALATE)
    matter = await desk.says()
    await desk.after(hours=3, minutes=59)
    assert await desk.timed() == []
    for _ in range(3):
        await desk.after(minutes=1)
    after = await desk.records.get(matter.reference)
    assert (await desk.timed(), after.team, after.priority, after.tags) == (["late"], "SUPPORT", "H", "late")


async def test_an_answer_cancels_in_its_own_transaction_and_the_next_message_begins_anew(container: Container) -> None:
    desk = await desk_with(container, late=ESCALATE)
    matter = await desk.says()
    await desk.after(hours=1)
    await desk.answers(matter)
    assert (await desk.deadlines(matter))["rule:late"].outcome is Outcome.CANCELLED
    await desk.says("And now?", joins=matter.id)
    await desk.after(hours=3, minutes=30)
    assert await desk.timed() == []
    await desk.after(hours=1)
    assert await desk.timed() == ["late"]


async def test_a_customer_who_does_not_answer_is_reminded_and_then_the_interaction_is_closed(
    container: Container,
) -> None:
    desk = await desk_with(container, remind=REMIND, close=CLOSE)
    matter = await desk.answers(await desk.says(), "Please send us the number.")
    await desk.after(days=2, hours=23)
    assert await desk.timed() == []
    await desk.after(hours=2)
    assert (await desk.timed(), (await desk.sent())[1:]) == (["remind"], ["Do you still need our help?"])
    await desk.after(days=4)
    assert await desk.timed() == ["remind", "close"]
    assert (await desk.records.get(matter.reference)).status is Status.CLOSED


async def test_a_customer_who_answers_is_neither_reminded_nor_closed(container: Container) -> None:
    desk = await desk_with(container, remind=REMIND, close=CLOSE)
    matter = await desk.answers(await desk.says())
    await desk.after(days=2)
    await desk.says("It is 4711.", joins=matter.id)
    await desk.after(days=30)
    assert await desk.timed() == []


async def test_a_message_to_a_customer_waits_for_business_hours(container: Container) -> None:
    desk = await desk_with(container, remind=REMIND)
    await desk.until("2026-07-08T14:00:00+00:00")
    matter = await desk.answers(await desk.says())
    due = (await desk.deadlines(matter))["rule:remind"].due_at
    assert due == datetime.fromisoformat("2026-07-13T07:00:00+00:00")  # not on the Saturday on which three days end


async def test_a_level_that_is_near_or_missed_begins_rules(container: Container) -> None:
    desk = Desk(container, MONDAY)
    rules = {
        "warn": {"event": "near", "actions": "tag tags=hurry"},
        "blame": {"event": "missed", "after": "1h", "actions": "tag tags=missed"},
    }
    levels = {"usual": {"first_answer": "2h", "near": "30m"}}
    await desk.set_up({"calendars": CALENDAR, "levels": levels, "rules": rules})
    matter = await desk.says()
    await desk.after(minutes=90)
    await desk.after(minutes=1)
    assert (await desk.records.get(matter.reference)).tags == "hurry"
    await desk.after(minutes=91)
    await desk.after(minutes=1)
    assert (await desk.records.get(matter.reference)).tags == "hurry, missed"


async def test_after_an_outage_the_oldest_come_first_and_only_some_a_minute(container: Container) -> None:
    desk = await desk_with(container, a_minute=2, late=ESCALATE)
    matters = []
    for _ in range(5):
        matters.append(await desk.says())
        await desk.after(minutes=1)

    async def late() -> list[bool]:
        return [(await desk.records.get(each.reference)).tags == "late" for each in matters]

    await desk.after(days=2)
    assert await late() == [True, True, False, False, False]
    await desk.after(seconds=30)
    assert await late() == [True, True, False, False, False]
    await desk.after(seconds=31)
    assert await late() == [True, True, True, True, False]


async def test_a_rule_knows_nothing_that_was_before_it(container: Container) -> None:
    desk = Desk(container, MONDAY)
    matter = await desk.says()
    await desk.after(days=30)
    await desk.set_up({"calendars": CALENDAR, "rules": {"late": ESCALATE, "remind": REMIND}})
    await desk.after(days=1)
    assert (await desk.timed(), await desk.deadlines(matter)) == ([], {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("event", "moon_full"), ("after", "soon"), ("after", "3d"), ("working", "maybe"), ("position", "1")),
        *(("actions", text) for text in ("", "dance", 'reply text="open', "set_status status=XX")),
    ],
)
async def test_what_is_no_rule_is_refused_with_the_field_that_is_wrong(
    container: Container, field: str, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await container.configuration.timing.put("rules", "late", ESCALATE | {field: text}, "admin")
    assert refused.value.field == field


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_every_timed_action_is_done_once_or_cancelled(container: Container, seed: int) -> None:
    """Random events, and faults: workers that die before or after they commit, leases that run out."""
    drawn = random.Random(seed)
    desk = await desk_with(container, late=ESCALATE, remind=REMIND, close=CLOSE)
    matters = [await desk.says() for _ in range(3)]
    strike = desk.times.strike

    async def dying(*given: object) -> bool:
        before, after = drawn.random() < 0.2, drawn.random() < 0.2
        if before:
            raise Crash
        done = await strike(*given)  # type: ignore[arg-type]  # handed on
        if after:
            raise Crash
        return done

    desk.times.strike = dying  # type: ignore[method-assign]  # as kill -9 would
    for _ in range(60):
        matter = await desk.records.get(drawn.choice(matters).reference)
        what = drawn.choice(["says", "answers", "third", "open", "close", "time", "time", "time"])
        if what == "says":
            await desk.says("And now?", joins=matter.id)
        elif what == "answers":
            await desk.answers(matter)
        elif what == "third":
            await desk.sets(matter, waiting_on=WaitingOn.THIRD)
        elif what in ("open", "close") and (matter.status is Status.CLOSED) is (what == "open"):
            await desk.sets(matter, status=Status.RE_OPENED if what == "open" else Status.CLOSED)
        else:
            await desk.after(hours=drawn.choice([1, 5, 30, 80]))
    desk.times.strike = strike  # type: ignore[method-assign]
    await desk.after(minutes=5)
    rows = await desk.database.read(lambda c: c.execute(select(deadline)).mappings().all())
    fired = Counter(row["name"].removeprefix("rule:") for row in rows if row["outcome"] == Outcome.FIRED)
    assert Counter(await desk.timed()) == fired
    assert fired.total() > 3
    overdue = [row for row in rows if row["wake_at"] and row["wake_at"] <= desk.clock() - timedelta(minutes=2)]
    assert overdue == []
    keys = await desk.database.read(
        lambda c: list(c.execute(select(effect.c.key).where(effect.c.kind == "reply")).scalars())
    )
    assert len(keys) == fired["remind"]
    assert (await desk.sent()).count("Do you still need our help?") == fired["remind"]
