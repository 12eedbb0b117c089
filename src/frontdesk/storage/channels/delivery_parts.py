"""Deliveries of answers: what sending one needs, and which of its parts the vendor has accepted."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.interfaces.channel_stores import DeliveryParts, PartFact, SendingFacts
from frontdesk.model import OutboundMessage, Receipt
from frontdesk.model.channels import COMPLAINT
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.delivery_notices import RANK, settle_part
from frontdesk.storage.schema.channels import outbound_part
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message

MOST_EARLIER = 50
LEFT = ("sent", "delivered", "read")


class StoredDeliveryParts(DeliveryParts):
    """Parts of answers on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    @override
    async def facts(self, message: OutboundMessage, since: datetime) -> SendingFacts:
        return await self._database.read(lambda c: _facts(c, message, since))

    @override
    async def begin(self, message: OutboundMessage, part: int, key: str) -> None:
        row = {
            "message_id": message.id,
            "part": part,
            "channel": message.channel,
            "recipient": message.recipient,
            "key": key,
            "state": "begun",
            "at": self._clock(),
        }

        def operation(connection: Connection) -> None:
            connection.execute(delete(outbound_part).where(*_mine(message, part)))
            connection.execute(insert(outbound_part).values(**row))

        await self._database.write(operation)

    @override
    async def end(self, message: OutboundMessage, part: int, receipt: Receipt) -> None:
        # Some vendors' word that they took it means that it is in the conversation; they send no notices.
        state = "delivered" if receipt.detail.get("delivered") else "sent"
        values = {"state": state, "provider_id": receipt.reference[:200]}

        def operation(connection: Connection) -> None:
            sent = update(outbound_part).where(*_mine(message, part), outbound_part.c.state.in_(("begun", "unsure")))
            connection.execute(sent.values(**values))
            settle_part(connection, message.id, part)

        await self._database.write(operation)

    @override
    async def undo(self, message: OutboundMessage, part: int) -> None:
        begun = outbound_part.c.state.in_(("begun", "unsure"))
        mine = delete(outbound_part).where(*_mine(message, part), begun)
        await self._database.write(lambda c: c.execute(mine).rowcount)

    @override
    async def clear(self, message: OutboundMessage, part: int) -> None:
        mine = update(outbound_part).where(*_mine(message, part), outbound_part.c.state == "begun")
        await self._database.write(lambda c: c.execute(mine.values(state="unsure")).rowcount)

    @override
    async def note_waiting(self, message: OutboundMessage, reason: str) -> None:
        mine = update(outbound_message).where(outbound_message.c.id == message.id)
        await self._database.write(lambda c: c.execute(mine.values(error=reason)).rowcount)


def _mine(message: OutboundMessage, part: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (outbound_part.c.message_id == message.id, outbound_part.c.part == part)


def _facts(connection: Connection, message: OutboundMessage, since: datetime) -> SendingFacts:
    asked = connection.execute(select(inbound_message).where(inbound_message.c.id == message.reply_to)).first()
    query = select(interaction.c.reference, interaction.c.title).where(interaction.c.id == message.interaction_id)
    about = connection.execute(query).one()
    return SendingFacts(
        provider_id=asked.provider_id if asked else "",
        thread=asked.thread if asked else "",
        context=asked.context if asked else {},
        reference=about.reference,
        subject="" if _others_write_too(connection, message) else about.title,
        machine=(asked.automatic if asked else "") or _complaint(connection, message),
        heard_at=_heard_at(connection, message),
        automatic_before=_automatic_before(connection, message, since),
        answers_before=_answers_before(connection, message),
        earlier=_earlier(connection, message),
        parts=_parts(connection, message),
    )


def _others_write_too(connection: Connection, message: OutboundMessage) -> bool:
    """The title is made of everybody's words: it is no subject for one of several."""
    theirs = select(inbound_message.c.id).where(inbound_message.c.interaction_id == message.interaction_id)
    others = theirs.where(func.lower(inbound_message.c.sender_address) != message.recipient.lower())
    return connection.execute(others.limit(1)).first() is not None


def _complaint(connection: Connection, message: OutboundMessage) -> str:
    """The reason of the recipient's complaint, whom nothing is sent any more but by people; empty without one."""
    theirs = (inbound_message.c.channel == message.channel, inbound_message.c.sender_address == message.recipient)
    rows = select(inbound_message.c.automatic).where(*theirs, inbound_message.c.automatic.like(f"{COMPLAINT}%"))
    return connection.execute(rows.limit(1)).scalar() or ""


def _heard_at(connection: Connection, message: OutboundMessage) -> datetime | None:
    theirs = (inbound_message.c.channel == message.channel, inbound_message.c.sender_address == message.recipient)
    rows = select(inbound_message.c.received_at).where(*theirs).order_by(inbound_message.c.received_at.desc())
    return connection.execute(rows.limit(1)).scalar()


def _automatic_before(connection: Connection, message: OutboundMessage, since: datetime) -> int:
    theirs = (outbound_part.c.channel == message.channel, outbound_part.c.recipient == message.recipient)
    rows = (
        select(func.count())
        .select_from(outbound_part.join(outbound_message, outbound_message.c.id == outbound_part.c.message_id))
        .where(*theirs, outbound_part.c.at >= since, outbound_part.c.part == 1)
        .where(outbound_message.c.effect_key.is_not(None), outbound_message.c.id != message.id)
    )
    return int(connection.execute(rows).scalar_one())


def _answers_before(connection: Connection, message: OutboundMessage) -> int:
    theirs = (outbound_message.c.interaction_id == message.interaction_id, outbound_message.c.state.in_(LEFT))
    same = (outbound_message.c.reply_to == message.reply_to, outbound_message.c.id != message.id)
    rows = select(func.count()).select_from(outbound_message).where(*theirs, *same)
    return int(connection.execute(rows).scalar_one())


def _earlier(connection: Connection, message: OutboundMessage) -> tuple[str, ...]:
    """The vendor's ids of the messages before this one, oldest first, the newest few."""
    came = (
        select(inbound_message.c.provider_id, inbound_message.c.received_at.label("at"))
        .where(inbound_message.c.interaction_id == message.interaction_id, inbound_message.c.provider_id != "")
        .where(inbound_message.c.channel == message.channel)
    )
    went = (
        select(outbound_message.c.provider_id, outbound_message.c.created_at.label("at"))
        .where(outbound_message.c.interaction_id == message.interaction_id, outbound_message.c.provider_id != "")
        .where(outbound_message.c.channel == message.channel)
    )
    rows = [*connection.execute(came).all(), *connection.execute(went).all()]
    return tuple(row.provider_id for row in sorted(rows, key=lambda row: row.at))[-MOST_EARLIER:]


def _parts(connection: Connection, message: OutboundMessage) -> dict[int, PartFact]:
    rows = select(outbound_part).where(outbound_part.c.message_id == message.id)
    return {
        row.part: PartFact(row.provider_id, row.at, RANK[row.state] >= RANK["sent"], row.state == "unsure")
        for row in connection.execute(rows)
    }
