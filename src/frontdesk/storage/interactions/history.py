"""Messages over all customers, and how a customer felt over time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from frontdesk.model import Page
from frontdesk.model.console import HistoryRow, Mood
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.schema.interactions import analysis, inbound_message, interaction
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.rows import fact

BEGINNING = 400


class StoredHistory(Stored):
    """Histories on a database."""

    async def messages(self, customer_id: str, sentiments: Sequence[str], limit: int, cursor: str) -> Page[HistoryRow]:
        """The newest first, of one customer or (empty) all, of these sentiments or (none) any. Raises Invalid."""
        rows = _messages(customer_id, sentiments)
        return await self._page(rows, (inbound_message.c.id,), limit, cursor, _fact, down=True)

    async def moods(self, customer_id: str) -> tuple[Mood, ...]:
        """The sentiments of a customer's messages month by month, the oldest first."""
        return await self._database.read(lambda c: _moods(c, customer_id))


def _messages(customer_id: str, sentiments: Sequence[str]) -> Select[Any]:
    message = inbound_message.c
    rows = (
        select(
            message.id,
            interaction.c.reference,
            interaction.c.title,
            interaction.c.customer_id,
            func.coalesce(customer.c.name, message.sender_name, message.sender_address).label("who"),
            message.channel,
            func.substr(message.text, 1, BEGINNING).label("beginning"),
            func.length(message.text).label("length"),
            analysis.c.sentiment,
            analysis.c.intent,
            message.received_at,
        )
        .join(interaction, interaction.c.id == message.interaction_id)
        .join(customer, customer.c.id == interaction.c.customer_id, isouter=True)
        .join(analysis, analysis.c.id == message.analysis_id, isouter=True)
    )
    if customer_id:
        theirs = select(interaction.c.id).where(interaction.c.customer_id == customer_id)
        rows = rows.where(message.interaction_id.in_(theirs))
    if sentiments:
        rows = rows.where(analysis.c.sentiment.in_(sentiments))
    return rows


def _fact(row: RowMapping) -> HistoryRow:
    return fact(HistoryRow, row, is_cut=row["length"] > BEGINNING)


def _moods(connection: Connection, customer_id: str) -> tuple[Mood, ...]:
    """Sentiments counted by month in UTC, oldest first."""
    rows = (
        select(inbound_message.c.received_at, analysis.c.sentiment)
        .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
        .join(analysis, analysis.c.id == inbound_message.c.analysis_id)
        .where(interaction.c.customer_id == customer_id)
        .order_by(inbound_message.c.id.desc())
        .limit(20_000)
    )
    months: dict[str, dict[str, int]] = {}
    for at, sentiment in connection.execute(rows):
        counted = months.setdefault(f"{at:%Y-%m}", {})
        counted[sentiment] = counted.get(sentiment, 0) + 1
    kinds = ("Negative", "Neutral", "Positive")
    return tuple(Mood(month, *(n.get(kind, 0) for kind in kinds)) for month, n in sorted(months.items()))
