"""What rules know beyond the message: what was acknowledged here, an open service call, when they wrote before."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from frontdesk.model import Case, EffectState
from frontdesk.orchestrator.actions import ANSWER, CREATE_SERVICE_CALL, REPLY
from frontdesk.storage.pipeline.replies import MEMO
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect

MOST = 50
SECONDS_A_DAY = 86_400
# What back ends call a service call that is over, in small letters.
OVER = frozenset({"closed", "completed", "cancelled", "canceled", "technically completed", "done", "resolved"})
_GOES_ON = (EffectState.DONE.value, EffectState.PENDING.value)


def surroundings_of(connection: Connection, case: Case, customer_id: str | None) -> Mapping[str, Any]:
    """What is known before the decision on this message: as in MessageContext."""
    later = case.message.sequence > 1
    return {
        "acknowledged": tuple(dict.fromkeys(_acknowledged(connection, case))) if later else (),
        "open_service_call": _open_call(connection, case.interaction.id) if later else "",
        "days_since_same": _days_since_same(connection, case, customer_id),
    }


def _acknowledged(connection: Connection, case: Case) -> Iterator[str]:
    """The topics of all automatic replies since a person last wrote; an answer itself acknowledges nothing."""
    out, here = outbound_message.c, case.interaction.id
    by_person = (out.interaction_id == here, out.effect_key.is_(None), out.type != MEMO)
    since = connection.execute(select(func.max(out.created_at)).where(*by_person)).scalar()
    replies = _effects(here, (REPLY, ANSWER), effect.c.kind, effect.c.parameters, effect.c.detail)
    if since is not None:
        replies = replies.where(effect.c.created_at > since)
    for kind, parameters, detail in connection.execute(replies):
        replied = kind == REPLY or not detail or "template" in detail
        if "about" in parameters and "withheld" not in detail and replied:
            yield from parameters["about"].split(",")


def _open_call(connection: Connection, interaction_id: int) -> str:
    """The key of the newest service call that is not over; one that is about to be opened counts."""
    calls = _effects(interaction_id, (CREATE_SERVICE_CALL,), effect.c.key, effect.c.detail)
    keys = (key for key, detail in connection.execute(calls) if str(detail.get("status", "")).lower() not in OVER)
    return next(keys, "")


def _effects(interaction_id: int, kinds: tuple[str, ...], *columns: ColumnElement[Any]) -> Select[Any]:
    theirs = (effect.c.interaction_id == interaction_id, effect.c.kind.in_(kinds), effect.c.state.in_(_GOES_ON))
    return select(*columns).where(*theirs).order_by(effect.c.created_at.desc()).limit(MOST)


def _days_since_same(connection: Connection, case: Case, customer_id: str | None) -> float | None:
    """Since the sender, or the customer, last wrote about the same intent in another interaction."""
    message, i, m = case.message, interaction.c, inbound_message.c
    intent = case.analysis.intent if case.analysis else None
    if not intent:
        return None
    whose: list[tuple[ColumnElement[bool], ...]] = []
    if message.sender.address:
        whose.append((m.channel == message.channel, m.sender_address == message.sender.address))
    if customer_id:
        whose.append((i.customer_id == customer_id,))
    found = []
    for theirs in whose:
        same = (*theirs, i.intent == intent, i.id != case.interaction.id, m.received_at <= message.received_at)
        newest = select(func.max(m.received_at)).join(interaction, i.id == m.interaction_id).where(*same)
        found.append(connection.execute(newest).scalar())
    before = max((at for at in found if at is not None), default=None)
    return (message.received_at - before).total_seconds() / SECONDS_A_DAY if before else None
