"""Accepting: durable, unique, many at once, and one bad message hurts no other."""

import asyncio
import re
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select, update

from frontdesk.interfaces import NotFound
from frontdesk.model import NewMessage, Sender
from frontdesk.storage.pipeline.repeated import MINUTES
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.pipeline import inbox_event, work
from frontdesk.wiring.container import Container, now


async def count(container: Container, table: object) -> int:
    def counted(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]

    return await container.database.read(counted)


async def test_a_message_gets_a_reference_of_eight_capitals_and_digits(container: Container) -> None:
    accepted = await container.messages.inbox.accept(NewMessage("hello", "WEB"))
    assert re.fullmatch(r"[A-Z0-9]{8}", accepted.reference)
    assert accepted.sequence == 1


async def test_hundreds_at_once_are_all_stored_with_their_work(container: Container) -> None:
    answers = await asyncio.gather(
        *(container.messages.inbox.accept(NewMessage(f"message {n}", "WEB")) for n in range(300))
    )
    assert len({a.reference for a in answers}) == len({a.interaction_id for a in answers}) == 300
    for table in (interaction, inbound_message, inbox_event, work):
        assert await count(container, table) == 300


async def test_one_provider_id_from_fifty_callers_at_once_is_stored_once(container: Container) -> None:
    answers = await asyncio.gather(
        *(container.messages.inbox.accept(NewMessage("same", "WEB", provider_id="p")) for _ in range(50))
    )
    assert len({a.message_id for a in answers}) == 1
    assert sum(not a.duplicate for a in answers) == 1
    assert await count(container, inbound_message) == 1


async def test_the_same_words_of_the_same_sender_within_minutes_are_stored_once(container: Container) -> None:
    said = NewMessage("Where is it?", "WEB", Sender("Maya", "maya@example.com"), unless_repeated=True)
    answers = await asyncio.gather(*(container.messages.inbox.accept(said) for _ in range(20)))
    assert len({a.message_id for a in answers}) == 1
    others = [
        replace(said, text="Where is it? "), replace(said, sender=replace(said.sender, customer_no="7")),
        replace(said, channel="EMI"), replace(said, unless_repeated=False), replace(said, sender=Sender("Maya")),
    ]  # fmt: skip
    assert not any([(await container.messages.inbox.accept(each)).duplicate for each in others])
    assert not (await container.messages.inbox.accept(said, by="another program")).duplicate
    await container.database.write(lambda c: c.execute(update(inbound_message).values(received_at=now() - MINUTES)))
    assert not (await container.messages.inbox.accept(said)).duplicate


async def test_a_word_said_again_in_an_interaction_counts_once_until_something_else_was_said(
    container: Container,
) -> None:
    first = await container.messages.inbox.accept(NewMessage("Hello", "CHT"))

    async def repeats(text: str) -> bool:
        said = NewMessage(text, "CHT", joins=first.interaction_id, unless_repeated=True)
        return (await container.messages.inbox.accept(said)).duplicate

    assert [await repeats(text) for text in ("Hello", "yes", "yes", "no", "yes")] == [True, False, True, False, False]
    found = await container.interactions.records.get(first.reference)
    await container.messages.replies.add(found, "And the other one?", "HA", "Ada", None)
    assert not await repeats("yes")


async def test_joining_callers_get_sequences_without_gap_or_double(container: Container) -> None:
    first = await container.messages.inbox.accept(NewMessage("first", "WEB"))
    later = [NewMessage(f"more {n}", "WEB", joins=first.interaction_id) for n in range(40)]
    answers = await asyncio.gather(*(container.messages.inbox.accept(message) for message in later))
    assert sorted(a.sequence for a in answers) == list(range(2, 42))


async def test_a_message_for_an_unknown_interaction_fails_alone(container: Container) -> None:
    good = [container.messages.inbox.accept(NewMessage(f"good {n}", "WEB")) for n in range(20)]
    bad = container.messages.inbox.accept(NewMessage("bad", "WEB", joins=10**12))
    answers = await asyncio.gather(*good[:10], bad, *good[10:], return_exceptions=True)
    assert [type(a) for a in answers if isinstance(a, BaseException)] == [NotFound]
    assert await count(container, inbound_message) == 20


async def test_an_operation_that_raises_undoes_only_itself(container: Container) -> None:
    def breaks(connection: Connection) -> None:
        connection.execute(inbox_event.insert(), [{"id": "x", "channel": "c", "provider_id": "p", "received_at": None}])

    good = [container.messages.inbox.accept(NewMessage(f"good {n}", "WEB")) for n in range(10)]
    results = await asyncio.gather(*good, container.database.write(breaks), return_exceptions=True)
    assert isinstance(results[-1], Exception)
    assert await count(container, inbox_event) == 10


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_was_accepted_is_there_for_another_process(container: Container) -> None:
    accepted = await container.messages.inbox.accept(NewMessage("kept", "WEB"))
    with sqlite3.connect(f"file:{container.settings.folder}/frontdesk.sqlite3?mode=ro", uri=True) as other:
        assert other.execute("SELECT text FROM inbound_message WHERE id = ?", (accepted.message_id,)).fetchone()
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_sqlite_writes_with_full_fsync(container: Container) -> None:
    full = 2
    level = await container.database.write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar())
    assert level == full
