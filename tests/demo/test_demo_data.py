"""Invented messages in any number: the same for the same seed, uneven like real ones, kept from real data."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, func, select

from benchmarks.invented import loading as bulk
from benchmarks.invented.__main__ import tool
from benchmarks.invented.interaction import DemoSize
from benchmarks.invented.made import make
from benchmarks.invented.portion import COLUMNS
from frontdesk.interfaces import Conflict
from frontdesk.model import EffectState, InteractionFilter
from frontdesk.model.console import ListSort
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.interactions import correction, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.transfer.export import counts
from frontdesk.wiring.container import Container
from tests.conftest import Front

pytestmark = pytest.mark.slow

UNTIL = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOME = 600


def size(messages: int = SOME, seed: int = 7) -> DemoSize:
    return DemoSize(messages, seed, UNTIL)


async def fill(container: Container, messages: int = SOME) -> None:
    await bulk.room_for(container.database, add=False)
    for portion in make(size(messages)):
        await bulk.fill(container.database, portion.tables())
    await bulk.finish(container.database)


def rows(wanted: DemoSize) -> list[object]:
    return [portion.tables() for portion in make(wanted)]


def test_the_same_seed_makes_the_same_data() -> None:
    assert rows(size()) == rows(size())


def test_another_seed_makes_other_data() -> None:
    assert rows(size()) != rows(size(seed=8))


@pytest.mark.parametrize("messages", [1, 7, SOME])
def test_exactly_as_many_messages_are_made_as_wished_for(messages: int) -> None:
    assert sum(len(p.rows["inbound_message"]) for p in make(size(messages))) == messages


def test_nothing_happens_after_the_end() -> None:
    for portion in make(size()):
        for _name, _columns, made in portion.tables():
            assert all(value <= UNTIL for row in made for value in row if isinstance(value, datetime))


def test_every_column_that_is_filled_exists() -> None:
    for name, columns in COLUMNS.items():
        assert set(columns) <= set(metadata.tables[name].c.keys())


def test_few_customers_write_much_and_sundays_are_quiet() -> None:
    matters = [row for portion in make(size(5000)) for row in portion.rows["interaction"]]
    at = COLUMNS["interaction"].index
    writers = Counter(row[at("customer_id")] for row in matters if row[at("customer_id")])
    ten = sum(count for _, count in writers.most_common(len(writers) // 10))
    assert ten > sum(writers.values()) / 4
    days = Counter(row[at("created_at")].weekday() for row in matters)
    assert days[6] < days[0] / 2


async def test_what_is_made_reads_like_what_the_pipeline_leaves(container: Container) -> None:
    await fill(container)
    page = await container.interactions.lists.page(InteractionFilter(), ListSort.CREATED_FIRST, 50)
    for matter in page.rows:
        timeline = await container.interactions.records.timeline(matter.id, 200)
        assert timeline.rows
    first = await container.database.read(lambda c: c.execute(select(inbound_message.c.id)).scalars().first())
    reading = await container.messages.readings.message(str(first))
    assert reading.analysis is not None
    assert reading.decision is not None
    assert all(reading.message.text[e.start : e.end] == e.value for e in reading.analysis.entities)
    assert [each.position for each in reading.effects] == list(range(len(reading.decision.actions)))


async def test_the_ledger_of_what_is_made_adds_up(container: Container) -> None:
    await fill(container)
    ledger = await container.database.read(counts)
    assert ledger["seen"] == ledger["stored"] == ledger["analysed"] == ledger["decided"] == SOME
    assert ledger["answered"] == SOME


async def test_there_are_corrections_failures_people_and_open_matters(container: Container) -> None:
    await fill(container, 3000)

    def some(connection: Connection) -> list[int]:
        asked = (
            select(func.count()).select_from(correction),
            select(func.count()).where(effect.c.state == EffectState.FAILED.value),
            select(func.count()).where(outbound_message.c.type == "HA"),
            select(func.count()).where(interaction.c.closed_at.is_(None)),
        )
        return [connection.execute(query).scalar_one() for query in asked]

    assert all(await container.database.read(some))


async def test_the_house_goes_on_behind_what_is_made(container: Container, front: Front) -> None:
    await fill(container)
    before = await container.database.read(bulk.next_numbers)
    accepted = await front.say("My oven stays cold.", name="Kim Doe", address="kim@example.com")
    assert accepted.interaction_id == before["interaction"]


async def test_real_data_is_left_alone_unless_told(container: Container, front: Front) -> None:
    await front.say("My oven stays cold.")
    with pytest.raises(Conflict, match="--add"):
        await bulk.room_for(container.database, add=False)
    assert (await bulk.room_for(container.database, add=True))["interaction"] == 2


def test_the_command_says_what_it_did_and_refuses_a_second_time(tmp_path: Path) -> None:
    line = ["invent", "--messages", "50", "--until", "2026-03-01", "--data", str(tmp_path)]
    done = CliRunner().invoke(tool, line)
    assert (done.exit_code, done.stdout) == (0, "50 messages are there, the newest of 2026-03-01\n")
    again = CliRunner().invoke(tool, line)
    assert again.exit_code == 1
    assert "--add" in again.stderr
    added = CliRunner().invoke(tool, [*line, "--add", "--seed", "2"])
    assert added.exit_code == 0
