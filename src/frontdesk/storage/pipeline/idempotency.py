"""Idempotency keys: the answer to a keyed request is kept in the transaction that does what it asks.

So there is no moment in which a thing is done and its key unknown: a repetition finds the answer or does the thing.
Two requests with one key at the same time are put in a row by the unique index; the second finds the answer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, and_, delete, insert, or_, select

from frontdesk.interfaces import KeyReused
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database, Operation
from frontdesk.storage.schema.pipeline import idempotency

T = TypeVar("T")

KEPT_HOURS = 24
DONE = 200


async def write_once(
    database: Database, once: IdempotencyKey | None, kind: type[T], now: datetime, operation: Operation[T]
) -> StoredAnswer[T]:
    """Run a writing function whose answer is a `kind`, unless its key tells that it ran. Raises KeyReused."""
    if once is None:
        return StoredAnswer(await database.write(operation))
    return await database.write(lambda c: _once(c, once, kind, now, operation))


def _once(
    connection: Connection, once: IdempotencyKey, kind: type[T], now: datetime, operation: Operation[T]
) -> StoredAnswer[T]:
    known = stored(connection, [once]).get((once.caller, once.key))
    if known is not None:
        return replay(known, once, kind)
    value = operation(connection)
    connection.execute(insert(idempotency), [kept_row(once, value, now)])
    return StoredAnswer(value)


def replay(known: tuple[str, str], once: IdempotencyKey, kind: type[T]) -> StoredAnswer[T]:
    """The kept answer (fingerprint and body). Raises KeyReused where the request was another one."""
    fingerprint, body = known
    if fingerprint != once.fingerprint:
        raise reused(once)
    if not body:
        raise KeyReused(tr("what the Idempotency-Key {key} stands for was erased", key=repr(once.key)))
    return StoredAnswer(msgspec.json.decode(body, type=kind), replayed=True)


def stored(connection: Connection, wanted: Sequence[IdempotencyKey]) -> dict[tuple[str, str], tuple[str, str]]:
    """Fingerprint and answer of those keys that are known."""
    if not wanted:
        return {}
    by_caller: dict[str, list[str]] = {}
    for once in wanted:
        by_caller.setdefault(once.caller, []).append(once.key)
    table = idempotency.c
    some = or_(*(and_(table.caller == who, table.key.in_(keys)) for who, keys in by_caller.items()))
    rows = connection.execute(select(table.caller, table.key, table.fingerprint, table.body).where(some))
    return {(row.caller, row.key): (row.fingerprint, row.body) for row in rows}


def kept_row(once: IdempotencyKey, value: Any, now: datetime) -> dict[str, Any]:
    """The row that keeps an answer."""
    return {
        "caller": once.caller,
        "key": once.key,
        "fingerprint": once.fingerprint,
        "status": DONE,
        "body": msgspec.json.encode(value).decode(),
        "created_at": now,
    }


async def forget_old_keys(database: Database, now: datetime) -> int:
    """Delete the keys that are older than a day; returns how many."""
    old = delete(idempotency).where(idempotency.c.created_at < now - timedelta(hours=KEPT_HOURS))
    return await database.write(lambda c: c.execute(old).rowcount)


def reused(once: IdempotencyKey) -> KeyReused:
    """What the caller of another request with the same key gets."""
    return KeyReused(f"Idempotency-Key {once.key!r} was used for another request: use a new key")
