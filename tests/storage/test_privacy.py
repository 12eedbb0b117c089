"""What people may demand: all that is kept about them is found, told, and gone when it was erased."""

import asyncio
import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    text,
)

from frontdesk.interfaces import Conflict, KeyReused, LeaseLost, NotFound
from frontdesk.model import Identity, NewMessage, Sender, Tier
from frontdesk.model.audit import AuditFilter
from frontdesk.model.channels import RawEvent
from frontdesk.model.privacy import Category, Kind
from frontdesk.model.querying import Write
from frontdesk.model.reading import IdempotencyKey
from frontdesk.storage.channels.delivery_parts import StoredDeliveryParts
from frontdesk.storage.engines.sealing import Sealed, SealedSeed
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.odata.deleting import delete_rows
from frontdesk.storage.odata.transaction import Transaction
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.privacy.erasing import BY_VALUE
from frontdesk.storage.privacy.retention import StoredRetention
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import contact
from frontdesk.storage.schema.personal_data import DECLARED, Holds
from frontdesk.storage.schema.pipeline import service_call, work
from frontdesk.storage.schema.rows import as_outbound
from frontdesk.storage.search.documents import index_words
from frontdesk.storage.search.index import hits
from frontdesk.storage.search.words import wanted_of
from frontdesk.wiring.container import Container, new_id
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
    "personal_state": {"interaction_id": 9001, "person": "A1"},
    "agent_presence": {"person": "A1"},
    "macro": {"id": "MA1", "owner": "A1"},
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
    "account_link": {"token_hash": f"9997{WORD}", "account_id": "A1"},
    "insight_interaction": {"interaction_id": 9001, "customer": NUMBER},
    "customer_order": {"number": "9001", "customer_id": NUMBER},
}  # fmt: skip
PERSONAL = {Holds.WORDS, Holds.LIST, Holds.KEY, Holds.SECRET, *BY_VALUE}


def test_every_column_that_can_hold_words_is_declared() -> None:
    can = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String | JSON | LargeBinary | Sealed | SealedSeed) or "JSON" in str(column.type)
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
NOT_THEIRS = {
    "api_key",
    "article",
    "article_version",
    "use_case_version",
    "intent_draft",
    "rule_set",
    "rule_publication",
    "set_up_entry",
}


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
    index_words(connection, [9001])
    return planted


def as_type(table: Table, name: str, word: str, holds: Holds) -> Any:
    column = table.c[name]
    if holds is Holds.LIST:
        return [word]
    if isinstance(column.type, JSON) or "JSON" in str(column.type):
        return {"a": word}
    return word.encode() if isinstance(column.type, Sealed) else word


def needed(table: Table) -> dict[str, Any]:
    """Something in each column that must hold something."""
    simple: tuple[tuple[Any, Any], ...] = (
        (Moment, AT), (Boolean, False), (Integer, 1), (Float, 0.5), (JSON, {}), (Sealed, b"x"),
        (String, "x"), (SealedSeed, ""),
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
    erased = (await planted.people.privacy.erase(person, "Ada")).value
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


async def test_what_others_wrote_stays(container: Container, front: Front) -> None:
    mine = await front.say("My kettle is broken", address="kim@example.com", name="Kim Doe")
    theirs = await front.say("My toaster is broken", address="lee@example.com", name="Lee Roe")
    joint = await front.say("I have the same trouble", joins=theirs.interaction_id, address="kim@example.com")
    found = await container.people.privacy.preview("kim@example.com", "Ada")
    assert (found.counts[Kind.MESSAGES], found.shared) == (2, 1)
    await container.people.privacy.erase("kim@example.com", "Ada")
    rows = select(inbound_message.c.id, inbound_message.c.text)
    texts = dict(await container.database.read(lambda c: c.execute(rows).all()))
    assert texts == {mine.message_id: "", theirs.message_id: "My toaster is broken", joint.message_id: ""}
    names = await container.database.read(lambda c: c.execute(select(contact.c.name)).scalars().all())
    assert names == ["Lee Roe"]


async def test_a_preview_changes_nothing_and_says_who_it_may_be(container: Container, front: Front) -> None:
    await front.say("My kettle is broken", address="4711", channel="TLG")
    await front.say("My toaster is broken", address="4711", channel="SLK")
    with pytest.raises(Conflict, match=r"contact:\d+, contact:\d+"):
        await container.people.privacy.preview("4711", "Ada")
    for unknown in ("nobody@example.com", "contact:99", "contact:x", "customer:99", "%"):
        with pytest.raises(NotFound):
            await container.people.privacy.preview(unknown, "Ada")
    texts = await container.database.read(lambda c: c.execute(select(inbound_message.c.text)).scalars().all())
    assert sorted(texts) == ["My kettle is broken", "My toaster is broken"]


async def test_all_addresses_of_a_contact_go_together(container: Container, front: Front) -> None:
    await front.say("One", address="kim@example.com", phone="+4915112345678", identity=Identity.CHANNEL)
    await front.say("Two", phone="+4915112345678")
    found = await container.people.privacy.preview("+49 151 12345678", "Ada")
    assert set(found.addresses) == {"kim@example.com", "+4915112345678"}
    assert found.counts[Kind.INTERACTIONS] == 2


async def test_an_archive_holds_all_of_a_person_and_nothing_of_others(planted: Container) -> None:
    target = io.BytesIO()
    await planted.people.privacy.export(MAIL, target, "Ada")
    with zipfile.ZipFile(target) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(whole["data.json"])["tables"]
    expected = {
        (table, name)
        for table, row in ONE.items()
        for name, holds in DECLARED[table].columns.items()
        if holds in {Holds.WORDS, Holds.LIST, Holds.KEY} and DECLARED[table].kind and name != DECLARED[table].file
        and row
    }  # fmt: skip
    assert {(t, n) for t, n in expected if WORD not in json.dumps(told[t][0][n])} == set()
    assert sorted(name.partition("-")[0] for name in whole if name.startswith("files/")) == [
        "files/attachment", "files/audio_recording", "files/channel_event", "files/inbox_event",
    ]  # fmt: skip
    assert all(WORD.encode() in content for name, content in whole.items() if name.startswith("files/"))
    assert b"9998" not in whole["data.json"]  # the hash of a session
    assert not any(b"washing machine" in content for content in whole.values())


async def test_a_message_that_is_worked_on_meanwhile_ends_and_brings_nothing_back(
    container: Container, front: Front
) -> None:
    accepted = await container.messages.inbox.accept(NewMessage(f"My {WORD} sings", "WEB", Sender(address=MAIL)))
    [(row, lease)] = await container.work.queue.claim("worker", 1, 30)
    case = await container.pipeline.cases.load(row, lease)
    analysis = await container.pipeline.analyst.analyse(case.message)
    await container.people.privacy.erase(MAIL, "Ada")
    with pytest.raises(LeaseLost):
        await container.pipeline.cases.keep_analysis(case, analysis)
    await container.runner.run_until_idle()
    states = select(work.c.state).where(work.c.subject == accepted.message_id)
    assert await container.database.read(lambda c: c.execute(states).scalars().all()) == ["dropped"]
    await container.database.scrub()
    assert without_words(await everything(container))
    await front.say("Another message", joins=accepted.interaction_id, address="lee@example.com")
    assert (await container.work.queue.counts()) == {"open": 0, "failed": 0}


@pytest.mark.parametrize("dialect", [pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_a_result_that_is_being_stored_meanwhile_is_erased_too(container: Container) -> None:
    accepted = await container.messages.inbox.accept(NewMessage("My kettle", "WEB", Sender(address=MAIL)))
    [(_, lease)] = await container.work.queue.claim("worker", 1, 30)
    row = {"id": "O1", "interaction_id": accepted.interaction_id, "sequence": 1, "type": "AR", "channel": "WEB"}
    row |= {"text": f"Dear {WORD}", "state": "pending", "created_at": AT, "reply_to": accepted.message_id}

    def store_slowly(connection: Connection) -> None:
        pass_fence(connection, lease, "act")
        connection.execute(insert(outbound_message), [row])
        begun.set()
        connection.execute(text("SELECT pg_sleep(1)"))

    begun = asyncio.Event()
    storing = asyncio.create_task(container.database.write(store_slowly))
    await begun.wait()
    await container.people.privacy.erase(MAIL, "Ada")
    await storing
    assert without_words(await everything(container))


async def test_what_was_under_way_is_erased_once_more(container: Container, front: Front) -> None:
    accepted = await front.say("Where is my order?", address=MAIL)
    sending = select(outbound_message).where(outbound_message.c.interaction_id == accepted.interaction_id)
    row = (await container.database.read(lambda c: c.execute(sending).mappings().all()))[0]
    await container.people.privacy.erase(MAIL, "Ada")
    parts = StoredDeliveryParts(container.database, container.clock)
    await parts.begin(as_outbound(dict(row) | {"recipient": MAIL}), 1, "key")
    assert not without_words(await everything(container))
    await container.people.privacy.sweep()
    assert without_words(await everything(container))


async def test_what_is_delivered_again_is_known_and_stays_erased(container: Container) -> None:
    message = NewMessage("My kettle", "EMI", Sender(address=MAIL), provider_id=f"<1@{WORD}>")
    once = IdempotencyKey("shop", "k1", "f")
    first = await container.messages.inbox.accept(message, once=once)
    event = RawEvent("email", f"e1{WORD}", MAIL.encode())
    assert await container.channels.events.take(event)
    await container.people.privacy.erase(MAIL, "Ada")
    again = await container.messages.inbox.accept(message)
    assert (again.duplicate, again.message_id) == (True, first.message_id)
    with pytest.raises(KeyReused, match="erased"):
        await container.messages.inbox.accept(message, once=once)
    assert not await container.channels.events.take(event)
    assert await container.channels.events.taker("email").known([event.provider_id]) == {event.provider_id}
    assert await container.channels.events.replay([], failed_only=False) == 0
    assert without_words(await everything(container))


async def test_nothing_is_learnt_or_read_from_what_was_erased(container: Container, front: Front) -> None:
    accepted = await front.say("My kettle is broken", address=MAIL)
    word = (await container.messages.readings.correct(accepted.message_id, "intent", "TI", "Ada", None)).value
    stamp = (await container.configuration.codes.catalogue()).stamp
    assert (await container.configuration.codes.catalogue()).learned
    await container.people.privacy.erase(MAIL, "Ada")
    after = await container.configuration.codes.catalogue()
    assert (after.learned, after.stamp != stamp) == ((), True)
    with pytest.raises(Conflict, match="erased"):
        await container.messages.learning.teach(word.id, "Ada")
    with pytest.raises(Conflict, match="erased"):
        await container.messages.readings.correct(accepted.message_id, "intent", "TI", "Ada", None)
    assert await container.work.rereadings.plan(Tier.BUILTIN, marked_only=False, limit=10) == 0


@pytest.mark.parametrize("entity", ["CustomerInteraction", "InboundCustomerMessage", "OutboundServiceMessage"])
async def test_a_row_that_is_deleted_takes_its_words_along(container: Container, front: Front, entity: str) -> None:
    accepted = await front.say("It has many xylophones", address=MAIL)
    await container.messages.readings.correct(accepted.message_id, "intent", "TI", "Ada", None)
    if entity == "OutboundServiceMessage":
        answer = "UPDATE outbound_message SET text = 'marimbas'"
        await container.database.write(lambda c: c.execute(text(answer)).rowcount)
        await container.database.write(lambda c: index_words(c, [accepted.interaction_id]))
    key = {"sequence": 1, "interaction_ID": accepted.interaction_id}
    key = {"ID": accepted.interaction_id} if entity == "CustomerInteraction" else key
    before = hits(container.database.dialect, wanted_of("marimbas xylophones" if "Out" in entity else "xylophones"))
    assert await container.database.read(lambda c: c.execute(before).scalars().all())
    await container.entities.writing.write([Write("remove", entity, key, version=None)])
    if entity != "OutboundServiceMessage":
        assert (await container.configuration.codes.catalogue()).learned == ()
    word = "marimbas" if entity == "OutboundServiceMessage" else "xylophones"
    found = hits(container.database.dialect, wanted_of(word))
    assert await container.database.read(lambda c: c.execute(found).scalars().all()) == []


async def test_numbers_are_never_used_twice(container: Container, front: Front) -> None:
    first = await front.say("My machine leaks", address=MAIL)
    numbers = [select(table.c.id) for table in (contact, service_call)]
    before = [await container.database.read(lambda c, q=each: c.execute(q).scalars().all()) for each in numbers]

    def forget(connection: Connection) -> None:
        delete_rows(Transaction(connection, AT, new_id), interaction, [interaction.c.id == first.interaction_id])
        connection.execute(delete(contact))

    await container.database.write(forget)
    second = await front.say("My machine leaks", address=MAIL)
    after = [await container.database.read(lambda c, q=each: c.execute(q).scalars().all()) for each in numbers]
    assert second.interaction_id > first.interaction_id
    assert all(min(new) > max(old) for old, new in zip(before, after, strict=True))


def kept(container: Container, **days: int) -> StoredRetention:
    later = container.clock() + timedelta(days=100)
    wanted = {Category(name): number for name, number in days.items()}
    return StoredRetention(container.database, lambda: later, StoredAudit(container.database, lambda: later), wanted)


def words_in(table: str) -> list[str]:
    return [name for name, holds in DECLARED[table].columns.items() if holds not in BY_VALUE or holds is Holds.CLAIM]


GONE_WITH = {
    "messages": {"interaction", "inbound_message", "outbound_message", "example", "attachment", "channel_event"},
    "attachments": {"attachment", "audio_recording"},
    "events": {"channel_event"},
    "calls": {"model_call"},
}


@pytest.mark.parametrize("category", GONE_WITH)
async def test_each_category_goes_when_its_time_is_over(planted: Container, category: str) -> None:
    def words(connection: Connection) -> set[str]:
        columns = [(t, t.c[n]) for t in metadata.sorted_tables if t.name in ONE for n in words_in(t.name)]
        found: set[str] = set()
        for table, column in columns:
            values = connection.execute(select(column)).scalars()
            found |= {table.name for value in values if WORD in str(value)}
        return found

    before = await planted.database.read(words)
    assert await kept(planted, **{category: 36_500}).apply() == {}
    retention = kept(planted, **{category: 30})
    [due] = [each.due for each in await retention.preview() if each.days]
    assert due
    assert (await retention.apply())[Category(category)] > 0
    gone = before - await planted.database.read(words)
    assert gone >= GONE_WITH[category]
    assert category == "messages" or "inbound_message" not in gone
    assert [each.due for each in await retention.preview() if each.days] == [0]
    assert await retention.apply() == {}


async def test_the_audit_trail_is_shortened_from_its_beginning_and_still_whole(container: Container) -> None:
    for number in range(5):
        await container.people.audit.note("exported", f"by {number}")
    retention = kept(container, audit=30)
    [due] = [each.due for each in await retention.preview() if each.days]
    assert due >= 5
    assert (await retention.apply())[Category.AUDIT] == due
    check = await container.people.audit.verify()
    assert (check.reason, check.broken, check.lines) == ("", None, due + 2)
    kinds = [each.kind for each in (await container.people.audit.page(AuditFilter(), 10)).rows]
    assert kinds == ["retention_applied", "audit_shortened"]
    untold = "UPDATE meta SET value = '7:abc' WHERE key = 'audit_beginning'"
    await container.database.write(lambda c: c.execute(text(untold)).rowcount)
    assert (await container.people.audit.verify()).broken is not None
