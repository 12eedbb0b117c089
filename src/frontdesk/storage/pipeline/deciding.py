"""The transaction of a decision: who wrote, what was decided, what is done about it at once, the journal of it all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from frontdesk.interfaces import Stale
from frontdesk.interfaces.stores import ActAtOnce
from frontdesk.model import Case, Change, Effect, EffectState, WorkState
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.planning import is_proposal
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.effects import happened
from frontdesk.storage.pipeline.interaction_fields import set_fields
from frontdesk.storage.pipeline.journal import Line, note_all
from frontdesk.storage.pipeline.outbox import StoredOwnRows
from frontdesk.storage.pipeline.senders import match_sender
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import decision, inbound_message, outbound_message
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.search.documents import index_with_head
from frontdesk.storage.search.index import index_reading

# Actions that are themselves worth a line in the journal, and what it is called.
NOTED = {"ask_person": "asked", "escalate": "escalated"}
NOTED_STATES = (EffectState.WAITING, EffectState.DONE)


def keep_decision(connection: Connection, case: Case, change: Change, act: ActAtOnce, now: datetime) -> Case:
    """As Cases.keep_decision. `case` holds the decision and its effects, none of them carried out yet."""
    lines = [] if case.recorded else [_recorded_line(case, change)]
    lines += _decided_lines(case)
    seen = case if case.recorded else _with_sender(connection, case, change, now)
    updated = set_fields(connection, case.interaction, change, now)
    _insert_decision(connection, case)
    rows = StoredOwnRows(connection, now)
    done = act(replace(seen, interaction=updated, recorded=True), rows)
    if done.effects:
        connection.execute(_EFFECTS, [effect_row(each) for each in done.effects])
    if case.message.sequence > 1:
        happened(connection, case, "customer_reply", now)
    waiting.decided(connection, done)
    ended = not any(each.state is EffectState.PENDING for each in done.effects)
    pass_fence(connection, case.lease, "" if ended else "act", WorkState.DONE if ended else WorkState.OPEN)
    keep_deadlines(connection, [updated.id], now)
    index_with_head(connection, updated.id, outbound_message, rows.delivered)
    index_reading(connection, [updated.id])
    lines += _acted_lines(case.effects, done.effects) + ([("handled", {})] if ended else [])
    note_all(connection, now, updated.id, case.message.id, lines)
    return replace(done, ended=ended)


def acted_line(each: Effect) -> Line:
    """What the journal tells of an effect that came to its end."""
    told = {"state": each.state.value, "reference": each.reference, "error": each.error}
    return "acted", {"kind": each.action.kind, **told}


def _with_sender(connection: Connection, case: Case, change: Change, now: datetime) -> Case:
    """Note who wrote. Raises Stale where that is another customer than the one that was decided for."""
    contact_id, customer = match_sender(connection, case.message, case.analysis, now)
    if not case.interaction.customer_id and customer.id != change.customer_id:
        raise Stale(tr("another customer was found meanwhile"))
    connection.execute(_RECORDED, {"its_id": case.message.id, "its_contact": contact_id})
    message = replace(case.message, contact_id=contact_id)
    return replace(case, message=message, proven_customer=customer.id if customer.is_proven else None)


def _insert_decision(connection: Connection, case: Case) -> None:
    assert case.decision is not None
    followed = {"followed": bool(case.decision.facts.get("followed"))}
    connection.execute(_DECISION, [columns(case.decision) | followed])


def effect_row(each: Effect) -> dict[str, Any]:
    """The row of an effect that is new."""
    row = columns(each)
    action: dict[str, Any] = row.pop("action")
    return row | action | {"reference": each.reference[:200], "proposal": is_proposal(each)}


_RECORDED = (
    update(inbound_message)
    .where(inbound_message.c.id == bindparam("its_id"))
    .values(recorded=True, contact_id=bindparam("its_contact"))
)
_DECISION, _EFFECTS = insert(decision), insert(effect)


def _recorded_line(case: Case, change: Change) -> Line:
    return "recorded", {"title": case.interaction.title if change.title is None else change.title}


def _decided_lines(case: Case) -> list[Line]:
    assert case.decision is not None
    noted = [each.action for each in case.effects if each.action.kind in NOTED and each.state in NOTED_STATES]
    lines: list[Line] = [(NOTED[action.kind], action.parameters) for action in noted]
    return [*lines, ("decided", {"route": case.decision.route, "rule": case.decision.rule})]


def _acted_lines(before: Sequence[Effect], after: Sequence[Effect]) -> list[Line]:
    """Of what was carried out with the decision; an answer among it was sent by being stored."""
    lines: list[Line] = []
    for each, now in zip(before, after, strict=True):
        if each.state is EffectState.PENDING and now.state is EffectState.DONE:
            sent = now.detail.get("message")
            lines += [("sent", {"message": sent})] if sent and "withheld" not in now.detail else []
            lines.append(acted_line(now))
    return lines
