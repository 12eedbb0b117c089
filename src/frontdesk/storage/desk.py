"""Work as people see it, new code entries, and how the database does."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from frontdesk.interfaces import Clock, Kept, NewId, Once
from frontdesk.model import Code, Page, Work, WorkState
from frontdesk.storage import paging
from frontdesk.storage.codes import put_entry
from frontdesk.storage.database import Database
from frontdesk.storage.idempotency import write_once
from frontdesk.storage.journal import note
from frontdesk.storage.schema import current, newest
from frontdesk.storage.tables import journal, work
from frontdesk.storage.working import StoredWork, as_work, give_up, resume


class StoredWorkDesk:
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

    async def retry(self, work_id: str, by: str, once: Once | None) -> Kept[Work]:
        """See interfaces.WorkDesk."""
        now = self._clock()
        return await self._settle(work_id, "retried", by, once, lambda c: resume(c, work_id, now))

    async def drop(self, work_id: str, by: str, once: Once | None) -> Kept[Work]:
        """See interfaces.WorkDesk."""
        return await self._settle(work_id, "dropped", by, once, lambda c: give_up(c, work_id))

    async def counts(self) -> Mapping[str, int]:
        """See interfaces.WorkDesk."""
        return await self._queue.counts()

    async def _settle(
        self, work_id: str, kind: str, by: str, once: Once | None, change: Callable[[Connection], None]
    ) -> Kept[Work]:
        now = self._clock()

        def operation(connection: Connection) -> Work:
            change(connection)
            note(connection, now, kind, by=by, detail={"work": work_id})
            return as_work(connection.execute(select(work).where(work.c.id == work_id)).mappings().one())

        return await write_once(self._database, once, Work, now, operation)


class StoredCodeEntries:
    """New entries of code lists on a database; see interfaces.CodeEntries."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def add(self, entry: Code, once: Once | None) -> Kept[Code]:
        """See interfaces.CodeEntries."""
        now, ids = self._clock(), [self._new_id() for _ in entry.examples]

        def operation(connection: Connection) -> Code:
            put_entry(connection, entry, True, now, ids)
            return entry

        return await write_once(self._database, once, Code, now, operation)


class StoredCondition:
    """How a database does; see interfaces.Condition."""

    def __init__(self, database: Database) -> None:
        """Ask this database."""
        self._database = database
        self._needed = newest()

    async def revision(self) -> tuple[str, str]:
        """See interfaces.Condition."""
        return await self._database.read(current), self._needed

    async def steps(self, after: int | None) -> tuple[int, Mapping[str, int]]:
        """See interfaces.Condition."""
        if after is None:
            highest = select(func.coalesce(func.max(journal.c.id), 0))
            return await self._database.read(lambda c: c.execute(highest).scalar_one()), {}
        counted = select(journal.c.kind, func.count(), func.max(journal.c.id)).where(journal.c.id > after)
        rows = await self._database.read(lambda c: c.execute(counted.group_by(journal.c.kind)).all())
        return max([after, *(last for _, _, last in rows)]), {kind: count for kind, count, _ in rows}
