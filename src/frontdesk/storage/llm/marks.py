"""Marks messages to be read again when a model is back, and keeps the one work row that checks for it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.interfaces.llm_stores import Marks, ModelWatch
from frontdesk.model import Lease, Tier, WorkState
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.locking import keep_open
from frontdesk.storage.pipeline.rereading import StoredRereadings
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import analysis, inbound_message
from frontdesk.storage.schema.llm import to_reread
from frontdesk.storage.schema.pipeline import work

WATCH_WORK = "watch for models"
WATCH_ID = "00000000000000000000WATCH1"
REASON_LENGTH = 300


class StoredMarks(Marks):
    """Marks on a database."""

    def __init__(self, database: Database, clock: Clock, pause: float = 0) -> None:
        """Look after `pause` seconds whether a model is back; 0 leaves that to people."""
        self._database, self._clock, self._pause = database, clock, pause

    @override
    async def mark(self, message_id: str, reason: str) -> None:
        now = self._clock()
        await self._database.write(lambda c: _mark(c, message_id, reason, now, self._pause))

    async def watch(self) -> None:
        """Look whether a model is back if messages are marked: for the start of a process."""
        now = self._clock()
        if self._pause and await self.marked(1):
            await self._database.write(lambda c: keep_open(c, WATCH_ID, WATCH_WORK, "watch", now, now))

    async def marked(self, limit: int = 1000) -> tuple[str, ...]:
        """The ids of marked messages, those that wait longest first.

        Those that are read by the built-in engine and nobody else since.
        """
        rows = (
            select(to_reread.c.message_id)
            .join(inbound_message, inbound_message.c.id == to_reread.c.message_id)
            .join(analysis, analysis.c.id == inbound_message.c.analysis_id)
            .where(analysis.c.tier == Tier.BUILTIN.value)
            .order_by(to_reread.c.marked_at, to_reread.c.message_id)
            .limit(limit)
        )
        return await self._database.read(lambda c: tuple(c.execute(rows).scalars()))


class StoredModelWatch(ModelWatch):
    """The watch on a database."""

    def __init__(self, database: Database, marks: StoredMarks, rereadings: StoredRereadings) -> None:
        """Watch over these marks."""
        self._database, self._rereadings, self._marks = database, rereadings, marks

    @override
    async def marked(self, limit: int) -> tuple[str, ...]:
        return await self._marks.marked(limit)

    @override
    async def plan_marked(self, limit: int) -> int:
        return await self._rereadings.plan(Tier.BUILTIN, marked_only=True, limit=limit)

    @override
    async def end(self, lease: Lease) -> bool:
        return await self._database.write(lambda c: _end(c, lease))


def _mark(connection: Connection, message_id: str, reason: str, now: datetime, pause: float) -> None:
    gone = (inbound_message.c.id == message_id, inbound_message.c.erased_at.is_not(None))
    if connection.execute(select(inbound_message.c.id).where(*gone)).first() is not None:
        return
    row = {"message_id": message_id, "reason": reason[:REASON_LENGTH], "marked_at": now}
    if insert_if_new(connection, to_reread, row) and pause:
        keep_open(connection, WATCH_ID, WATCH_WORK, "watch", now, now + timedelta(seconds=pause))


def _end(connection: Connection, lease: Lease) -> bool:
    connection.execute(select(work.c.state).where(work.c.id == WATCH_ID).with_for_update())
    _forget_needless(connection)
    if connection.execute(select(to_reread.c.message_id).limit(1)).first() is not None:
        return False
    pass_fence(connection, lease, "", WorkState.DONE)
    return True


def _forget_needless(connection: Connection) -> None:
    """Marks of messages that a model has read since (the step that marked them ran twice), or that are gone."""
    message = inbound_message.c.id == to_reread.c.message_id
    there = select(inbound_message.c.id).where(message)
    unread = or_(analysis.c.id.is_(None), analysis.c.tier == Tier.BUILTIN.value)
    needed = there.outerjoin_from(inbound_message, analysis, analysis.c.id == inbound_message.c.analysis_id)
    connection.execute(delete(to_reread).where(~needed.where(unread).exists()))
