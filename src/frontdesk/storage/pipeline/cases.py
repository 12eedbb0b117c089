"""What the pipeline reads and writes: each `keep_…` is one transaction behind the fence of the lease."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, insert, or_, select, update
from typing_extensions import override

from frontdesk.interfaces import Cases, Clock, NotFound
from frontdesk.interfaces.stores import ActAtOnce
from frontdesk.model import (
    CUSTOMER,
    SERVICE,
    Analysis,
    Case,
    Change,
    Decision,
    DeliveryState,
    Effect,
    EffectState,
    InboundMessage,
    Interaction,
    Lease,
    MessageContext,
    Turn,
    Work,
    WorkState,
)
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.actions import ANSWER, CREATE_SERVICE_CALL, REPLY
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stored import the_row
from frontdesk.storage.pipeline.deciding import acted_line, keep_decision
from frontdesk.storage.pipeline.effects import lock_awaited, make_due, store, wake_waiting, work_id_of
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.replies import MEMO
from frontdesk.storage.pipeline.senders import SenderCustomer, customer_of
from frontdesk.storage.pipeline.work_queue import hold_fence, pass_fence
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import contact
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.storage.schema.rows import as_analysis, as_decision, as_effect, as_interaction, as_message, columns
from frontdesk.storage.search.documents import index_heads


class StoredCases(Cases):
    """The pipeline's store on a database."""

    def __init__(self, database: Database, clock: Clock, waits: Mapping[str, float] | None = None) -> None:
        """Use this database and clock; on the channels with a waiting time (by code) bursts are answered once."""
        self._database, self._clock, self._waits = database, clock, waits or {}

    @override
    async def load(self, work: Work, lease: Lease) -> Case:
        """Raises NotFound."""
        return await self._database.read(lambda c: _load(c, work.subject, lease, work.attempts))

    @override
    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        texts = (
            select(inbound_message.c.text)
            .where(inbound_message.c.interaction_id == interaction_id)
            .order_by(inbound_message.c.sequence)
        )
        return await self._database.read(lambda c: tuple(c.execute(texts).scalars()))

    @override
    async def keep_analysis(self, case: Case, analysis: Analysis) -> Case:
        await self._database.write(lambda c: _keep_analysis(c, case, analysis))
        return replace(case, analysis=analysis, message=replace(case.message, analysis_id=analysis.id))

    @override
    async def context(self, case: Case) -> MessageContext:
        return await self._database.read(
            lambda c: _context(c, case, bursts=bool(self._waits.get(case.message.channel)))
        )

    @override
    async def reload(self, case: Case) -> Case:
        return await self._database.read(lambda c: _load(c, case.message.id, case.lease, case.attempt))

    @override
    async def keep_decision(
        self, case: Case, decision: Decision, effects: Sequence[Effect], change: Change, act: ActAtOnce
    ) -> Case:
        decided = replace(case, decision=decision, effects=tuple(effects))
        return await self._database.write(lambda c: keep_decision(c, decided, change, act, decision.created_at))

    @override
    async def keep_effect(
        self, case: Case, effect: Effect, change: Change | None = None, *, ends: bool = False
    ) -> Case:
        now, wanted = self._clock(), change or Change()
        updated = await self._database.write(lambda c: _keep_effect(c, case, effect, wanted, now, ends))
        return replace(case, interaction=updated).with_effect(effect)

    @override
    async def load_effect(self, work: Work, lease: Lease) -> tuple[Case, Effect]:
        """Raises NotFound."""
        return await self._database.read(lambda c: _load_effect(c, work, lease))

    @override
    async def postpone_effect(self, case: Case, effect: Effect, due_at: datetime) -> Case:
        now, apart = self._clock(), replace(effect, apart=True)
        await self._database.write(lambda c: _postpone_effect(c, case, apart, due_at, now))
        return case.with_effect(apart)

    @override
    async def keep_tried(self, case: Case, effect: Effect) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep_tried(c, case, effect, now))

    @override
    async def keep_waiting(self, case: Case, effect: Effect, until: datetime | None) -> Case:
        now, apart = self._clock(), replace(effect, apart=True)
        await self._database.write(lambda c: _keep_waiting(c, case, apart, until, now))
        return case.with_effect(apart)

    @override
    async def keep_over(self, case: Case) -> None:
        await self._database.write(lambda c: pass_fence(c, case.lease, "", WorkState.DONE))

    @override
    async def keep_end(self, case: Case) -> None:
        await self._database.write(lambda c: _keep_end(c, case, self._clock()))


def _load_effect(connection: Connection, work: Work, lease: Lease) -> tuple[Case, Effect]:
    message_id = connection.execute(_MESSAGE_OF_EFFECT, {"its_key": work.subject}).scalar()
    if message_id is None:
        raise NotFound(tr("there is no action {effect}", effect=work.subject))
    case = _load(connection, message_id, lease, work.attempts)
    return case.together(), next(each for each in case.effects if each.key == work.subject)


def _load(connection: Connection, message_id: str, lease: Lease, attempt: int) -> Case:
    row = the_row(connection, _MESSAGE, tr("there is no message {message}", message=message_id), {"its_id": message_id})
    message = as_message(row)
    read, of_message = {"its_id": message.analysis_id}, {"its_id": message_id}
    matter = connection.execute(_INTERACTION, {"its_id": message.interaction_id}).mappings().one()
    found = connection.execute(_ANALYSIS, read).mappings().first() if message.analysis_id else None
    verdict = connection.execute(_DECIDED, of_message).mappings().first() if row["recorded"] else None
    effects = tuple(map(as_effect, connection.execute(_DONE, of_message).mappings())) if verdict else ()
    return Case(
        message=message,
        interaction=as_interaction(matter),
        lease=lease,
        repeated=bool(effects),
        attempt=attempt,
        analysis=as_analysis(found) if found else None,
        recorded=row["recorded"],
        decision=as_decision(verdict) if verdict else None,
        effects=effects,
        proven_customer=_proven_customer(connection, message),
        is_latest=_is_latest(connection, message),
        burst=_burst(connection, message) if message.sequence > 1 else (),
    )


def _burst(connection: Connection, message: InboundMessage) -> tuple[tuple[InboundMessage, Analysis], ...]:
    """The messages before this one that were left to be answered with it."""
    at = {"its_interaction": message.interaction_id, "its_sequence": message.sequence}
    left = [as_message(row) for row in connection.execute(_LEFT_TO_IT, at).mappings()]
    readings = ((each, connection.execute(_ANALYSIS, {"its_id": each.analysis_id}).mappings().one()) for each in left)
    return tuple((each, as_analysis(row)) for each, row in readings)


def _is_latest(connection: Connection, message: InboundMessage) -> bool:
    """By time: in an interaction that was merged the highest number says nothing."""
    return connection.execute(_NEWEST, {"its_id": message.interaction_id}).scalar() == message.id


def _proven_customer(connection: Connection, message: InboundMessage) -> str | None:
    """The customer of a sender that was matched before."""
    if not message.sender.identity.is_proven or message.contact_id is None:
        return None
    return connection.execute(_CUSTOMER_OF_CONTACT, {"its_id": message.contact_id}).scalar()


_ID: BindParameter[str] = bindparam("its_id")
_before = inbound_message.alias()
_BEFORE = (
    select(func.coalesce(func.max(_before.c.sequence), 0))
    .join(decision, decision.c.message_id == _before.c.id)
    .where(_before.c.interaction_id == bindparam("its_interaction"), _before.c.sequence < bindparam("its_sequence"))
    .where(~decision.c.followed)
    .scalar_subquery()
)
_LEFT_TO_IT = (
    select(inbound_message)
    .join(decision, decision.c.message_id == inbound_message.c.id)
    .where(inbound_message.c.interaction_id == bindparam("its_interaction"), decision.c.followed)
    .where(inbound_message.c.sequence < bindparam("its_sequence"), inbound_message.c.sequence > _BEFORE)
    .order_by(inbound_message.c.sequence)
)
_later = inbound_message.alias()
_FOLLOWERS = (
    select(_later.c.id)
    .join(work, work.c.subject == _later.c.id)
    .where(_later.c.interaction_id == bindparam("its_interaction"), _later.c.sequence > bindparam("its_sequence"))
    .where(_later.c.channel == bindparam("its_channel"), _later.c.sender_address == bindparam("its_sender"))
    .where(~_later.c.recorded, work.c.state == WorkState.OPEN.value)
    .limit(1)
)
_MESSAGE_OF_EFFECT = select(effect.c.message_id).where(effect.c.key == bindparam("its_key"))
_MESSAGE = select(inbound_message).where(inbound_message.c.id == _ID)
_INTERACTION = select(interaction).where(interaction.c.id == _ID)
_ANALYSIS = select(analysis).where(analysis.c.id == _ID)
_DECIDED = select(decision).where(decision.c.message_id == _ID)
_DONE = select(effect).where(effect.c.message_id == _ID).order_by(effect.c.position)
_NEWEST = (
    select(inbound_message.c.id)
    .where(inbound_message.c.interaction_id == _ID)
    .order_by(inbound_message.c.received_at.desc(), inbound_message.c.sequence.desc())
    .limit(1)
)
_CUSTOMER_OF_CONTACT = select(contact.c.customer_id).where(contact.c.id == _ID)


def _keep_analysis(connection: Connection, case: Case, reading: Analysis) -> None:
    pass_fence(connection, case.lease, "record")
    connection.execute(_READ, [columns(reading)])
    connection.execute(_CURRENT, {"its_id": reading.message_id, "read": reading.id})
    detail = {"tier": reading.tier.value, "intent": reading.intent, "sentiment": reading.sentiment.value}
    _note(connection, case, reading.created_at, "analysed", detail)


_READ = insert(analysis)
_CURRENT = update(inbound_message).where(inbound_message.c.id == _ID).values(analysis_id=bindparam("read"))


def _context(connection: Connection, case: Case, *, bursts: bool) -> MessageContext:
    at = {"its_interaction": case.interaction.id, "its_sequence": case.message.sequence}
    sender = {"its_channel": case.message.channel, "its_sender": case.message.sender.address}
    said = connection.execute(_SAID, at).all()
    ours = connection.execute(_OURS, at).all()
    theirs = [(row.at, Turn(CUSTOMER, row.text)) for row in said if row.sequence < case.message.sequence]
    turns = sorted([*theirs, *((row.at, Turn(SERVICE, row.text)) for row in ours)], key=itemgetter(0))
    customer = customer_of(connection, case.message, case.analysis) if case.analysis else SenderCustomer()
    return MessageContext(
        texts=tuple(row.text for row in said),
        before=tuple(turn for _, turn in turns),
        customer_id=customer.id,
        customer_proven=customer.is_proven,
        is_latest=bool(said) and said[-1].id == case.message.id,
        **surroundings_of(connection, case, case.interaction.customer_id or customer.id),
        is_followed=bursts and connection.execute(_FOLLOWERS, at | sender).first() is not None,
    )


_SAID = (
    select(
        inbound_message.c.id,
        inbound_message.c.sequence,
        inbound_message.c.text,
        inbound_message.c.received_at.label("at"),
    )
    .where(
        inbound_message.c.interaction_id == bindparam("its_interaction"),
        or_(inbound_message.c.sequence <= bindparam("its_sequence"), inbound_message.c.recorded),
    )
    .order_by(inbound_message.c.received_at, inbound_message.c.sequence)
)
_OURS = select(outbound_message.c.text, outbound_message.c.created_at.label("at")).where(
    outbound_message.c.interaction_id == bindparam("its_interaction"),
    outbound_message.c.type != MEMO,
    outbound_message.c.state.not_in((DeliveryState.FAILED.value, DeliveryState.WITHHELD.value)),
)


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
    kind, detail = acted_line(each)
    _note(connection, case, now, kind, detail)
    return apply_change(connection, case.interaction, change, now)


def _postpone_effect(connection: Connection, case: Case, each: Effect, due_at: datetime, now: datetime) -> None:
    pass_fence(connection, case.lease, f"act {each.position + 1}")
    store(connection, each)
    make_due(connection, each.key, due_at, now, each.error)
    _note(connection, case, now, "postponed", {"kind": each.action.kind, "error": each.error})


def _keep_tried(connection: Connection, case: Case, each: Effect, now: datetime) -> None:
    hold_fence(connection, case.lease)
    store(connection, each)
    wake_waiting(connection, each, now)


def _keep_waiting(connection: Connection, case: Case, each: Effect, until: datetime | None, now: datetime) -> None:
    is_asked = each.state is EffectState.WAITING
    due_at = until if is_asked or lock_awaited(connection, each, case.effects) else now
    own = case.lease.work_id == work_id_of(each.key)
    pass_fence(connection, case.lease, "wait", WorkState.DONE if own else WorkState.OPEN)
    store(connection, each)
    if due_at is not None:
        make_due(connection, each.key, due_at, now)
    if is_asked:
        _note(connection, case, now, "asked", each.action.parameters)


def _keep_end(connection: Connection, case: Case, now: datetime) -> None:
    pass_fence(connection, case.lease, "", WorkState.DONE)
    _note(connection, case, now, "handled", {})


def _note(connection: Connection, case: Case, at: datetime, kind: str, detail: Mapping[str, Any]) -> None:
    note(connection, at, kind, interaction_id=case.interaction.id, message_id=case.message.id, detail=detail)


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
