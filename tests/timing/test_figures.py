"""The figures about time, against a plain count over the rows, after random histories with merges and reopenings."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from frontdesk.insights.questions import Question
from frontdesk.model import Status, WaitingOn
from frontdesk.storage.insights.facts import StoredFacts
from frontdesk.storage.schema.interactions import deadline, interaction, outbound_message
from frontdesk.ticketing.status import ENDED
from frontdesk.timing.calendars import working_seconds
from frontdesk.wiring.container import Container
from tests.timing.desk import BERLIN, Desk
from tests.timing.written import calendar

# In the night after the second day the clocks are set forward.
START = "2026-03-27T08:00:00+00:00"
LEVELS = {"usual": {"first_answer": "2h", "next_answer": "4h", "resolution": "12h"}}
MEASURES = ("interactions", "first_person_answer", "first_person_answer_working", "resolution_working")
SHARES = ("service_level_kept", "reopened", "one_touch", "backlog")


async def history(desk: Desk, drawn: random.Random) -> None:
    """What can happen in some weeks."""
    matters = [await desk.says() for _ in range(4)]
    await desk.answers(matters[0])
    for status in (Status.CLOSED, Status.RE_OPENED):
        await desk.sets(matters[0], status=status)
    for _ in range(50):
        matter = await desk.records.get(drawn.choice(matters).reference)
        what = drawn.choice(["new", "says", "answers", "answers", "third", "status", "merge", "time", "time", "time"])
        if what == "time":
            await desk.after(minutes=drawn.choice([20, 90, 700, 3000]))
        elif what == "new":
            matters.append(await desk.says())
        elif matter.merged_to:
            continue
        elif what == "says":
            await desk.says("And now?", joins=matter.id)
        elif what == "answers":
            await desk.answers(matter)
        elif what == "third" and matter.status not in ENDED:
            await desk.sets(matter, waiting_on=WaitingOn.THIRD)
        elif what == "status":
            await desk.sets(matter, status=Status.RE_OPENED if matter.status in ENDED else Status.CLOSED)
        elif what == "merge" and drawn.random() < 0.4:
            other = await desk.records.get(drawn.choice(matters).reference)
            if not other.merged_to and other.id != matter.id:
                await desk.merging.merge(matter, other, "kim")


def counted(connection: Connection) -> dict[str, Any]:
    """The same by a plain count."""
    rows = connection.execute(select(interaction).where(interaction.c.merged_into.is_(None))).mappings().all()
    levels: dict[int, list[Any]] = {row["id"]: [] for row in rows}
    for each in connection.execute(select(deadline)).mappings():
        levels.get(each["interaction_id"], []).append(each)
    sent = [row[0] for row in connection.execute(select(outbound_message.c.interaction_id))]
    worked: dict[str, list[int]] = {"first_answer": [], "resolution": []}
    for theirs in levels.values():
        for each in theirs:
            if each["name"] in worked and each["outcome"] in ("met", "missed"):
                worked[each["name"]].append(each["worked"])
    told = [each for each in levels.values() if any(row["missed_at"] or row["outcome"] == "met" for row in each)]
    over = [row for row in rows if row["status"] in ENDED]
    answered = [row["first_person_answer_at"] - row["created_at"] for row in rows if row["first_person_answer_at"]]
    return {
        "interactions": len(rows),
        "first_person_answer": mean([each.total_seconds() for each in answered]),
        "first_person_answer_working": mean(worked["first_answer"]),
        "resolution_working": mean(worked["resolution"]),
        "service_level_kept": mean([not any(row["missed_at"] for row in each) for each in told]),
        "reopened": mean([row["reopened"] > 0 for row in rows]),
        "one_touch": mean([sent.count(row["id"]) == 1 and not row["reopened"] for row in over]),
        "backlog": len(rows) - len(over),
    }


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_figure_about_time_is_what_a_count_over_the_rows_gives(container: Container, seed: int) -> None:
    desk = Desk(container, START)
    await desk.set_up({"calendars": {"desk": BERLIN}, "levels": LEVELS})
    await history(desk, random.Random(seed))
    answers = [await container.insights.service.answer(Question(each)) for each in (MEASURES, SHARES)]
    expected = await container.database.read(counted)
    assert expected["resolution_working"] is not None
    assert expected["reopened"]
    assert {name: value for each in answers for name, value in each.totals.items()} == pytest.approx(expected)
    assert await StoredFacts(container.database).check() == []


async def test_the_working_time_of_a_first_answer_is_that_of_the_calendar(container: Container) -> None:
    desk = Desk(container, START)
    await desk.set_up({"calendars": {"desk": BERLIN}, "levels": {"usual": {"first_answer": "40h"}}})
    matter = await desk.says()
    await desk.until("2026-03-30T09:30:00+00:00")
    found = await desk.deadlines(await desk.answers(matter))
    hours = calendar(BERLIN["zone"], BERLIN["hours"], "DE")
    since, until = datetime.fromisoformat(START), datetime(2026, 3, 30, 9, 30, tzinfo=UTC)
    assert found["first_answer"].worked == working_seconds(hours, since, until) == 8 * 3600 + 2.5 * 3600
