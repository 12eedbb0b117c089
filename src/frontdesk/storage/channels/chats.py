"""Conversations in the chat, on a database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from frontdesk.interfaces import Clock
from frontdesk.model import DeliveryState, Direction, Identity
from frontdesk.model.channels import CHAT
from frontdesk.model.chat import ChatMessage, Conversation
from frontdesk.storage.engines.changing import changed
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.merged import current_ids
from frontdesk.storage.pipeline.replies import MEMO
from frontdesk.storage.pipeline.waiting import ANSWERING_TYPES, note_helped
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect

SENT = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value, DeliveryState.READ.value)
# What an answer may be when it is noted as delivered or read.
BEFORE = {
    DeliveryState.DELIVERED: (DeliveryState.SENT.value,),
    DeliveryState.READ: (DeliveryState.SENT.value, DeliveryState.DELIVERED.value),
}


class StoredChats:
    """Conversations in the chat."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def conversation(self, reference: str) -> Conversation | None:
        """All messages that the customer may see, by time; None where there is no such interaction."""
        return await self._database.read(lambda c: _conversation(c, reference))

    async def seen(self, reference: str, messages: Sequence[str], state: DeliveryState) -> int:
        """Note that answers were delivered or read; how many were news. Unknown ones change nothing."""
        now = self._clock()
        return await self._database.write(lambda c: _seen(c, reference, messages, state, now))

    async def helped(self, reference: str, message_id: str, said: bool) -> int:
        """Note whether an answer of this conversation helped; how many were news."""
        now = self._clock()

        def operation(connection: Connection) -> int:
            conversation = _conversation(connection, reference)
            theirs = {each.id for each in conversation.messages if each.helps} if conversation else set()
            return note_helped(connection, message_id, said, now) if message_id in theirs else 0

        return await self._database.write(operation)


def _conversation(connection: Connection, reference: str) -> Conversation | None:
    number = connection.execute(select(interaction.c.id).where(interaction.c.reference == reference)).scalar()
    if number is None:
        return None
    here = current_ids(connection, {number}).get(number, number)
    theirs = connection.execute(_theirs(number, here)).mappings().all()
    out = outbound_message.c
    ours = select(outbound_message).where(out.interaction_id == here, out.type != MEMO)
    ours = ours.where(out.reply_to.in_([row["id"] for row in theirs]))
    answers = connection.execute(ours.order_by(out.sequence)).mappings().all()
    keys = [row["effect_key"] for row in answers if row["effect_key"]]
    found = (
        connection.execute(select(effect.c.key, effect.c.detail).where(effect.c.key.in_(keys))).all() if keys else ()
    )
    told = {row.key: row.detail for row in found}
    messages = [_inbound(row) for row in theirs]
    messages += [_outbound(row, told.get(row["effect_key"], {})) for row in answers if row["state"] in SENT]
    ordered = sorted(messages, key=lambda each: (each.at, each.direction is Direction.OUT, each.sequence))
    user = next((row["sender_address"] for row in theirs if row["identity"] == Identity.SIGNED.value), "")
    return Conversation(
        number, reference, tuple(ordered), tuple(row["sequence"] for row in answers), goes_on_in=here, user=user
    )


def _theirs(number: int, here: int) -> Select[Any]:
    """What was written in this chat itself: others may write in its interaction too, or be merged into it."""
    message = inbound_message.c
    written = message.merged_from == (0 if here == number else number)
    theirs = (message.interaction_id == here, message.channel == CHAT, message.erased_at.is_(None))
    return select(inbound_message).where(*theirs, written)


def _inbound(row: RowMapping) -> ChatMessage:
    at, author = row["received_at"], row["sender_name"]
    return ChatMessage(row["id"], Direction.IN, row["sequence"], row["text"], author, at)


def _outbound(row: RowMapping, told: Mapping[str, Any]) -> ChatMessage:
    return ChatMessage(
        row["id"],
        Direction.OUT,
        row["sequence"],
        row["text"],
        row["processed_by"],
        row["created_at"],
        tuple((each["title"], each["url"]) for each in told.get("citations", ()) if "title" in each),
        tuple(told.get("choices", ())),
        helps=row["effect_key"] is not None and row["type"] in ANSWERING_TYPES,
        helped=row["helped"],
    )


def _seen(connection: Connection, reference: str, messages: Sequence[str], state: DeliveryState, now: datetime) -> int:
    conversation = _conversation(connection, reference)
    if conversation is None:
        return 0
    theirs = {each.id for each in conversation.messages if each.direction is Direction.OUT}
    out = outbound_message.c
    news = (
        update(outbound_message)
        .where(out.id.in_(theirs & set(messages)), out.state.in_(BEFORE[state]))
        .values(state=state.value)
    )
    rows = changed(connection, news, (out.id, out.interaction_id))
    for row in rows:
        note(connection, now, state.value, interaction_id=row["interaction_id"], detail={"message": row["id"]})
    return len(rows)
