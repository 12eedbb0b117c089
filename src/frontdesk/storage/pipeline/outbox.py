"""Outbound messages and the built-in service desk's calls: stored once per effect key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Outbox, OwnRows, ServiceDeskStore
from frontdesk.model import DeliveryState, EffectState, OutboundMessage, Receipt, ServiceCall
from frontdesk.orchestrator.actions import TIMED
from frontdesk.orchestrator.plans import ASK_PERSON
from frontdesk.storage.engines.changing import changed
from frontdesk.storage.engines.stored import Stored, StoredByClock
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.delivery_notices import settle
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.waiting import note_helped
from frontdesk.storage.schema.interactions import interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect, service_call
from frontdesk.storage.schema.rows import as_outbound, as_service_call, columns
from frontdesk.storage.search.documents import index_messages

# In a receipt: the answer was not sent, on purpose, and why.
WITHHELD = "withheld"

# One that was refused may be sent after all, when a person tries it again.
NOT_SENT = (DeliveryState.PENDING.value, DeliveryState.FAILED.value)


class StoredOutbox(StoredByClock, Outbox):
    """The outbox on a database."""

    @override
    async def draft(self, message: OutboundMessage) -> OutboundMessage:
        return await self._database.write(lambda c: draft(c, message))

    @override
    async def by_effect(self, key: str) -> OutboundMessage | None:
        return await self._database.read(lambda c: _by_effect(c, key))

    @override
    async def sent(self, message_id: str, receipt: Receipt) -> None:
        now = self._clock()
        await self._database.write(lambda c: _sent(c, message_id, receipt, now))

    async def helped(self, message_id: str, said: bool) -> int:
        """Note whether an automatic answer helped its reader; how many were news."""
        now = self._clock()
        return await self._database.write(lambda c: note_helped(c, message_id, said, now))

    @override
    async def refused(self, message_id: str, reason: str) -> None:
        failed = update(outbound_message).where(outbound_message.c.id == message_id)
        values = {"state": DeliveryState.FAILED.value, "error": reason}
        await self._database.write(lambda c: c.execute(failed.values(**values)).rowcount)


def draft(connection: Connection, message: OutboundMessage) -> OutboundMessage:
    """Store with the next sequence of its interaction, or return what the same effect stored before."""
    lock = select(interaction.c.id).where(interaction.c.id == message.interaction_id).with_for_update()
    connection.execute(lock)
    if message.effect_key and (stored := _by_effect(connection, message.effect_key)):
        return stored
    stored = _append(connection, message)
    index_messages(connection, outbound_message, [(stored.interaction_id, stored.sequence)])
    return stored


def _append(connection: Connection, message: OutboundMessage) -> OutboundMessage:
    """Store as the latest of its interaction, whose row must be locked.

    After a person has taken it over, nothing automatic is sent but what a person approved.
    """
    place = connection.execute(_PLACE, {"its_interaction": message.interaction_id}).one()
    row = columns(message) | {"sequence": place.highest + 1}
    if message.effect_key and place.assignee and not _is_approved(connection, message):
        reason = f"{place.assignee} has taken over"
        row |= {"state": DeliveryState.WITHHELD.value, "error": reason}
        detail = {"message": message.id, "reason": reason}
        note(connection, message.created_at, WITHHELD, interaction_id=message.interaction_id, detail=detail)
    connection.execute(_APPEND, [row])
    return as_outbound(row)


def _by_effect(connection: Connection, key: str) -> OutboundMessage | None:
    row = connection.execute(_BY_EFFECT, {"its_key": key}).mappings().first()
    return as_outbound(row) if row else None


def _sent(connection: Connection, message_id: str, receipt: Receipt, now: datetime) -> None:
    out = outbound_message.c
    leaves = update(outbound_message).where(out.id == message_id, out.state.in_(NOT_SENT))
    for sent in changed(connection, leaves.values(**state_after(receipt)), (out.interaction_id, out.type)):
        noted = SentMessage(message_id, sent["interaction_id"], sent["type"], now)
        note_sent(connection, noted, receipt, now)  # else noted before


def state_after(receipt: Receipt) -> dict[str, str]:
    """The columns of an answer that its channel took, or that was withheld on purpose (with the reason)."""
    if reason := receipt.detail.get(WITHHELD):
        return {"state": DeliveryState.WITHHELD.value, "error": str(reason)}
    return {"state": DeliveryState.SENT.value, "provider_id": receipt.reference[:200], "error": ""}


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A reply that has left, and when it was written."""

    id: str
    interaction_id: int
    type: str
    written_at: datetime
    by_person: bool = False


def note_sent(connection: Connection, message: SentMessage, receipt: Receipt, now: datetime) -> None:
    """What follows when a reply has left: who waits no longer, the journal, and what was told of it already."""
    if reason := receipt.detail.get(WITHHELD):
        detail = {"message": message.id, "reason": str(reason)}
        note(connection, now, "withheld", interaction_id=message.interaction_id, detail=detail)
        return
    _mark(connection, message, now)
    keep_deadlines(connection, [message.interaction_id], now)
    note(connection, now, "sent", interaction_id=message.interaction_id, detail={"message": message.id})
    settle(connection, message.id, now)


def _mark(connection: Connection, message: SentMessage, now: datetime) -> None:
    answers = message.by_person or message.type in waiting.ANSWERING_TYPES
    waiting.note_first(connection, message.interaction_id, now, by_person=message.by_person, answers=answers)
    if answers:
        automatic = "" if message.by_person else message.id
        waiting.answered(connection, message.interaction_id, message.written_at, automatic)


def _is_approved(connection: Connection, message: OutboundMessage) -> bool:
    """Whether this very effect waited for a person, who approved it; or a timed rule, which people set up, sends it."""
    if f":{TIMED}" in (message.effect_key or ""):
        return True
    its = connection.execute(select(effect.c.waits_for).where(effect.c.key == message.effect_key)).scalar() or ()
    asked = select(effect.c.key).where(effect.c.key.in_(its), effect.c.kind == ASK_PERSON)
    return connection.execute(asked.where(effect.c.state == EffectState.DONE.value)).first() is not None


_HERE: BindParameter[int] = bindparam("its_interaction")
_PLACE = select(
    select(func.coalesce(func.max(outbound_message.c.sequence), 0))
    .where(outbound_message.c.interaction_id == _HERE)
    .scalar_subquery()
    .label("highest"),
    interaction.c.assignee,
).where(interaction.c.id == _HERE)
_APPEND = insert(outbound_message)
_BY_EFFECT = select(outbound_message).where(outbound_message.c.effect_key == bindparam("its_key"))


class StoredOwnRows(OwnRows):
    """Within a transaction that holds the interaction.

    `delivered` are the sequences of answers that were stored: whoever ends the transaction indexes their words.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Write through this connection."""
        self._connection, self._now = connection, now
        self.delivered: list[int] = []

    @override
    def open_call(self, call: ServiceCall) -> ServiceCall:
        return _open(self._connection, call)

    @override
    def deliver(self, message: OutboundMessage) -> OutboundMessage:
        stored = _append(self._connection, message)
        if stored.state is not DeliveryState.WITHHELD:
            _mark(self._connection, SentMessage(stored.id, stored.interaction_id, stored.type, self._now), self._now)
        self.delivered.append(stored.sequence)
        return stored


class StoredServiceDesk(Stored, ServiceDeskStore):
    """The built-in service desk on a database."""

    @override
    async def open_call(self, call: ServiceCall) -> ServiceCall:
        return await self._database.write(lambda c: _call(c, call.key) or _open(c, call))

    @override
    async def call_by_key(self, key: str) -> ServiceCall | None:
        return await self._database.read(lambda c: _call(c, key))

    @override
    async def add_remark(self, key: str, remark: str) -> ServiceCall | None:
        return await self._database.write(lambda c: _add_remark(c, key, remark))

    async def calls_of(self, interaction_id: int) -> tuple[ServiceCall, ...]:
        """The service calls of an interaction, oldest first."""
        rows = select(service_call).where(service_call.c.interaction_id == interaction_id).order_by(service_call.c.id)
        return await self._database.read(lambda c: tuple(as_service_call(r) for r in c.execute(rows).mappings()))


def _open(connection: Connection, call: ServiceCall) -> ServiceCall:
    row = columns(call)
    del row["code"]
    stored = connection.execute(insert(service_call).values(**row))
    number = stored.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
    return as_service_call(row | {"id": number})


def _add_remark(connection: Connection, key: str, remark: str) -> ServiceCall | None:
    row = connection.execute(select(service_call).where(service_call.c.key == key).with_for_update()).mappings().first()
    if row is None or remark in row["remarks"]:
        return as_service_call(row) if row else None
    remarks = f"{row['remarks']}\n\n{remark}".strip()
    connection.execute(update(service_call).where(service_call.c.key == key).values(remarks=remarks))
    return as_service_call({**row, "remarks": remarks})


def _call(connection: Connection, key: str) -> ServiceCall | None:
    row = connection.execute(select(service_call).where(service_call.c.key == key)).mappings().first()
    return as_service_call(row) if row else None
