"""What the pipeline reads and writes: each `keep_…` is one transaction behind the fence of the lease."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from frontdesk.interfaces import Clock, NotFound, Stale
from frontdesk.model import (
    Analysis,
    Case,
    Change,
    Decision,
    Effect,
    Interaction,
    Lease,
    Status,
    Work,
    WorkState,
)
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.effects import lock_awaited, make_due, store, wake_waiting, work_id_of
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.senders import match_sender
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, interaction
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.rows import as_analysis, as_decision, as_effect, as_interaction, as_message
from frontdesk.storage.search.documents import index_heads
from frontdesk.storage.search.index import index_reading

# Actions that are themselves worth a line in the journal, and what it is called.
NOTED = {"ask_person": "asked", "escalate": "escalated"}
# What is found by its words.
SEARCHED = frozenset({"title", "summary", "tags", "customer_id"})


class StoredCases:
    """The pipeline's store on a database; see interfaces.Cases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def load(self, work: Work, lease: Lease) -> Case:
        """See interfaces.Cases. Raises NotFound."""
        return await self._database.read(lambda c: _load(c, work, lease))

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        """See interfaces.Cases."""
        texts = (
            select(inbound_message.c.text)
            .where(inbound_message.c.interaction_id == interaction_id)
            .order_by(inbound_message.c.sequence)
        )
        return await self._database.read(lambda c: tuple(c.execute(texts).scalars()))

    async def keep_analysis(self, case: Case, analysis: Analysis) -> Case:
        """See interfaces.Cases."""
        await self._database.write(lambda c: _keep_analysis(c, case, analysis))
        return replace(case, analysis=analysis, message=replace(case.message, analysis_id=analysis.id))

    async def keep_record(self, case: Case, change: Change) -> Case:
        """See interfaces.Cases."""
        now = self._clock()
        updated = await self._database.write(lambda c: _keep_record(c, case, change, now))
        return replace(case, interaction=updated, recorded=True)

    async def keep_decision(self, case: Case, decision: Decision, effects: Sequence[Effect], change: Change) -> Case:
        """See interfaces.Cases."""
        updated = await self._database.write(lambda c: _keep_decision(c, case, decision, effects, change))
        return replace(case, interaction=updated, decision=decision, effects=tuple(effects))

    async def keep_effect(
        self, case: Case, effect: Effect, change: Change | None = None, *, ends: bool = False
    ) -> Case:
        """See interfaces.Cases."""
        now, wanted = self._clock(), change or Change()
        updated = await self._database.write(lambda c: _keep_effect(c, case, effect, wanted, now, ends))
        return _with(replace(case, interaction=updated), effect)

    async def load_effect(self, work: Work, lease: Lease) -> tuple[Case, Effect]:
        """See interfaces.Cases. Raises NotFound."""
        return await self._database.read(lambda c: _load_effect(c, work, lease))

    async def postpone_effect(self, case: Case, effect: Effect, due_at: datetime) -> Case:
        """See interfaces.Cases."""
        now, apart = self._clock(), replace(effect, apart=True)
        await self._database.write(lambda c: _postpone_effect(c, case, apart, due_at, now))
        return _with(case, apart)

    async def keep_waiting(self, case: Case, effect: Effect, until: datetime | None) -> Case:
        """See interfaces.Cases."""
        now, apart = self._clock(), replace(effect, apart=True)
        await self._database.write(lambda c: _keep_waiting(c, case, apart, until, now))
        return _with(case, apart)

    async def keep_over(self, case: Case) -> None:
        """See interfaces.Cases."""
        await self._database.write(lambda c: pass_fence(c, case.lease, "", WorkState.DONE))

    async def keep_end(self, case: Case) -> None:
        """See interfaces.Cases."""
        await self._database.write(lambda c: _keep_end(c, case, self._clock()))


def _with(case: Case, effect: Effect) -> Case:
    return replace(case, effects=tuple(effect if each.key == effect.key else each for each in case.effects))


def _load_effect(connection: Connection, work: Work, lease: Lease) -> tuple[Case, Effect]:
    message_id = connection.execute(select(effect.c.message_id).where(effect.c.key == work.subject)).scalar()
    if message_id is None:
        raise NotFound(tr("there is no effect {effect}", effect=work.subject))
    case = _load(connection, replace(work, subject=message_id), lease)
    return case, next(each for each in case.effects if each.key == work.subject)


def _load(connection: Connection, work: Work, lease: Lease) -> Case:
    message_id = work.subject
    row = connection.execute(select(inbound_message).where(inbound_message.c.id == message_id)).mappings().first()
    if row is None:
        raise NotFound(tr("there is no message {message}", message=message_id))
    message = as_message(row)
    matter = select(interaction).where(interaction.c.id == message.interaction_id)
    read = select(analysis).where(analysis.c.id == message.analysis_id)
    decided = select(decision).where(decision.c.message_id == message_id)
    done = select(effect).where(effect.c.message_id == message_id).order_by(effect.c.position)
    found = connection.execute(read).mappings().first() if message.analysis_id else None
    verdict = connection.execute(decided).mappings().first() if row["recorded"] else None
    effects = tuple(as_effect(each) for each in connection.execute(done).mappings()) if verdict else ()
    return Case(
        message=message,
        interaction=as_interaction(connection.execute(matter).mappings().one()),
        lease=lease,
        repeated=bool(effects),
        attempt=work.attempts,
        analysis=as_analysis(found) if found else None,
        recorded=row["recorded"],
        decision=as_decision(verdict) if verdict else None,
        effects=effects,
    )


def _keep_analysis(connection: Connection, case: Case, reading: Analysis) -> None:
    pass_fence(connection, case.lease, "record")
    row = asdict(reading) | {"tier": reading.tier.value, "sentiment": reading.sentiment.value}
    connection.execute(insert(analysis), [row])
    current = update(inbound_message).where(inbound_message.c.id == reading.message_id)
    connection.execute(current.values(analysis_id=reading.id))
    detail = {"tier": reading.tier.value, "intent": reading.intent, "sentiment": reading.sentiment.value}
    _note(connection, case, reading.created_at, "analysed", detail)


def _keep_record(connection: Connection, case: Case, change: Change, now: datetime) -> Interaction:
    pass_fence(connection, case.lease, "decide")
    contact_id, customer_id = match_sender(connection, case.message, case.analysis, now)
    if customer_id and not case.interaction.customer_id:
        change = replace(change, customer_id=customer_id)
    updated = apply_change(connection, case.interaction, change, now)
    seen = update(inbound_message).where(inbound_message.c.id == case.message.id)
    connection.execute(seen.values(recorded=True, contact_id=contact_id))
    index_reading(connection, [case.interaction.id])
    _note(connection, case, now, "recorded", {"title": updated.title})
    return updated


def apply_change(
    connection: Connection, before: Interaction, change: Change, now: datetime, by: str = ""
) -> Interaction:
    """Set fields of an interaction if it is still at `before.version`. Raises Stale."""
    values: dict[str, Any] = dict(change.fields())
    if not values:
        return before
    values |= {"updated_at": now, "version": before.version + 1}
    if by:
        values["modified_by"] = by
    if change.status is not None and change.status is not before.status:
        values["closed_at"] = now if change.status in (Status.CLOSED, Status.CONFIRMED) else None
    changed = connection.execute(
        update(interaction)
        .where(interaction.c.id == before.id, interaction.c.version == before.version)
        .values(**{name: getattr(value, "value", value) for name, value in values.items()})
    )
    if changed.rowcount != 1:
        raise Stale(tr("interaction {reference} was changed meanwhile: read it again", reference=before.reference))
    if not SEARCHED.isdisjoint(values):
        index_heads(connection, [before.id])
    return replace(before, **values)


def _keep_decision(
    connection: Connection, case: Case, verdict: Decision, effects: Sequence[Effect], change: Change
) -> Interaction:
    pass_fence(connection, case.lease, "act")
    row = asdict(verdict) | {
        "actions": [asdict(action) for action in verdict.actions],
        "facts": dict(verdict.facts),
    }
    connection.execute(insert(decision), [row])
    if effects:
        connection.execute(insert(effect), [_effect_row(each) for each in effects])
    for each in effects:
        if each.action.kind in NOTED:
            _note(connection, case, verdict.created_at, NOTED[each.action.kind], dict(each.action.parameters))
    detail = {"route": verdict.route, "rule": verdict.rule}
    _note(connection, case, verdict.created_at, "decided", detail)
    return apply_change(connection, case.interaction, change, verdict.created_at)


def _effect_row(each: Effect) -> dict[str, Any]:
    row = asdict(each)
    action = row.pop("action")
    return row | {"kind": action["kind"], "parameters": action["parameters"], "state": each.state.value}


def _keep_effect(
    connection: Connection, case: Case, each: Effect, change: Change, now: datetime, ends: bool
) -> Interaction:
    state = WorkState.DONE if ends else WorkState.OPEN
    pass_fence(connection, case.lease, f"act {each.position + 1}", state)
    store(connection, each)
    if each.reference:
        index_heads(connection, [each.interaction_id])
    if ends or any(other.apart for other in case.effects):
        wake_waiting(connection, each, now)
    detail = {
        "kind": each.action.kind,
        "state": each.state.value,
        "reference": each.reference,
        "error": each.error,
    }
    _note(connection, case, now, "acted", detail)
    return apply_change(connection, case.interaction, change, now)


def _postpone_effect(connection: Connection, case: Case, each: Effect, due_at: datetime, now: datetime) -> None:
    pass_fence(connection, case.lease, f"act {each.position + 1}")
    store(connection, each)
    make_due(connection, each.key, due_at, now, each.error)
    _note(connection, case, now, "postponed", {"kind": each.action.kind, "error": each.error})


def _keep_waiting(connection: Connection, case: Case, each: Effect, until: datetime | None, now: datetime) -> None:
    due_at = until if lock_awaited(connection, each) else now
    own = case.lease.work_id == work_id_of(each.key)
    pass_fence(connection, case.lease, "wait", WorkState.DONE if own else WorkState.OPEN)
    store(connection, each)
    if due_at is not None:
        make_due(connection, each.key, due_at, now)


def _keep_end(connection: Connection, case: Case, now: datetime) -> None:
    pass_fence(connection, case.lease, "", WorkState.DONE)
    _note(connection, case, now, "handled", {})


def _note(connection: Connection, case: Case, at: datetime, kind: str, detail: dict[str, Any]) -> None:
    note(connection, at, kind, interaction_id=case.interaction.id, message_id=case.message.id, detail=detail)
