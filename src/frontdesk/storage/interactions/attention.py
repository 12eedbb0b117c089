"""What needs a person now, and what comes in more often than usual."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from frontdesk.model import EffectState, WorkState
from frontdesk.model.console import AttentionItem, AttentionNow, Spike
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.ticketing.attention import DAYS_BEFORE, is_spike

MOST = 6
MOST_COUNTED = 1000
DAY = timedelta(days=1)


class StoredAttention(StoredByClock):
    """Attention on a database."""

    async def now(self) -> AttentionNow:
        """As things stand."""
        at = self._clock()
        return await self._database.read(lambda c: _now(c, at))


def _now(connection: Connection, at: datetime) -> AttentionNow:
    return AttentionNow(
        waiting=_needed(connection, _effects(EffectState.WAITING)),
        failed=_needed(connection, _effects(EffectState.FAILED)),
        stuck=_needed(connection, _stuck()),
        unanswered=_needed(connection, _unanswered()),
        spikes=_spikes(connection, at),
    )


def _needed(connection: Connection, rows: Select[Any]) -> AttentionItem:
    """The first few, and how many there are (up to MOST_COUNTED)."""
    counted = select(func.count()).select_from(rows.order_by(None).limit(MOST_COUNTED).subquery())
    first = connection.execute(rows.limit(MOST)).all()
    return AttentionItem(connection.execute(counted).scalar_one(), tuple((r[0], r[1], r[2] or "", r[3]) for r in first))


def _effects(state: EffectState) -> Select[Any]:
    """Reference, title, what it is about, since when."""
    about = effect.c.kind if state is EffectState.WAITING else effect.c.error
    return (
        select(interaction.c.reference, interaction.c.title, about, effect.c.created_at)
        .join(interaction, interaction.c.id == effect.c.interaction_id)
        .where(effect.c.state == state.value)
        .order_by(effect.c.created_at)
    )


def _stuck() -> Select[Any]:
    return (
        select(interaction.c.reference, interaction.c.title, work.c.last_error, work.c.created_at)
        .join(inbound_message, inbound_message.c.id == work.c.subject)
        .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
        .where(work.c.state == WorkState.FAILED.value)
        .order_by(work.c.created_at)
    )


def _unanswered() -> Select[Any]:
    matter = interaction.c
    return (
        select(matter.reference, matter.title, customer.c.name, matter.waiting_since)
        .join(customer, customer.c.id == matter.customer_id, isouter=True)
        .where(matter.waiting_since.is_not(None))
        .order_by(matter.waiting_since)
    )


def _spikes(connection: Connection, at: datetime) -> tuple[Spike, ...]:
    """Intents of the last day that come more often than on the days before."""
    today = _by_intent(connection, at - DAY, at)
    before = _by_intent(connection, at - (DAYS_BEFORE + 1) * DAY, at - DAY)
    if not before:
        return ()  # nobody knows yet what is usual
    found = (Spike(intent, number, before.get(intent, 0) / DAYS_BEFORE) for intent, number in today.items())
    return tuple(sorted((s for s in found if is_spike(s.today, s.usual)), key=lambda s: -s.today))


def _by_intent(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    matter = interaction.c
    rows = (
        select(matter.intent, func.count())
        .where(matter.created_at >= since, matter.created_at < until, matter.intent.is_not(None))
        .group_by(matter.intent)
    )
    return {row[0]: row[1] for row in connection.execute(rows)}
