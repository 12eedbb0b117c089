"""Remembered answers: found by key, bounded in rows and bytes; the longest unused go first."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.interfaces.llm_stores import AnswerCache
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.llm import kept_answer

# Noting each use would make every hit a write; an hour is exact enough to tell what is not used.
NOTE_USE_EVERY = timedelta(hours=1)
LOOK_AT_BOUNDS_EVERY = 50
LEEWAY = 0.9


class StoredAnswerCache(AnswerCache):
    """Remembered answers on a database."""

    def __init__(self, database: Database, clock: Clock, most_rows: int, most_bytes: int) -> None:
        """Keep at most so many; nothing when `most_rows` is 0."""
        self._database, self._clock = database, clock
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._puts = 0

    @override
    async def get(self, key: str) -> str | None:
        rows = select(kept_answer.c.value, kept_answer.c.used_at).where(kept_answer.c.key == key)
        found = await self._database.read(lambda c: c.execute(rows).first())
        if found is None:
            return None
        now = self._clock()
        if now - found.used_at > NOTE_USE_EVERY:
            used = update(kept_answer).where(kept_answer.c.key == key).values(used_at=now)
            await self._database.write(lambda c: c.execute(used).rowcount)
        return str(found.value)

    @override
    async def put(self, key: str, value: str) -> None:
        size = len(value.encode())
        if not self._most_rows or size > self._most_bytes:
            return
        now = self._clock()
        self._puts += 1
        look = self._puts % min(LOOK_AT_BOUNDS_EVERY, self._most_rows) == 0
        await self._database.write(lambda c: self._put(c, key, value, size, now, look))

    async def clear(self) -> int:
        """Forget all; how many there were."""
        return await self._database.write(lambda c: c.execute(delete(kept_answer)).rowcount)

    def _put(self, connection: Connection, key: str, value: str, size: int, now: datetime, look: bool) -> None:
        insert_if_new(connection, kept_answer, {"key": key, "value": value, "size": size, "used_at": now})
        if look:
            _shrink(connection, self._most_rows, self._most_bytes)


def _shrink(connection: Connection, most_rows: int, most_bytes: int) -> None:
    """Where a bound is passed, delete the longest unused until there is some room again."""
    rows, size = connection.execute(select(func.count(), func.coalesce(func.sum(kept_answer.c.size), 0))).one()
    if rows <= most_rows and size <= most_bytes:
        return
    keep_rows = int(most_rows * LEEWAY) or 1
    share = min(1.0, most_bytes * LEEWAY / max(size, 1), keep_rows / max(rows, 1))
    going = max(1, rows - int(rows * share))
    oldest = select(kept_answer.c.key).order_by(kept_answer.c.used_at, kept_answer.c.key).limit(going)
    connection.execute(delete(kept_answer).where(kept_answer.c.key.in_(oldest.scalar_subquery())))
