"""Work as people see it: listed, retried, dropped."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from frontdesk.interfaces import Clock
from frontdesk.model import Page, Work, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import StoredWork, give_up, resume
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import as_work


class StoredWorkAdmin(StoredByClock):
    """Work on a database, for people."""

    def __init__(self, database: Database, queue: StoredWork, clock: Clock) -> None:
        """Use this database, queue and clock."""
        super().__init__(database, clock)
        self._queue = queue

    async def page(self, state: WorkState, limit: int, cursor: str = "") -> Page[Work]:
        """Oldest first. Raises Invalid (cursor)."""
        rows = select(work).where(work.c.state == state.value)
        return await self._page(rows, (work.c.created_at, work.c.id), limit, cursor, as_work)

    async def retry(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """Make failed work due again. Raises NotFound, Conflict when it has not failed."""
        now = self._clock()
        return await self._settle(work_id, "retried", by, once, lambda c: resume(c, work_id, now))

    async def drop(self, work_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Work]:
        """Give failed work up for good. Raises NotFound, Conflict when it has not failed."""
        return await self._settle(work_id, "dropped", by, once, lambda c: give_up(c, work_id))

    async def counts(self) -> Mapping[str, int]:
        """How many rows are open and failed. Open ones without the making of vectors, which nobody waits for."""
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
