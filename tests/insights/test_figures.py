"""Every figure equals a plain SQL count over the rows behind it: random questions, random data, both databases."""

import itertools
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text, update

from benchmarks.invented import loading as bulk
from benchmarks.invented.interaction import DemoSize
from benchmarks.invented.made import make
from frontdesk.insights.dimensions import DIMENSIONS, FILTERS, SPAN_CODES, SPANS, WEEKDAYS
from frontdesk.insights.measures import MEASURES, Grain, How, Unit
from frontdesk.insights.questions import Question
from frontdesk.insights.service import InsightService
from frontdesk.interfaces import Invalid
from frontdesk.model import Change, Status
from frontdesk.storage.insights.facts import StoredFacts
from frontdesk.storage.schema.interactions import interaction
from frontdesk.wiring.container import Container

ZONE = ZoneInfo("Europe/Berlin")
UNTIL = datetime(2026, 4, 15, 12, tzinfo=UTC)  # the clock is put forward on 29 March
MESSAGES = 500

# Plain SQL over the product's own tables, written without looking at how facts are made.
LAST_WORD = """COALESCE((SELECT c.becomes FROM correction c WHERE c.message_id = m.id AND c.analysis_id = a.id
  AND c.field = '{field}' ORDER BY c.id DESC LIMIT 1), a.{field}, '') AS {name}"""
FIELDS = {"intent": "intent", "sentiment": "sentiment", "message_type": "type", "language": "language"}
OF_MESSAGE = ", ".join(LAST_WORD.format(field=f, name=n) for f, n in FIELDS.items()) + ", COALESCE(a.tier, '') AS tier"
OF_MATTER = (
    "i.customer_id AS customer, i.priority, i.category, i.status, i.route, i.team, i.first_answer_at, "
    "i.acknowledged_at, i.created_at"
)
WORKED = """(SELECT d.worked FROM deadline d WHERE d.interaction_id = i.id AND d.name = '{name}'
  AND d.outcome IN ('met', 'missed'))"""
ABOUT_TIME = f"""i.first_person_answer_at, {WORKED.format(name="first_answer")} AS first_person_answer_working,
  {WORKED.format(name="resolution")} AS resolution_working,
  (SELECT min(CASE WHEN d.missed_at IS NULL THEN 1 ELSE 0 END) FROM deadline d WHERE d.interaction_id = i.id
    AND d.name IN ('first_answer', 'next_answer', 'resolution') AND (d.missed_at IS NOT NULL OR d.outcome = 'met'))
    AS service_level_kept,
  CASE WHEN i.reopened > 0 THEN 1 ELSE 0 END AS reopened,
  CASE WHEN i.status NOT IN ('SP', 'CO', 'CL') THEN NULL WHEN i.reopened = 0 AND (SELECT count(*)
    FROM outbound_message o WHERE o.interaction_id = i.id AND o.type <> 'IM' AND o.state NOT IN ('failed', 'withheld'))
    = 1 THEN 1 ELSE 0 END AS one_touch,
  CASE WHEN i.status IN ('SP', 'CO', 'CL') THEN 0 ELSE 1 END AS backlog"""
SQL = {
    Grain.MESSAGE: f"""SELECT m.id AS key, m.received_at AS at, m.channel, {OF_MESSAGE}, {OF_MATTER},
      (SELECT count(*) FROM effect e WHERE e.message_id = m.id AND e.kind = 'create_service_call' AND e.state = 'done')
        AS service_calls,
      (SELECT count(*) FROM correction c WHERE c.message_id = m.id) AS corrections,
      (SELECT COALESCE(sum(l.cost), 0) FROM model_call l WHERE l.message_id = m.id) AS cost
      FROM inbound_message m JOIN interaction i ON i.id = m.interaction_id
      LEFT JOIN analysis a ON a.id = m.analysis_id""",
    Grain.INTERACTION: f"""SELECT i.id AS key, i.created_at AS at, i.channel, {OF_MESSAGE}, {OF_MATTER},
      i.intent AS intent_now, i.sentiment AS sentiment_now, i.closed_at,
      (SELECT count(*) FROM outbound_message o WHERE o.interaction_id = i.id AND o.type = 'HA') AS by_person,
      {ABOUT_TIME}
      FROM interaction i LEFT JOIN inbound_message m ON m.interaction_id = i.id
        AND m.sequence = (SELECT max(sequence) FROM inbound_message x WHERE x.interaction_id = i.id)
      LEFT JOIN analysis a ON a.id = m.analysis_id WHERE i.merged_into IS NULL""",
    Grain.REPLY: f"""SELECT o.id AS key, o.created_at AS at, o.channel, {OF_MESSAGE}, {OF_MATTER},
      i.intent AS intent_now, i.sentiment AS sentiment_now
      FROM outbound_message o JOIN interaction i ON i.id = o.interaction_id
      LEFT JOIN inbound_message m ON m.interaction_id = i.id
        AND m.sequence = (SELECT max(sequence) FROM inbound_message x WHERE x.interaction_id = i.id)
      LEFT JOIN analysis a ON a.id = m.analysis_id WHERE o.type <> 'IM'""",
}


@pytest.fixture
async def container_with_data(container: Container) -> AsyncIterator[Container]:
    for portion in make(DemoSize(MESSAGES, 11, UNTIL, days=60)):
        await bulk.fill(container.database, portion.tables())
    await bulk.finish(container.database)
    return container


def moment(value: Any) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def whole(value: Any) -> int:
    return int(moment(value).timestamp())


async def plain_rows(container: Container) -> dict[Grain, list[dict[str, Any]]]:
    def read(connection: Connection) -> dict[Grain, list[dict[str, Any]]]:
        return {grain: [dict(r) for r in connection.execute(text(sql)).mappings()] for grain, sql in SQL.items()}

    rows = await container.database.read(read)
    for grain, each in ((grain, row) for grain, found in rows.items() for row in found):
        if grain is not Grain.MESSAGE:
            each["intent"], each["sentiment"] = each["intent_now"] or "", each["sentiment_now"] or ""
        each["customer"] = each["customer"] or ""
        each["seconds"] = (
            whole(each["first_answer_at"]) - whole(each["created_at"]) if each["first_answer_at"] else None
        )
        each["receipt"] = (
            whole(each["acknowledged_at"]) - whole(each["created_at"]) if each["acknowledged_at"] else None
        )
    return rows


def keys(row: dict[str, Any], name: str) -> str:
    local = moment(row["at"]).astimezone(ZONE)
    if name == "answer_time":
        seconds = row["seconds"]
        return "none" if seconds is None else SPAN_CODES[sum(seconds >= end for end in SPANS) + 1]
    week = local.isocalendar()
    calendar = {
        "hour": f"{local:%Y-%m-%dT%H}",
        "day": f"{local:%Y-%m-%d}",
        "week": f"{week.year}-W{week.week:02d}",
        "month": f"{local:%Y-%m}",
        "quarter": f"{local.year}-Q{(local.month - 1) // 3 + 1}",
        "year": f"{local.year}",
        "hour_of_day": f"{local.hour:02d}",
        "weekday": WEEKDAYS[local.weekday()],
    }
    return calendar[name] if name in calendar else str(row[name])


def value(row: dict[str, Any], name: str) -> float | None:
    """What a row brings to a measure; None where it has no part in it."""
    if name == "negative_share":
        return None if row["sentiment"] == "" else float(row["sentiment"] == "Negative")
    if name.startswith("first_answer"):
        return row["seconds"]
    if name == "first_person_answer":
        return (
            whole(row["first_person_answer_at"]) - whole(row["created_at"]) if row["first_person_answer_at"] else None
        )
    if name == "first_acknowledgement":
        return row["receipt"]
    if name == "time_to_close":
        return whole(row["closed_at"]) - whole(row["created_at"]) if row["closed_at"] else None
    if name == "automation_rate":
        return None if row["seconds"] is None and row["receipt"] is None else float(row["by_person"] == 0)
    if MEASURES[name].how is How.COUNT:
        return 1.0
    return None if row[name] is None else float(row[name])


def figure(rows: list[dict[str, Any]], name: str) -> float | None:
    asked = MEASURES[name]
    values = sorted(v for v in (value(row, name) for row in rows) if v is not None)
    if asked.how in (How.COUNT, How.SUM):
        return sum(values) / (1_000_000 if asked.unit is Unit.MONEY else 1)
    if not values:
        return None
    if asked.how is How.RANK:
        return values[max(0, -(-int(asked.rank * 100) * len(values) // 100) - 1)]
    return sum(values) / len(values)


def fits(row: dict[str, Any], question: Question) -> bool:
    at = moment(row["at"])
    inside = (question.since is None or at >= question.since) and (question.until is None or at < question.until)
    return inside and all(keys(row, name) in values for name, values in question.where.items())


def questions(rows: dict[Grain, list[dict[str, Any]]], chance: random.Random) -> Question:
    sample = chance.choice(rows[Grain.MESSAGE])
    where = {
        name: tuple({keys(sample, name), keys(chance.choice(rows[Grain.INTERACTION]), name)})
        for name in chance.sample(FILTERS, chance.choice((0, 0, 1, 2)))
    }
    since = UNTIL - timedelta(days=chance.randrange(10, 80), seconds=chance.randrange(86_400))
    until = since + timedelta(days=chance.randrange(1, 60)) if chance.random() < 0.5 else None
    measures = tuple(chance.sample(sorted(MEASURES), chance.randrange(1, 4)))
    by = tuple(chance.sample(sorted(DIMENSIONS), chance.randrange(3)))
    return Question(
        measures, by, where, since if chance.random() < 0.7 else None, until if chance.random() < 0.7 else None
    )


def expected(
    rows: dict[Grain, list[dict[str, Any]]], question: Question
) -> dict[tuple[str, ...], dict[str, float | None]]:
    cells: dict[tuple[str, ...], dict[str, float | None]] = {}
    parts: dict[tuple[tuple[str, ...], str], list[dict[str, Any]]] = {}
    for name in question.measures:
        for row in rows[MEASURES[name].grain]:
            if fits(row, question):
                parts.setdefault((tuple(keys(row, by) for by in question.by), name), []).append(row)
    for key, _ in parts:
        cells[key] = {name: figure(parts.get((key, name), []), name) for name in question.measures}
    return cells


async def disturb(container: Container, chance: random.Random) -> None:
    """Corrections, changes of status and customer, on top of what was made."""
    ids = await container.database.read(
        lambda c: list(c.execute(text("SELECT id FROM inbound_message ORDER BY id")).scalars())
    )
    for message_id in chance.sample(ids, 12):
        field, word = chance.choice((("intent", "CA"), ("intent", ""), ("sentiment", "Positive"), ("language", "fr")))
        await container.messages.readings.correct(message_id, field, word, "Kim", None)
    merged = update(interaction).where(interaction.c.id.in_(chance.sample(range(1, 200), 4))).values(merged_into=1)
    await container.database.write(lambda c: c.execute(merged).rowcount)
    for number in chance.sample(range(1, 200), 12):
        here = interaction.c.id == number
        change = (
            {"status": "CL", "closed_at": UNTIL} if chance.random() < 0.5 else {"customer_id": None, "priority": "V"}
        )
        await container.database.write(
            lambda c, here=here, change=change: c.execute(update(interaction).where(here).values(**change)).rowcount
        )


@pytest.mark.slow
async def test_every_figure_equals_a_plain_sql_count(container_with_data: Container) -> None:
    chance = random.Random(5)
    service = InsightService(StoredFacts(container_with_data.database), ZONE, fresh_seconds=0)
    for round_ in range(3):
        rows = await plain_rows(container_with_data)
        for number in range(50):
            question = questions(rows, chance)
            answer = await service.answer(question)
            wanted = expected(rows, question)
            found = {cell.keys: dict(cell.figures) for cell in answer.cells}
            if not question.by:
                wanted = wanted or {(): {name: figure([], name) for name in question.measures}}
                found = found or {(): dict(answer.totals)}
            assert found.keys() == wanted.keys(), question
            for key, figures in wanted.items():
                assert found[key] == pytest.approx(figures), (round_, number, question, key)
        await disturb(container_with_data, chance)
    assert await StoredFacts(container_with_data.database).check() == []


async def test_the_rows_behind_a_cell_are_those_that_it_counts(container_with_data: Container) -> None:
    chance = random.Random(6)
    service = InsightService(StoredFacts(container_with_data.database), ZONE, fresh_seconds=0)
    rows = await plain_rows(container_with_data)
    for _ in range(40):
        question = questions(rows, chance)
        name = question.measures[0]
        behind = await service.behind(question, 10_000)
        part = {
            row["key"]
            for row in rows[behind.grain]
            if fits(row, question)
            and (v := value(row, name)) is not None
            and (v > 0 or MEASURES[name].how in (How.MEAN, How.RANK))
        }
        assert behind.total == len(part), question
        assert {each.id for each in behind.rows} == part


async def test_pages_of_rows_are_newest_first_and_leave_nothing_out(container_with_data: Container) -> None:
    service = InsightService(StoredFacts(container_with_data.database), ZONE)
    question = Question(("inbound",))
    pages = [await service.behind(question, 70, offset) for offset in range(0, 560, 70)]
    rows = [row for page in pages for row in page.rows]
    assert len({row.id for row in rows}) == len(rows) == MESSAGES
    times = [row.at for row in rows]  # type: ignore[union-attr]
    assert all(int(a.timestamp()) >= int(b.timestamp()) for a, b in itertools.pairwise(times))


async def test_what_happens_later_is_in_the_next_answer(container_with_data: Container) -> None:
    container = container_with_data
    service = InsightService(StoredFacts(container.database), ZONE, fresh_seconds=0)
    question = Question(("interactions",), ("status",))
    before = {cell.keys[0]: cell.figures["interactions"] for cell in (await service.answer(question)).cells}
    page = await container.database.read(
        lambda c: list(
            c.execute(text("SELECT reference FROM interaction WHERE status = 'IP' ORDER BY id LIMIT 3")).scalars()
        )
    )
    for reference in page:
        found = await container.interactions.records.get(reference)
        await container.interactions.records.change(found, Change(status=Status.CLOSED), "Kim")
    after = {cell.keys[0]: cell.figures["interactions"] for cell in (await service.answer(question)).cells}
    assert after["CL"] == (before["CL"] or 0) + 3


async def test_no_facts_answer_nothing(container: Container) -> None:
    service = InsightService(StoredFacts(container.database), ZONE)
    answer = await service.answer(Question(("inbound", "negative_share"), ("channel", "day")))
    assert (list(answer.cells), answer.totals) == ([], {"inbound": 0, "negative_share": None})


@pytest.mark.parametrize(
    ("question", "word"),
    [
        (Question(()), "measures"),
        (Question(("love",)), "love"),
        (Question(("inbound",), ("mood",)), "mood"),
        (Question(("inbound",), ("day", "day")), "different"),
        (Question(("inbound",), ("day", "intent", "team")), "at most 2"),
        (Question(("inbound",), (), {"day": ("2026-01-01",)}), "since"),
        (Question(("inbound",), since=UNTIL, until=UNTIL), "until"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_words(container: Container, question: Question, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        await InsightService(StoredFacts(container.database), ZONE).answer(question)
