"""Effects with work of their own: set apart from their message, made due when what they wait for is settled.

A row that is about to wait first locks the effects that it waits for (FOR SHARE), a row that settles one writes it
before it looks for those that wait. So whichever comes first, nobody sleeps through it.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from frontdesk.interfaces import Clock, Conflict, NotFound
from frontdesk.model import Effect, EffectState, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.planning import is_proposal
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import ERROR_LENGTH
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.storage.schema.rows import as_effect

EFFECT_WORK = "effect"
SETTLED = (EffectState.DONE.value, EffectState.FAILED.value, EffectState.DROPPED.value)


class StoredEffectAdmin:
    """Effects that need a person, on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def retry(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Try a failed effect again. Raises NotFound, Conflict when it has not failed."""
        return await self._settle(key, by, once, "retried", _retried)

    async def drop(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Give up one that failed, or refuse one that waits for approval. Raises NotFound, Conflict."""
        return await self._settle(key, by, once, "dropped", _dropped)

    async def approve(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Let the effects behind a question go on. Raises NotFound, Conflict when it does not wait."""
        return await self._settle(key, by, once, "approved", _approved)

    async def confirm(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Approve a proposal; its customer waits no longer. Raises NotFound, Conflict where it is no open proposal."""
        return await self._settle(key, by, once, "approved", _confirmed)

    async def decline(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Refuse a proposal. Raises NotFound, Conflict where it is no open proposal."""
        return await self._settle(key, by, once, "dropped", _declined)

    async def _settle(
        self,
        key: str,
        by: str,
        once: IdempotencyKey | None,
        kind: str,
        change: Callable[[Effect, str, datetime], Effect],
    ) -> StoredAnswer[Effect]:
        now = self._clock()

        def operation(connection: Connection) -> Effect:
            after = change(_locked(connection, key), by, now)
            store(connection, after)
            if after.state is EffectState.PENDING:
                make_due(connection, after.key, now, now, attempts=0)
            else:
                wake_waiting(connection, after, now)
            _note_settled(connection, after, kind, by, now)
            if is_proposal(after) and after.state is EffectState.DONE:
                waiting.answered(connection, after.interaction_id, now)
                keep_deadlines(connection, [after.interaction_id], now)
            return after

        return await write_once(self._database, once, Effect, now, operation)


def store(connection: Connection, each: Effect) -> None:
    """Write what can change of an effect."""
    values = {
        "state": each.state.value,
        "attempts": each.attempts,
        "reference": each.reference[:200],
        "detail": dict(each.detail),
        "error": each.error,
        "done_at": each.done_at,
        "apart": each.apart,
    }
    connection.execute(update(effect).where(effect.c.key == each.key).values(**values))


def lock_awaited(connection: Connection, each: Effect) -> bool:
    """Hold the effects that this one waits for as they are; whether any is left. To be called before all else."""
    if not each.waits_for:
        return False
    awaited = select(effect.c.state).where(effect.c.key.in_(each.waits_for)).with_for_update(read=True)
    return any(state not in SETTLED for state in connection.execute(awaited).scalars())


def wake_waiting(connection: Connection, settled: Effect, now: datetime) -> None:
    """Make due what waits for this effect, which has just been written."""
    theirs = (effect.c.message_id == settled.message_id, effect.c.state == EffectState.PENDING.value, effect.c.apart)
    waiting = connection.execute(select(effect.c.key, effect.c.waits_for).where(*theirs)).all()
    for key, waits_for in waiting:
        if settled.key in waits_for:
            make_due(connection, key, now, now)


def make_due(
    connection: Connection, key: str, due_at: datetime, now: datetime, error: str = "", attempts: int | None = None
) -> None:
    """Work for an effect, due at `due_at`; left alone while a worker is at it, for that looks for itself."""
    work_id = work_id_of(key)
    found = select(work.c.state, work.c.lease_owner).where(work.c.id == work_id).with_for_update()
    row = connection.execute(found).first()
    values = {"state": WorkState.OPEN.value, "due_at": due_at, "lease_owner": "", "last_error": error[:ERROR_LENGTH]}
    if row is None:
        new = {"id": work_id, "kind": EFFECT_WORK, "subject": key, "step": "act", "created_at": now}
        connection.execute(insert(work), [new | values])
        return
    if row.state == WorkState.OPEN and row.lease_owner:
        return
    if row.state != WorkState.OPEN or attempts is not None:
        values["attempts"] = attempts or 0
    connection.execute(update(work).where(work.c.id == work_id).values(**values))


def work_id_of(key: str) -> str:
    """The one work row that an effect can have: two that make it at once collide instead of doubling it."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:26]


def _locked(connection: Connection, key: str) -> Effect:
    row = connection.execute(select(effect).where(effect.c.key == key).with_for_update()).mappings().first()
    if row is None:
        raise NotFound(tr("there is no action {effect}", effect=key))
    return as_effect(row)


def _retried(each: Effect, _by: str, _now: datetime) -> Effect:
    _must_be(each, EffectState.FAILED, "only a failed effect can be tried again")
    return replace(each, state=EffectState.PENDING, error="", done_at=None, apart=True)


def _dropped(each: Effect, by: str, now: datetime) -> Effect:
    if each.state is not EffectState.WAITING:
        _must_be(each, EffectState.FAILED, tr("only one that failed or waits for approval can be dropped"))
    return replace(each, state=EffectState.DROPPED, done_at=now, error=each.error or f"refused by {by}")


def _approved(each: Effect, by: str, now: datetime) -> Effect:
    _must_be(each, EffectState.WAITING, tr("only one that waits can be approved"))
    return replace(each, state=EffectState.DONE, done_at=now, reference=by)


def _confirmed(each: Effect, by: str, now: datetime) -> Effect:
    _must_be_proposal(each)
    return _approved(each, by, now)


def _declined(each: Effect, by: str, now: datetime) -> Effect:
    _must_be_proposal(each)
    return _dropped(each, by, now)


def _must_be_proposal(each: Effect) -> None:
    if not is_proposal(each):
        raise Conflict(tr("action {effect} is no proposal: a supervisor decides on it", effect=each.key))
    _must_be(each, EffectState.WAITING, tr("somebody has decided already"))


def _must_be(each: Effect, state: EffectState, otherwise: str) -> None:
    if each.state is not state:
        raise Conflict(
            tr("action {effect} is {state}: {reason}", effect=each.key, state=each.state.value, reason=otherwise)
        )


def _note_settled(connection: Connection, each: Effect, kind: str, by: str, now: datetime) -> None:
    detail = {"kind": each.action.kind, "effect": each.key}
    note(connection, now, kind, interaction_id=each.interaction_id, message_id=each.message_id, by=by, detail=detail)
