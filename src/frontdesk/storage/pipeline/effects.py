"""Effects with work of their own: set apart from their message, made due when what they wait for is settled.

A row that is about to wait first locks the effects that it waits for (FOR SHARE), a row that settles one writes it
before it looks for those that wait. So whichever comes first, nobody sleeps through it.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select, update

from frontdesk.interfaces import Conflict
from frontdesk.model import Case, Effect, EffectState, Page, Receipt, Role, WorkState
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.set_up import EffectForPerson
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.effects import SETTLED, before_it, done, is_untried
from frontdesk.orchestrator.planning import is_proposal
from frontdesk.orchestrator.plans import RESULT, WAIT
from frontdesk.storage.engines.stored import Stored, StoredByClock, the_row
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import ERROR_LENGTH
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.storage.schema.rows import as_effect

EFFECT_WORK = "effect"


class StoredEffectAdmin(StoredByClock):
    """Effects that need a person, on a database."""

    async def retry(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Try a failed effect again. Raises NotFound, Conflict when it has not failed."""
        return await self._settle(key, by, once, "retried", _retried)

    async def drop(
        self, key: str, by: str, once: IdempotencyKey | None, role: Role = Role.ADMIN
    ) -> StoredAnswer[Effect]:
        """Give up one that failed, or refuse one that waits for approval. Raises NotFound, Conflict."""
        return await self._settle(key, by, once, "dropped", _dropped, role)

    async def approve(
        self, key: str, by: str, once: IdempotencyKey | None, role: Role = Role.ADMIN
    ) -> StoredAnswer[Effect]:
        """Let the effects behind a question go on, where as many have approved as must.

        Raises NotFound, and Conflict when it does not wait, or waits for a higher role.
        """
        return await self._settle(key, by, once, "approved", _approved, role)

    async def skip(self, key: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[Effect]:
        """Go on without one that failed, as if it were done. Raises NotFound, Conflict when it has not failed."""
        return await self._settle(key, by, once, "dropped", _passed_over)

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
        role: Role = Role.ADMIN,
    ) -> StoredAnswer[Effect]:
        now = self._clock()

        def operation(connection: Connection) -> Effect:
            before = _locked(connection, key)
            _may(before, role)
            after = change(before, by, now)
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


def lock_awaited(connection: Connection, each: Effect, effects: Sequence[Effect]) -> bool:
    """Hold the effects that this one waits for; whether they are still as they were. To be called before all else."""
    before, seen = before_it(each, effects), {one.key: one for one in effects}
    keys = [*each.waits_for, *([before.key] if before else [])]
    found = _effects(connection, effect.c.key.in_(keys), locked=True)
    return all(_stands(one) == _stands(seen[one.key]) for one in found)


def _stands(each: Effect) -> tuple[EffectState, bool]:
    return each.state, is_untried(each)


def wake_waiting(connection: Connection, settled: Effect, now: datetime) -> None:
    """Make due what waits for this effect or follows it, which has just been written."""
    effects = _effects(connection, effect.c.message_id == settled.message_id)
    for each in effects:
        if each.state is EffectState.PENDING and each.apart and _hangs_on(each, settled, effects):
            make_due(connection, each.key, now, now)


def happened(connection: Connection, case: Case, event: str, now: datetime) -> None:
    """End the pauses of the interaction that wait for this event."""
    pausing = (
        effect.c.kind == WAIT,
        effect.c.state == EffectState.PENDING.value,
        effect.c.message_id != case.message.id,
    )
    for each in _effects(connection, and_(effect.c.interaction_id == case.interaction.id, *pausing)):
        before = _effects(connection, effect.c.key.in_(each.waits_for))
        if each.action.parameters.get("event") == event and all(one.state in SETTLED for one in before):
            ended = done(each, Receipt("", {"came": True}), 0, now)
            store(connection, ended)
            wake_waiting(connection, ended, now)


def _hangs_on(each: Effect, settled: Effect, effects: Sequence[Effect]) -> bool:
    before = before_it(each, effects)
    return settled.key in each.waits_for or (is_untried(each) and before is not None and before.key == settled.key)


def _effects(connection: Connection, which: ColumnElement[bool], *, locked: bool = False) -> list[Effect]:
    rows = select(effect).where(which).order_by(effect.c.position)
    return list(map(as_effect, connection.execute(rows.with_for_update(read=True) if locked else rows).mappings()))


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
    rows = select(effect).where(effect.c.key == key).with_for_update()
    return as_effect(the_row(connection, rows, tr("there is no action {effect}", effect=key)))


def _retried(each: Effect, _by: str, _now: datetime) -> Effect:
    _must_be(each, EffectState.FAILED, "only a failed effect can be tried again")
    return replace(each, state=EffectState.PENDING, error="", done_at=None, apart=True)


def _dropped(each: Effect, by: str, now: datetime) -> Effect:
    if each.state is not EffectState.WAITING:
        _must_be(each, EffectState.FAILED, tr("only one that failed or waits for approval can be dropped"))
    return replace(each, state=EffectState.DROPPED, done_at=now, error=each.error or f"refused by {by}")


def _may(each: Effect, role: Role) -> None:
    asked = each.action.parameters.get("role")
    if each.state is EffectState.WAITING and asked and not role.covers(Role(asked)):
        raise Conflict(tr("action {effect} waits for a person with the role {role}", role=asked, effect=each.key))


def _passed_over(each: Effect, by: str, now: datetime) -> Effect:
    _must_be(each, EffectState.FAILED, tr("only one that failed can be passed over"))
    detail = {**each.detail, RESULT: "passed_over"}
    return replace(each, state=EffectState.DROPPED, done_at=now, error=f"passed over by {by}", detail=detail)


def _approved(each: Effect, by: str, now: datetime) -> Effect:
    _must_be(each, EffectState.WAITING, tr("only one that waits can be approved"))
    approved = [*each.detail.get("approved_by", ()), by]
    if len(set(approved)) < len(approved):
        raise Conflict(tr("action {effect} needs a second person: you have approved it", effect=each.key))
    if len(approved) < each.detail.get("persons", 1):
        return replace(each, detail={**each.detail, "approved_by": approved})
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


OPEN = (EffectState.FAILED.value, EffectState.WAITING.value, EffectState.PENDING.value)


class StoredEffectInbox(Stored):
    """Effects that are not over."""

    async def effects(self, states: Sequence[EffectState], limit: int, cursor: str = "") -> Page[EffectForPerson]:
        """Oldest first. Raises Invalid (cursor)."""
        rows = (
            select(effect, interaction.c.reference.label("matter"), interaction.c.title)
            .join(interaction, interaction.c.id == effect.c.interaction_id)
            .where(effect.c.state.in_([state.value for state in states]))
        )
        return await self._page(rows, (effect.c.created_at, effect.c.key), limit, cursor, _row)

    async def counts(self) -> dict[EffectState, int]:
        """How many there are in each state but done."""
        rows = select(effect.c.state, func.count()).where(effect.c.state.in_(OPEN)).group_by(effect.c.state)
        found = await self._database.read(lambda c: c.execute(rows).all())
        return {EffectState(state): count for state, count in found}


def _row(row: RowMapping) -> EffectForPerson:
    return EffectForPerson(as_effect(row), row["matter"], row["title"])
