"""One message by itself: its work claimed alone, its way read back while it is under way."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock, NewId
from frontdesk.model import Case, Lease, Work
from frontdesk.storage.engines.changing import taken
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.work_queue import StoredWork, claimable
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import as_work


class SingleWork(StoredWork):
    """A work queue that offers the work of one message and nothing else."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId, message_id: str) -> None:
        """Offer the work of this message."""
        super().__init__(database, clock, new_id)
        self._message_id = message_id

    @override
    async def claim(self, owner: str, limit: int, lease_seconds: float) -> list[tuple[Work, Lease]]:
        now, token = self._clock(), f"{owner}:{self._new_id()}"
        if limit < 1 or not await self._database.read(lambda c: _due(c, self._message_id, now)):
            return []
        until = now + timedelta(seconds=lease_seconds)
        row = await self._database.write(lambda c: _claim(c, self._message_id, token, now, until))
        return [(row, Lease(row.id, token, until))] if row else []

    async def progress(self) -> tuple[Work, Case]:
        """How far the message has come; the case may be read, not written (its lease is nobody's)."""
        rows = select(work).where(work.c.subject == self._message_id).order_by(work.c.created_at.desc()).limit(1)
        row = await self._database.read(lambda c: as_work(c.execute(rows).mappings().one()))
        nobody = Lease(row.id, "", datetime.fromtimestamp(0, UTC))
        return row, await StoredCases(self._database, self._clock).load(row, nobody)


def _open(message_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return work.c.subject == message_id, *claimable(now)


def _due(connection: Connection, message_id: str, now: datetime) -> bool:
    return connection.execute(select(work.c.id).where(*_open(message_id, now))).first() is not None


def _claim(connection: Connection, message_id: str, token: str, now: datetime, until: datetime) -> Work | None:
    free = select(work.c.id).where(*_open(message_id, now)).with_for_update(skip_locked=True)
    claim = update(work).values(due_at=until, lease_owner=token, attempts=work.c.attempts + 1)
    rows = taken(connection, free, claim, tuple(work.c))
    return as_work(rows[0]) if rows else None
