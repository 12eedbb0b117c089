"""Idempotency keys: the answer to a keyed request is kept in the transaction that does what it asks.

So there is no moment in which a thing is done and its key unknown: a repetition finds the answer or does the thing.
Two requests with one key at the same time are put in a row by the unique index; the second finds the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, and_, delete, insert, or_, select

from frontdesk.interfaces import Clock, IdempotencyKey, KeyReused, NewId, StoredAnswer
from frontdesk.model import Accepted, NewMessage
from frontdesk.storage.engines.database import Database, Operation
from frontdesk.storage.pipeline.accepting import Arrival, accept_batch
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
    stored = _stored(connection, [once]).get((once.caller, once.key))
    if stored is not None:
        return _replay(stored, once, kind)
    value = operation(connection)
    connection.execute(insert(idempotency), [_row(once, value, now)])
    return StoredAnswer(value)


def _replay(stored: tuple[str, str], once: IdempotencyKey, kind: type[T]) -> StoredAnswer[T]:
    fingerprint, body = stored
    if fingerprint != once.fingerprint:
        raise _reused(once)
    return StoredAnswer(msgspec.json.decode(body, type=kind), replayed=True)


def _stored(connection: Connection, wanted: Sequence[IdempotencyKey]) -> dict[tuple[str, str], tuple[str, str]]:
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


def _row(once: IdempotencyKey, value: Any, now: datetime) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A message to be stored, with its key if it has one."""

    arrival: Arrival
    once: IdempotencyKey | None


class StoredKeyedInbox:
    """The inbox for callers with idempotency keys; see interfaces.KeyedInbox."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def accept_once(
        self, message: NewMessage, by: str, once: IdempotencyKey | None = None
    ) -> StoredAnswer[Accepted]:
        """See interfaces.KeyedInbox."""
        arrival = Arrival(message, self._new_id(), self._clock(), by)
        return await self._database.write_batched(_accept_once, _Keyed(arrival, once))


def _accept_once(connection: Connection, items: Sequence[_Keyed]) -> Sequence[StoredAnswer[Accepted] | Exception]:
    """Accept a batch; of each key only the first message, and none whose key is known."""
    stored = _stored(connection, [item.once for item in items if item.once])
    first: dict[tuple[str, str], int] = {}
    fresh: list[int] = []
    for position, item in enumerate(items):
        key = _key(item)
        if key is None or (key not in stored and first.setdefault(key, position) == position):
            fresh.append(position)
    accepted = accept_batch(connection, [items[position].arrival for position in fresh])
    answers = dict(zip(fresh, accepted, strict=True))
    _keep(connection, [(items[position], answers[position]) for position in first.values()])
    return [
        _answered(answers[position]) if position in answers else _repeated(item, stored, first, items, answers)
        for position, item in enumerate(items)
    ]


def _key(item: _Keyed) -> tuple[str, str] | None:
    return (item.once.caller, item.once.key) if item.once else None


def _keep(connection: Connection, answered: Sequence[tuple[_Keyed, Accepted | Exception]]) -> None:
    """Keep the receipts; a refusal is not kept, so that the request can be sent again."""
    rows = [_row(item.once, answer, item.arrival.at) for item, answer in answered if item.once and _is_receipt(answer)]
    if rows:
        connection.execute(insert(idempotency), rows)


def _is_receipt(answer: Accepted | Exception) -> bool:
    return isinstance(answer, Accepted)


def _answered(answer: Accepted | Exception) -> StoredAnswer[Accepted] | Exception:
    return StoredAnswer(answer) if isinstance(answer, Accepted) else answer


def _repeated(
    item: _Keyed,
    stored: Mapping[tuple[str, str], tuple[str, str]],
    first: Mapping[tuple[str, str], int],
    items: Sequence[_Keyed],
    answers: Mapping[int, Accepted | Exception],
) -> StoredAnswer[Accepted] | Exception:
    """The answer to a message whose key was seen before, in an earlier commit or in this batch."""
    assert item.once is not None
    key = (item.once.caller, item.once.key)
    try:
        if key in stored:
            return _replay(stored[key], item.once, Accepted)
        same, answer = items[first[key]].once, answers[first[key]]
        if same is not None and same.fingerprint != item.once.fingerprint:
            raise _reused(item.once)
    except KeyReused as error:
        return error
    return StoredAnswer(answer, replayed=True) if isinstance(answer, Accepted) else answer


def _reused(once: IdempotencyKey) -> KeyReused:
    return KeyReused(f"Idempotency-Key {once.key!r} was used for another request: use a new key")
