"""Work as people see it: listed, retried, dropped."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from frontdesk.interfaces import Clock, IdempotencyKey, StoredAnswer
from frontdesk.model import Page, Work, WorkState
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import StoredWork, as_work, give_up, resume
from frontdesk.storage.schema.pipeline import work


class StoredWorkAdmin:
    """Work on a database, for people; see interfaces.WorkDesk."""

    def __init__(self, database: Database, queue: StoredWork, clock: Clock) -> None:
        """Use this database, queue and clock."""
        self._database, self._queue, self._clock = database, queue, clock

    async def page(self, state: WorkState, limit: int, cursor: str = "") -> Page[Work]:
        """See interfaces.WorkDesk."""
        rows = select(work).where(work.c.state == state.value).order_by(work.c.created_at, work.c.id).limit(limit + 1)
        if cursor:
            place = paging.decode(cursor, (datetime, str))
            rows = rows.where(paging.after(work.c.created_at, work.c.id, place, down=False))
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return paging.page(found, limit, as_work, lambda row: (paging.stamp(row["created_at"]), row["id"]))

    async def retry(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """See interfaces.WorkDesk."""
        now = self._clock()
        return await self._settle(work_id, "retried", by, once, lambda c: resume(c, work_id, now))

    async def drop(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """See interfaces.WorkDesk."""
        return await self._settle(work_id, "dropped", by, once, lambda c: give_up(c, work_id))

    async def counts(self) -> Mapping[str, int]:
        """See interfaces.WorkDesk."""
        return await self._queue.counts()

    async def _settle(
        self, work_id: str, kind: str, by: str, once: IdempotencyKey | None, change: Callable[[Connection], None]
    ) -> StoredAnswer[Work]:
        now = self._clock()

        def operation(connection: Connection) -> Work:
            change(connection)
            note(connection, now, kind, by=by, detail={"work": work_id})
            return as_work(connection.execute(select(work).where(work.c.id == work_id)).mappings().one())

        return await write_once(self._database, once, Work, now, operation)
