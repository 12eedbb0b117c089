"""Accepting: durable, unique, many at once, and one bad message hurts no other."""

import asyncio
import re
import sqlite3

import pytest
from sqlalchemy import Connection, func, select

from frontdesk.app import House
from frontdesk.interfaces import NotFound
from frontdesk.model import NewMessage
from frontdesk.storage.tables import inbound_message, inbox_event, interaction, work


async def count(house: House, table: object) -> int:
    def counted(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]

    return await house.database.read(counted)


async def test_a_message_gets_a_reference_of_eight_capitals_and_digits(house: House) -> None:
    accepted = await house.inbox.accept(NewMessage("hello", "WEB"))
    assert re.fullmatch(r"[A-Z0-9]{8}", accepted.reference)
    assert accepted.sequence == 1


async def test_hundreds_at_once_are_all_stored_with_their_work(house: House) -> None:
    answers = await asyncio.gather(*(house.inbox.accept(NewMessage(f"message {n}", "WEB")) for n in range(300)))
    assert len({a.reference for a in answers}) == len({a.interaction_id for a in answers}) == 300
    for table in (interaction, inbound_message, inbox_event, work):
        assert await count(house, table) == 300


async def test_one_provider_id_from_fifty_callers_at_once_is_stored_once(house: House) -> None:
    answers = await asyncio.gather(*(house.inbox.accept(NewMessage("same", "WEB", provider_id="p")) for _ in range(50)))
    assert len({a.message_id for a in answers}) == 1
    assert sum(not a.duplicate for a in answers) == 1
    assert await count(house, inbound_message) == 1


async def test_joining_callers_get_sequences_without_gap_or_double(house: House) -> None:
    first = await house.inbox.accept(NewMessage("first", "WEB"))
    later = [NewMessage(f"more {n}", "WEB", joins=first.interaction_id) for n in range(40)]
    answers = await asyncio.gather(*(house.inbox.accept(message) for message in later))
    assert sorted(a.sequence for a in answers) == list(range(2, 42))


async def test_a_message_for_an_unknown_interaction_fails_alone(house: House) -> None:
    good = [house.inbox.accept(NewMessage(f"good {n}", "WEB")) for n in range(20)]
    bad = house.inbox.accept(NewMessage("bad", "WEB", joins=10**12))
    answers = await asyncio.gather(*good[:10], bad, *good[10:], return_exceptions=True)
    assert [type(a) for a in answers if isinstance(a, BaseException)] == [NotFound]
    assert await count(house, inbound_message) == 20


async def test_an_operation_that_raises_undoes_only_itself(house: House) -> None:
    def breaks(connection: Connection) -> None:
        connection.execute(inbox_event.insert(), [{"id": "x", "channel": "c", "provider_id": "p", "received_at": None}])

    good = [house.inbox.accept(NewMessage(f"good {n}", "WEB")) for n in range(10)]
    results = await asyncio.gather(*good, house.database.write(breaks), return_exceptions=True)
    assert isinstance(results[-1], Exception)
    assert await count(house, inbox_event) == 10


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_was_accepted_is_there_for_another_process(house: House) -> None:
    accepted = await house.inbox.accept(NewMessage("kept", "WEB"))
    with sqlite3.connect(f"file:{house.settings.folder}/frontdesk.sqlite3?mode=ro", uri=True) as other:
        assert other.execute("SELECT text FROM inbound_message WHERE id = ?", (accepted.message_id,)).fetchone()
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_sqlite_writes_with_full_fsync(house: House) -> None:
    full = 2
    level = await house.database.write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar())
    assert level == full
