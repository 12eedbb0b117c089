"""The work table: claiming, leases, and the fence that every result of a step passes."""

import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, Integer, and_, bindparam, func, or_, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock, Conflict, LeaseLost, NewId, NotFound, WorkQueue
from frontdesk.model import Lease, Page, Work, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.changing import changed, taken
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import is_taken, let_next_go, let_stuck_go
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import as_work

ERROR_LENGTH = 2000
# Making vectors of what is known: it goes on beside the messages, and nobody waits for its end.
VECTOR_WORK = "knowledge"
# Watching deadlines, which never ends.
TIME_WORK = "time"


def pass_fence(connection: Connection, lease: Lease, step: str, state: WorkState = WorkState.OPEN) -> None:
    """Move the work on in the same transaction as a result. Raises LeaseLost, which undoes the result.

    Attempts count from 1 again: they are those of the step that comes now.
    """
    given = {"its_id": lease.work_id, "its_owner": lease.owner, "next_step": step, "next_state": state.value}
    moved = changed(connection, _MOVE, (work.c.lock_key,), given)
    if not moved:
        raise LeaseLost(f"work {lease.work_id} has passed to another worker")
    if state is not WorkState.OPEN:
        let_next_go(connection, moved[0]["lock_key"])


def hold_fence(connection: Connection, lease: Lease) -> None:
    """Keep the work ours until the transaction ends, where it is. Raises LeaseLost."""
    ours = select(work.c.id).where(*_OURS).with_for_update()
    if connection.execute(ours, {"its_id": lease.work_id, "its_owner": lease.owner}).first() is None:
        raise LeaseLost(f"work {lease.work_id} has passed to another worker")


_OURS = (
    work.c.id == bindparam("its_id"),
    work.c.lease_owner == bindparam("its_owner"),
    work.c.state == WorkState.OPEN.value,
)
_MOVE = (
    update(work)
    .where(*_OURS)
    .values(step=bindparam("next_step"), state=bindparam("next_state"), attempts=1, last_error="")
)


class StoredWork(WorkQueue):
    """The work queue on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id
        self._is_busy = False

    @override
    async def claim(self, owner: str, limit: int, lease_seconds: float) -> list[tuple[Work, Lease]]:
        now = self._clock()
        if not self._is_busy and not await self._database.read(lambda c: _due(c, now)):
            return []  # nothing to do is the usual case: find out without a write
        token = f"{owner}:{self._new_id()}"
        claimed = await self._database.write(lambda c: _claim(c, token, limit, now, lease_seconds))
        self._is_busy = bool(claimed)  # where there was work there is more
        return claimed

    @override
    async def renew(self, lease: Lease, lease_seconds: float) -> bool:
        until = self._clock() + timedelta(seconds=lease_seconds)
        return await self._change(lease, due_at=until)

    @override
    async def postpone(self, lease: Lease, seconds: float, error: str, *, counted: bool = True) -> None:
        due_at = self._clock() + timedelta(seconds=seconds)
        attempts = {} if counted else {"attempts": work.c.attempts - 1}
        await self._change(lease, due_at=due_at, lease_owner="", last_error=error[:ERROR_LENGTH], **attempts)

    @override
    async def fail(self, lease: Lease, error: str) -> None:
        await self._database.write(lambda c: _fail(c, lease, error[:ERROR_LENGTH], self._clock()))

    async def _change(self, lease: Lease, **values: str | datetime | ColumnElement[int]) -> bool:
        mine = update(work).where(*_owned(lease)).values(**values)
        return await self._database.write(lambda c: c.execute(mine).rowcount) == 1

    @override
    async def free(self, owner_prefix: str) -> int:
        theirs = (work.c.state == "open", work.c.lease_owner.startswith(owner_prefix, autoescape=True))
        freed = update(work).where(*theirs).values(due_at=self._clock(), lease_owner="")
        return await self._database.write(lambda c: c.execute(freed).rowcount)

    async def free_stuck(self) -> int:
        """Let work go whose elders are gone without a word; how many lock keys. See `locking`."""
        return await self._database.write(let_stuck_go)

    async def owners(self) -> tuple[str, ...]:
        """Who holds leases now, as `host:pid:token`."""
        held = select(work.c.lease_owner).where(work.c.state == "open", work.c.lease_owner != "").distinct()
        return await self._database.read(lambda c: tuple(c.execute(held).scalars()))

    async def list(self, state: WorkState, limit: int = 100) -> tuple[Work, ...]:
        """The oldest rows in a state."""
        rows = select(work).where(work.c.state == state.value).order_by(work.c.created_at).limit(limit)
        return await self._database.read(lambda c: tuple(as_work(r) for r in c.execute(rows).mappings()))

    async def counts(self) -> dict[str, int]:
        """How many rows are open and failed. Open ones without what nobody waits for: vectors, deadlines."""
        unfinished = or_(
            work.c.state == "failed", and_(work.c.state == "open", work.c.kind.not_in((VECTOR_WORK, TIME_WORK)))
        )
        counted = select(work.c.state, func.count()).where(unfinished).group_by(work.c.state)
        found: dict[str, int] = await self._database.read(lambda c: {row[0]: row[1] for row in c.execute(counted)})
        return {"open": found.get("open", 0), "failed": found.get("failed", 0)}

    async def retry(self, work_id: str) -> None:
        """Make a failed row due again. Raises NotFound, Conflict when it has not failed."""
        await self._database.write(lambda c: resume(c, work_id, self._clock()))

    async def drop(self, work_id: str) -> None:
        """Give a failed row up for good. Raises NotFound, Conflict when it has not failed."""
        await self._database.write(lambda c: give_up(c, work_id))


def own_prefix(pid: int) -> str:
    """How the leases of a process on this host begin."""
    return f"{socket.gethostname()}:{pid}:"


def _fail(connection: Connection, lease: Lease, error: str, now: datetime) -> None:
    """Put a row where a person sees it, and say so in the journal, which open pages follow."""
    values = {"state": WorkState.FAILED.value, "lease_owner": "", "last_error": error}
    told = (work.c.kind, work.c.subject, work.c.lock_key)
    for failed in changed(connection, update(work).where(*_owned(lease)).values(**values), told):
        let_next_go(connection, failed["lock_key"])
        of_message = select(inbound_message.c.interaction_id).where(inbound_message.c.id == failed["subject"])
        interaction_id = connection.execute(of_message).scalar()
        message_id = failed["subject"] if interaction_id is not None else None
        detail = {"work": lease.work_id, "kind": failed["kind"], "error": error[:200]}
        note(connection, now, "failed", interaction_id=interaction_id, message_id=message_id, detail=detail)


def _owned(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return work.c.id == lease.work_id, work.c.lease_owner == lease.owner, work.c.state == WorkState.OPEN.value


def claimable(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Rows that a worker may take: open, due, and the oldest of their lock key."""
    return work.c.state == WorkState.OPEN.value, ~work.c.blocked, work.c.due_at <= now


def _due(connection: Connection, now: datetime) -> bool:
    return connection.execute(_ANY_DUE, {"now": now}).first() is not None


def _claim(
    connection: Connection, token: str, limit: int, now: datetime, lease_seconds: float
) -> list[tuple[Work, Lease]]:
    until = now + timedelta(seconds=lease_seconds)
    given = {"now": now, "most": limit, "until": until, "token": token}
    claimed = taken(connection, _NEXT_DUE, _CLAIM, _WORK, given)
    rows = sorted((as_work(row) for row in claimed), key=lambda w: w.id)
    return [(row, Lease(row.id, token, until)) for row in rows]


_NOW = bindparam("now", type_=work.c.due_at.type)
_ANY_DUE = select(work.c.id).where(*claimable(_NOW)).limit(1)
_NEXT_DUE = (
    select(work.c.id)
    .where(*claimable(_NOW))
    .order_by(work.c.due_at, work.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = update(work).values(due_at=bindparam("until"), lease_owner=bindparam("token"), attempts=work.c.attempts + 1)
_WORK = tuple(work.c)


def _failed(connection: Connection, work_id: str) -> str:
    """The lock key of a failed row."""
    row = connection.execute(select(work.c.state, work.c.lock_key).where(work.c.id == work_id)).first()
    if row is None:
        raise NotFound(tr("there is no work {work}", work=work_id))
    if row.state != WorkState.FAILED:
        raise Conflict(
            tr("work {work} is {state}: only failed work can be retried or dropped", work=work_id, state=row.state)
        )
    return str(row.lock_key)


def resume(connection: Connection, work_id: str, now: datetime) -> None:
    """Make a failed row due again. Raises NotFound, Conflict."""
    key = _failed(connection, work_id)
    values = {"state": WorkState.OPEN.value, "due_at": now, "attempts": 0, "lease_owner": ""}
    values["blocked"] = is_taken(connection, key)
    connection.execute(update(work).where(work.c.id == work_id).values(**values))


def give_up(connection: Connection, work_id: str) -> None:
    """Drop a failed row. Raises NotFound, Conflict."""
    _failed(connection, work_id)
    connection.execute(update(work).where(work.c.id == work_id).values(state=WorkState.DROPPED.value))


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
