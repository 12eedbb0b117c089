"""What people may demand: all that is kept about them is found, told, and gone when it was erased."""

import sqlite3
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Connection, Float, Integer, LargeBinary, String, Table, insert, text

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.privacy.erasing import BY_VALUE
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.personal_data import DECLARED, Holds
from frontdesk.wiring.container import Container
from tests.conftest import Front

WORD = "canary"
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
MAIL = f"0000{WORD}@example.com"
NUMBER = f"{WORD}0000"
# What ties rows of every table to one person; all other columns that hold words get words of their own.
ONE: dict[str, dict[str, Any]] = {
    "customer": {"id": NUMBER},
    "contact": {"id": 9001, "customer_id": NUMBER},
    "contact_identity": {"channel": "EMI", "address": MAIL, "contact_id": 9001},
    "account": {"id": "A1", "email": MAIL, "name": f"9999{WORD}", "role": "customer"},
    "session": {"token_hash": f"9998{WORD}", "account_id": "A1"},
    "saved_view": {"id": "V1", "owner": MAIL},
    "interaction": {"id": 9001, "reference": "CNRY0001", "customer_id": NUMBER, "channel": "EMI", "status": "NW"},
    "inbound_message": {"id": "M1", "interaction_id": 9001, "sequence": 1, "channel": "EMI", "contact_id": 9001,
                        "analysis_id": "AN1", "recorded": True},
    "analysis": {"id": "AN1", "message_id": "M1", "run": 1, "intents": []},
    "correction": {"id": "CO1", "message_id": "M1", "analysis_id": "AN1", "field": "order_no"},
    "decision": {"id": "D1", "message_id": "M1"},
    "to_reread": {"message_id": "M1"},
    "example": {"id": "EX1", "intent": "TI", "correction_id": "CO1"},
    "outbound_message": {"id": "O1", "interaction_id": 9001, "sequence": 1, "reply_to": "M1", "type": "AR",
                         "channel": "EMI", "state": "sent"},
    "outbound_part": {"message_id": "O1", "part": 1, "channel": "EMI", "key": "k"},
    "delivery_notice": {"id": "N1", "channel": "EMI", "key": "O1"},
    "message_edit": {"id": "E1", "channel": "EMI", "provider_id": f"8001{WORD}"},
    "effect": {"key": "M1-1-0", "message_id": "M1", "interaction_id": 9001, "decision_id": "D1", "position": 0,
               "kind": "create_service_call", "state": "done"},
    "service_call": {"id": 9001, "key": "M1-1-0", "interaction_id": 9001, "customer_id": NUMBER, "contact_id": 9001},
    "work": {"id": "W1", "kind": "message", "subject": "M1", "state": "failed"},
    "journal": {"kind": "answered", "interaction_id": 9001, "message_id": "M1"},
    "idempotency": {"caller": "shop", "key": "k1", "body": f'{{"id": "M1", "text": "{WORD}"}}'},
    "attachment": {"id": "AT1", "message_id": "M1", "media_type": "text/plain", "state": "stored"},
    "audio_recording": {"id": "R1", "message_id": "M1", "media_type": "audio/ogg"},
    "inbox_event": {"id": "I1", "channel": "EMI", "provider_id": f"8001{WORD}", "message_id": "M1", "event_id": "CE1"},
    "channel_event": {"id": "CE1", "channel": "email", "state": "read", "messages": 1},
    "model_call": {"id": "MC1", "run_id": "R", "message_id": "M1", "cost": 70, "at": AT},
    "kept_answer": {"key": "a"},
    "insight_interaction": {"interaction_id": 9001, "customer": NUMBER},
}  # fmt: skip
PERSONAL = {Holds.WORDS, Holds.LIST, Holds.KEY, Holds.SECRET, *BY_VALUE}


def test_every_column_that_can_hold_words_is_declared() -> None:
    can = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String | JSON | LargeBinary) or "JSON" in str(column.type)
    }
    declared = {(table, column) for table, each in DECLARED.items() for column in each.columns}
    assert can - declared == set()
    assert declared - {(table.name, column.name) for table in metadata.sorted_tables for column in table.c} == set()


def test_every_table_that_holds_words_tells_whose_they_are() -> None:
    words = {Holds.WORDS, Holds.LIST, Holds.KEY}
    assert [name for name, each in DECLARED.items() if words & set(each.columns.values()) and not each.of] == []


def test_the_test_below_plants_words_in_every_table_that_holds_any() -> None:
    assert {name for name, each in DECLARED.items() if PERSONAL & set(each.columns.values())} - ONE.keys() == NOT_THEIRS


# Only what operators do and configure, where `by` names one of us.
NOT_THEIRS = {"api_key", "use_case_version", "intent_draft", "rule_set", "rule_publication"}


def plant(connection: Connection) -> list[str]:
    """A row in every table, with other words in each column that may hold some; the words."""
    numbers, planted = count(1), [MAIL, NUMBER]
    for table in metadata.sorted_tables:
        if table.name not in ONE:
            continue
        row = dict(ONE[table.name])
        for name, holds in DECLARED[table.name].columns.items():
            if name not in row and holds in PERSONAL:
                word = MAIL if holds is Holds.ACTOR else f"{next(numbers):04d}{WORD}"
                planted.append(word)
                row[name] = as_type(table, name, word, holds)
        connection.execute(insert(table), [{**needed(table), **row}])
    return planted


def as_type(table: Table, name: str, word: str, holds: Holds) -> Any:
    column = table.c[name]
    if holds is Holds.LIST:
        return [word]
    if isinstance(column.type, JSON) or "JSON" in str(column.type):
        return {"a": word}
    return word.encode() if isinstance(column.type, LargeBinary) else word


def needed(table: Table) -> dict[str, Any]:
    """Something in each column that must hold something."""
    simple: tuple[tuple[Any, Any], ...] = (
        (Moment, AT), (Boolean, False), (Integer, 1), (Float, 0.5), (JSON, {}), (LargeBinary, b"x"), (String, "x"),
    )  # fmt: skip
    columns = [c for c in table.c if not c.nullable and c.default is None and c.autoincrement is not True]
    return {c.name: next(value for kind, value in simple if isinstance(c.type, kind)) for c in columns}


async def everything(container: Container) -> bytes:
    """All bytes of the data folder; of PostgreSQL all rows of all tables."""
    if container.database.dialect == "postgresql":
        return await container.database.read(dumped)
    return b"".join(file.read_bytes() for file in sorted(container.settings.folder.rglob("*")) if file.is_file())


def dumped(connection: Connection) -> bytes:
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    rows = (connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars().all() for name in tables)
    return "\n".join(row for some in rows for row in some).encode()


def without_words(found: bytes) -> bool:
    return WORD.encode() not in found.lower() and WORD.encode().hex().encode() not in found.lower()


@pytest.fixture
async def planted(container: Container, front: Front) -> Container:
    """A database with one person in every column, and another who has nothing to do with them."""
    await front.say("The other one's washing machine leaks", address="other@example.com")
    words = await container.database.write(plant)
    there = await everything(container)
    assert [w for w in words if w.encode() not in there and w.encode().hex().encode() not in there] == []
    return container


@pytest.mark.parametrize("person", [MAIL, MAIL.upper(), "contact:9001", NUMBER, f"customer:{NUMBER}"])
async def test_nothing_of_a_person_is_left_anywhere(planted: Container, person: str) -> None:
    before = await planted.database.read(counted)
    erased, _ = await planted.people.privacy.erase(person, "Ada")
    assert without_words(await everything(planted))
    assert await planted.database.read(counted) == before
    assert (await planted.people.privacy.erasures())[0] == erased
    assert (await planted.people.audit.verify()).broken is None
    await planted.database.close()
    assert without_words(await everything(planted)) or planted.database.dialect == "postgresql"
    if planted.database.dialect == "sqlite":
        file = planted.settings.folder / "frontdesk.sqlite3"
        with sqlite3.connect(file) as connection:
            connection.execute("VACUUM")
        assert without_words(file.read_bytes())
        assert b"other one's washing machine" in file.read_bytes()


def counted(connection: Connection) -> tuple[int, ...]:
    """Counts and money."""
    asked = "SELECT (SELECT COUNT(*) FROM {}), (SELECT SUM(cost) FROM model_call)"
    names = ("interaction", "inbound_message", "outbound_message", "analysis", "decision", "effect", "service_call")
    return tuple(value for name in names for value in connection.execute(text(asked.format(name))).one())
