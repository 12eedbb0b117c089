"""Reading messages again: which ones, their work, and what the new reading changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock, NewId
from frontdesk.interfaces.llm_stores import Rereadings
from frontdesk.model import Analysis, Case, Change, Lease, Tier, Work, WorkState
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import READINGS, add_work, lock_key, new_work
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import analysis, inbound_message
from frontdesk.storage.schema.llm import to_reread
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.search.index import index_reading

REREAD_WORK = "reanalyse"


class StoredRereadings(Rereadings):
    """Readings made anew on a database."""

    def __init__(self, database: Database, cases: StoredCases, clock: Clock, new_id: NewId) -> None:
        """Use this database, the pipeline's store, clock and id maker."""
        self._database, self._cases, self._clock, self._new_id = database, cases, clock, new_id

    @override
    async def load(self, work: Work, lease: Lease) -> tuple[Case, int]:
        runs = select(func.coalesce(func.max(analysis.c.run), 0)).where(analysis.c.message_id == work.subject)
        case = await self._cases.load(work, lease)
        return case, int(await self._database.read(lambda c: c.execute(runs).scalar_one()))

    @override
    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        return await self._cases.inbound_texts(interaction_id)

    @override
    async def keep_reading(self, case: Case, analysis: Analysis, change: Change | None) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep(c, case, analysis, change, now))

    @override
    async def keep_unread(self, case: Case, reason: str, *, wait: bool) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep_unread(c, case, reason, now, wait))

    async def plan_for(self, interaction_ids: Sequence[int]) -> int:
        """Make work of all messages of these interactions that were read before; how many."""
        chosen = await self._database.read(lambda c: _of_interactions(c, interaction_ids))
        return await self._make_work(chosen)

    async def plan(self, tier: Tier, *, marked_only: bool, limit: int) -> int:
        """Make work of messages whose current analysis is of this tier; how many. Those under way are left out."""
        return await self._make_work(await self._database.read(lambda c: _choose(c, tier, marked_only, limit)))

    async def _make_work(self, chosen: Sequence[tuple[str, int]]) -> int:
        now = self._clock()
        rows = [
            new_work(
                self._new_id(), REREAD_WORK, message_id, REREAD_WORK, now, lock_key=lock_key(READINGS, interaction_id)
            )
            for message_id, interaction_id in chosen
        ]
        if rows:
            await self._database.write(lambda c: add_work(c, rows))
        return len(rows)


def _of_interactions(connection: Connection, interaction_ids: Sequence[int]) -> list[tuple[str, int]]:
    under_way = select(work.c.subject).where(work.c.state == WorkState.OPEN.value, work.c.kind == REREAD_WORK)
    message = inbound_message.c
    theirs = (
        message.interaction_id.in_(interaction_ids),
        message.analysis_id.is_not(None),
        message.erased_at.is_(None),
    )
    rows = select(message.id, message.interaction_id).where(*theirs, message.id.not_in(under_way))
    return [(row.id, row.interaction_id) for row in connection.execute(rows.order_by(message.id))]


def _choose(connection: Connection, tier: Tier, marked_only: bool, limit: int) -> list[tuple[str, int]]:
    under_way = select(work.c.subject).where(work.c.state == WorkState.OPEN.value)
    rows = (
        select(inbound_message.c.id, inbound_message.c.interaction_id)
        .join(analysis, analysis.c.id == inbound_message.c.analysis_id)
        .where(analysis.c.tier == tier.value, inbound_message.c.id.not_in(under_way))
        .where(inbound_message.c.erased_at.is_(None))
        .limit(limit)
    )
    if marked_only:
        waiting = rows.join(to_reread, to_reread.c.message_id == inbound_message.c.id)
        rows = waiting.order_by(to_reread.c.marked_at, inbound_message.c.id)
    else:
        rows = rows.order_by(inbound_message.c.id)
    return [(row.id, row.interaction_id) for row in connection.execute(rows)]


def _keep(connection: Connection, case: Case, reading: Analysis, change: Change | None, now: datetime) -> None:
    pass_fence(connection, case.lease, "", WorkState.DONE)
    connection.execute(insert(analysis), [columns(reading)])
    current = update(inbound_message).where(inbound_message.c.id == reading.message_id)
    connection.execute(current.values(analysis_id=reading.id))
    if change is not None:
        apply_change(connection, case.interaction, change, now)
        index_reading(connection, [case.interaction.id])
    connection.execute(delete(to_reread).where(to_reread.c.message_id == reading.message_id))
    detail = {"tier": reading.tier.value, "model": reading.model, "intent": reading.intent, "run": reading.run}
    note(connection, now, "reanalysed", interaction_id=case.interaction.id, message_id=case.message.id, detail=detail)


def _keep_unread(connection: Connection, case: Case, reason: str, now: datetime, wait: bool) -> None:
    pass_fence(connection, case.lease, "", WorkState.DONE)
    if wait:
        insert_if_new(connection, to_reread, {"message_id": case.message.id, "reason": reason[:300], "marked_at": now})
        return
    connection.execute(delete(to_reread).where(to_reread.c.message_id == case.message.id))
    kind, detail = "not reanalysed", {"error": reason[:200]}
    note(connection, now, kind, interaction_id=case.interaction.id, message_id=case.message.id, detail=detail)
