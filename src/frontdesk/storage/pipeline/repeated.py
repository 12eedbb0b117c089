"""Messages that say again what their sender said minutes ago, as a browser sends that was led back to the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from frontdesk.model import Accepted, NewMessage
from frontdesk.model.reading import IdempotencyKey
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message

MINUTES = timedelta(minutes=5)
Words = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message with the identifiers it will have if it is new.

    `wait` is how many seconds it waits for more of the same burst before it is handled.
    """

    message: NewMessage
    id: str
    at: datetime
    by: str
    once: IdempotencyKey | None = None
    wait: float = 0.0


def words_of(arrived: Arrival) -> Words | None:
    """What makes two messages the same; None where it counts by itself, as it does without a sender's address."""
    message, sender = arrived.message, arrived.message.sender
    if not message.unless_repeated or not (sender.address or message.joins):
        return None
    who = () if message.joins else (arrived.by, sender.address, sender.name, sender.phone, sender.customer_no)
    return (message.channel, message.joins, message.text, *who)


def repeated(connection: Connection, arrivals: Sequence[Arrival]) -> dict[Words, Accepted]:
    """The receipts of what was said before. Within an interaction only its last message counts, and only while nobody
    has answered: the same word may answer two questions.
    """
    asked = [(each, words) for each in arrivals if (words := words_of(each))]
    if not asked:
        return {}
    message, owner = inbound_message.c, interaction.c
    conditions = [
        message.interaction_id == each.message.joins
        if each.message.joins
        else and_(message.channel == each.message.channel, message.sender_address == each.message.sender.address)
        for each, _ in asked
    ]
    last = select(func.max(message.sequence)).where(message.interaction_id == owner.id).correlate(interaction)
    answered = select(func.max(outbound_message.c.created_at)).where(outbound_message.c.interaction_id == owner.id)
    rows = connection.execute(
        select(
            *(owner.reference, owner.id, message.id, message.sequence, message.channel, message.text, owner.created_by),
            *(message.sender_address, message.sender_name, message.sender_phone, message.customer_no),
            *(message.received_at, last.scalar_subquery(), answered.correlate(interaction).scalar_subquery()),
        )
        .join(interaction, owner.id == message.interaction_id)
        .where(or_(*conditions), message.received_at > min(each.at for each, _ in asked) - MINUTES)
        .order_by(message.received_at)
    ).all()
    known: dict[Words, Accepted] = {}
    for reference, id_, message_id, sequence, channel, text, *who, at, highest, answered_at in rows:
        receipt = Accepted(reference, id_, message_id, sequence, duplicate=True)
        known[(channel, None, text, *who)] = receipt
        if sequence == highest and (answered_at is None or answered_at < at):
            known[channel, id_, text] = receipt
    return known
