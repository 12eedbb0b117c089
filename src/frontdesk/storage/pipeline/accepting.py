"""Accept: messages, their interactions and their first work, many callers in one transaction."""

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, insert, or_, select, text, update

from frontdesk.interfaces import Clock, KeyReused, NewId, NotFound
from frontdesk.model import Accepted, NewMessage, Status, WaitingOn, WorkState
from frontdesk.model.reading import IdempotencyKey
from frontdesk.storage.engines.advisory_locks import NUMBERS, take_advisory_lock
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.erased import erased_key
from frontdesk.storage.pipeline.idempotency import kept_row, replay, reused, stored
from frontdesk.storage.pipeline.locking import MESSAGES, add_work, lock_key, new_work
from frontdesk.storage.pipeline.merged import current_ids
from frontdesk.storage.pipeline.participants import takes_part
from frontdesk.storage.pipeline.repeated import Arrival, Words, repeated, words_of
from frontdesk.storage.pipeline.telling import tell_owners
from frontdesk.storage.schema.configuration import keep_meta, meta_of
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.pipeline import idempotency, inbox_event, work
from frontdesk.storage.search.documents import index_messages

ALPHABET = string.ascii_uppercase + string.digits
REFERENCE_LENGTH = 8
MESSAGE_WORK = "message"
DEFAULT_CATEGORY = "SUP"
DEFAULT_PRIORITY = "M"
# A burst waits for its end at most so many times as long as for one message.
MOST_WAITS = 5


class StoredInbox:
    """The inbox on a database."""

    def __init__(
        self, database: Database, clock: Clock, new_id: NewId, waits: Mapping[str, float] | None = None
    ) -> None:
        """Use this database, clock and id maker; `waits` are seconds by the code of a channel, see Arrival."""
        self._database, self._clock, self._new_id, self._waits = database, clock, new_id, waits or {}

    async def accept(self, message: NewMessage, by: str = "", once: IdempotencyKey | None = None) -> Accepted:
        """Store it with its first work, once per (channel, provider_id) and per key; `by` is who handed it in.

        Raises NotFound for an unknown interaction, KeyReused.
        """
        wait = self._waits.get(message.channel, 0.0)
        arrival = Arrival(message, self._new_id(), self._clock(), by, once, wait)
        return await self._database.write_batched(_accept_once, arrival)


def accept_batch(connection: Connection, arrivals: Sequence[Arrival]) -> Sequence[Accepted | Exception]:
    """Store all that are new; each answer is its receipt, or NotFound where it joins what does not exist."""
    arrivals = [_apart(connection, each) if each.message.if_participant else each for each in arrivals]
    known: dict[Words, Accepted] = repeated(connection, arrivals)
    known |= _known(connection, arrivals)
    joined = _joined(connection, {a.message.joins for a in arrivals if a.message.joins is not None})
    answers: list[Accepted | Exception] = []
    fresh: list[tuple[Arrival, Accepted]] = []
    ids = iter(_new_interaction_ids(connection, sum(a.message.joins is None for a in arrivals)))
    references = iter(_new_references(connection, len(arrivals)))
    for arrival in arrivals:
        key, words = _key(arrival), words_of(arrival)
        if before := known.get(key) or known.get((key[0], erased_key(key[1]))) or known.get(words or ()):
            answers.append(before)
            continue
        if arrival.message.joins is None:
            receipt = Accepted(next(references), next(ids), arrival.id, 1)
        elif arrival.message.joins in joined:
            joined[arrival.message.joins][1] += 1
            reference, sequence, goes_on = joined[arrival.message.joins]
            receipt = Accepted(reference, goes_on, arrival.id, sequence)
        else:
            answers.append(NotFound(f"there is no interaction {arrival.message.joins}"))
            continue
        known[key] = known[words or key] = replace(receipt, duplicate=True)
        fresh.append((arrival, receipt))
        answers.append(receipt)
    if fresh:
        _insert(connection, fresh)
    return answers


def _apart(connection: Connection, arrival: Arrival) -> Arrival:
    """A message whose sender does not take part in the interaction that it names opens one of its own."""
    message = arrival.message
    if message.joins is None:
        return arrival
    place = current_ids(connection, {message.joins}).get(message.joins, message.joins)
    named = connection.execute(select(interaction.c.reference).where(interaction.c.id == place)).scalar()
    if named is None or takes_part(connection, place, message.channel, message.sender):
        return arrival
    return replace(arrival, message=replace(message, joins=None, may_belong_to=named))


def _accept_once(connection: Connection, items: Sequence[Arrival]) -> Sequence[Accepted | Exception]:
    """Accept a batch; of each key only the first message, and none whose key is known."""
    known = stored(connection, [item.once for item in items if item.once])
    first: dict[tuple[str, str], int] = {}
    fresh: list[int] = []
    for position, item in enumerate(items):
        key = (item.once.caller, item.once.key) if item.once else None
        if key is None or (key not in known and first.setdefault(key, position) == position):
            fresh.append(position)
    accepted = accept_batch(connection, [items[position] for position in fresh])
    answers = dict(zip(fresh, accepted, strict=True))
    _keep(connection, [(items[position], answers[position]) for position in first.values()])
    return [
        answers[position] if position in answers else _repeated(item, known, first, items, answers)
        for position, item in enumerate(items)
    ]


def _keep(connection: Connection, answered: Sequence[tuple[Arrival, Accepted | Exception]]) -> None:
    """Keep the receipts; a refusal is not kept, so that the request can be sent again."""
    rows = [kept_row(item.once, answer, item.at) for item, answer in answered if item.once and _is_receipt(answer)]
    if rows:
        connection.execute(insert(idempotency), rows)


def _is_receipt(answer: Accepted | Exception) -> bool:
    return isinstance(answer, Accepted)


def _repeated(
    item: Arrival,
    known: Mapping[tuple[str, str], tuple[str, str]],
    first: Mapping[tuple[str, str], int],
    items: Sequence[Arrival],
    answers: Mapping[int, Accepted | Exception],
) -> Accepted | Exception:
    """The answer to a message whose key was seen before, in an earlier commit or in this batch."""
    assert item.once is not None
    key = (item.once.caller, item.once.key)
    try:
        if key in known:
            return replace(replay(known[key], item.once, Accepted).value, replayed=True)
        same, answer = items[first[key]].once, answers[first[key]]
        if same is not None and same.fingerprint != item.once.fingerprint:
            raise reused(item.once)
    except KeyReused as error:
        return error
    return replace(answer, replayed=True) if isinstance(answer, Accepted) else answer


def open_interaction(connection: Connection, channel: str, at: datetime, by: str) -> tuple[int, str]:
    """Open an interaction in which nobody has written yet; its id and reference."""
    [new_id], [reference] = _new_interaction_ids(connection, 1), _new_references(connection, 1)
    row = Arrival(NewMessage("", channel), "", at, by)
    nobody_waits = {"waiting_since": None, "waiting_on": WaitingOn.NOBODY.value}
    connection.execute(insert(interaction), [_interaction_row(row, Accepted(reference, new_id, "", 0)) | nobody_waits])
    return new_id, reference


def _key(arrival: Arrival) -> tuple[str, str]:
    """What a channel knows the message by; without a provider's id every message is its own."""
    return arrival.message.channel, arrival.message.provider_id or arrival.id


def _known(connection: Connection, arrivals: Sequence[Arrival]) -> dict[Words, Accepted]:
    wanted: dict[str, list[str]] = {}
    for arrival in arrivals:
        if arrival.message.provider_id:
            names = (arrival.message.provider_id, erased_key(arrival.message.provider_id))
            wanted.setdefault(arrival.message.channel, []).extend(names)
    if not wanted:
        return {}
    event, message = inbox_event.c, inbound_message.c
    rows = connection.execute(
        select(
            event.channel, event.provider_id, interaction.c.reference, interaction.c.id, message.id, message.sequence
        )
        .join(inbound_message, message.id == event.message_id)
        # The one in which it was written, also where that was merged: what is handed out opens that one alone.
        .join(
            interaction,
            interaction.c.id == case((message.merged_from == 0, message.interaction_id), else_=message.merged_from),
        )
        .where(or_(*(and_(event.channel == c, event.provider_id.in_(ids)) for c, ids in wanted.items())))
    )
    return {(row[0], row[1]): Accepted(row[2], row[3], row[4], row[5], duplicate=True) for row in rows}


def _joined(connection: Connection, ids: set[int]) -> dict[int, list[Any]]:
    """Reference, highest sequence and number of the interactions that messages join, locked against other writers.

    Who joins one that was merged joins the one that goes on.
    """
    if not ids:
        return {}
    ways = current_ids(connection, ids)
    asked, ids = ids, {ways.get(each, each) for each in ids}
    locked = connection.execute(
        select(interaction.c.id, interaction.c.reference)
        .where(interaction.c.id.in_(ids))
        .order_by(interaction.c.id)
        .with_for_update()
    ).all()
    highest: dict[int, int] = dict(
        connection.execute(
            select(inbound_message.c.interaction_id, func.max(inbound_message.c.sequence))
            .where(inbound_message.c.interaction_id.in_(ids))
            .group_by(inbound_message.c.interaction_id)
        ).all()
    )
    places = {row.id: [row.reference, highest.get(row.id, 0), row.id] for row in locked}
    return {each: places[end] for each in asked if (end := ways.get(each, each)) in places}


def _new_interaction_ids(connection: Connection, count: int) -> Sequence[int]:
    if not count:
        return ()
    if connection.dialect.name == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence('interaction', 'id')) FROM generate_series(1, :count)")
        return connection.execute(sequence, {"count": count}).scalars().all()
    take_advisory_lock(connection, NUMBERS)
    highest = connection.execute(_HIGHEST).scalar_one()
    # The highest ever: a number that somebody knows must not lead to what somebody else wrote later.
    first = max(highest, int(meta_of(connection, LAST_NUMBER) or 0)) + 1
    keep_meta(connection, LAST_NUMBER, str(first + count - 1))
    return range(first, first + count)


LAST_NUMBER = "last_interaction"
_HIGHEST = select(func.coalesce(func.max(interaction.c.id), 0))


def _new_references(connection: Connection, count: int) -> list[str]:
    """Random references that no interaction has; in the one commit that still collides the unique index refuses."""
    drawn = {"".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH)) for _ in range(count)}
    taken = connection.execute(select(interaction.c.reference).where(interaction.c.reference.in_(drawn)))
    drawn -= set(taken.scalars())
    while len(drawn) < count:
        drawn |= set(_new_references(connection, count - len(drawn)))
    return list(drawn)


def _insert(connection: Connection, fresh: list[tuple[Arrival, Accepted]]) -> None:
    opened = [_interaction_row(a, r) for a, r in fresh if a.message.joins is None]
    if opened:
        connection.execute(insert(interaction), opened)
    connection.execute(insert(inbound_message), [_message_row(a, r) for a, r in fresh])
    connection.execute(insert(inbox_event), [_event_row(a) for a, _ in fresh])
    index_messages(connection, inbound_message, ((r.interaction_id, r.sequence) for _, r in fresh))
    if opened:
        connection.execute(insert(work), [_work_row(a, r) for a, r in fresh if a.message.joins is None])
    joined = [(a, r) for a, r in fresh if a.message.joins is not None]
    for arrival, receipt in joined:
        if arrival.wait:
            _wait_on(connection, lock_key(MESSAGES, receipt.interaction_id), arrival)
    add_work(connection, [_work_row(a, r) for a, r in joined])
    waiting.begin(connection, [(r.interaction_id, a.message.received_at or a.at) for a, r in joined])
    keep_deadlines(connection, {r.interaction_id for _, r in fresh}, fresh[-1][0].at)
    tell_owners(connection, [(r.interaction_id, a.at) for a, r in joined])


def _wait_on(connection: Connection, key: str, arrival: Arrival) -> None:
    """What still waits for more waits for this one too, up to so many times as long; nobody is kept who goes on."""
    wait = timedelta(seconds=arrival.wait)
    waiting_rows = (work.c.lock_key == key, work.c.state == WorkState.OPEN.value, work.c.lease_owner == "")
    young = (work.c.due_at > arrival.at, work.c.created_at > arrival.at - MOST_WAITS * wait)
    connection.execute(update(work).where(*waiting_rows, *young).values(due_at=arrival.at + wait))


def _interaction_row(arrival: Arrival, receipt: Accepted) -> dict[str, Any]:
    return {
        "id": receipt.interaction_id,
        "reference": receipt.reference,
        "category": DEFAULT_CATEGORY,
        "channel": arrival.message.channel,
        "status": Status.NEW.value,
        "priority": DEFAULT_PRIORITY,
        "created_by": arrival.by,
        "created_at": min(arrival.message.received_at or arrival.at, arrival.at),
        "updated_at": arrival.at,
        "may_belong_to": arrival.message.may_belong_to,
        "waiting_since": arrival.message.received_at or arrival.at,
        "waiting_on": WaitingOn.US.value,
    }


def _message_row(arrival: Arrival, receipt: Accepted) -> dict[str, Any]:
    message = arrival.message
    return {
        "id": receipt.message_id,
        "interaction_id": receipt.interaction_id,
        "sequence": receipt.sequence,
        "channel": message.channel,
        "text": message.text,
        "sender_name": message.sender.name,
        "sender_address": message.sender.address,
        "sender_phone": message.sender.phone,
        "customer_no": message.sender.customer_no,
        "identity": message.sender.identity.value,
        "merged_from": 0 if message.joins in (None, receipt.interaction_id) else message.joins,
        "received_at": message.received_at or arrival.at,
    }


def _event_row(arrival: Arrival) -> dict[str, Any]:
    channel, provider_id = _key(arrival)
    return {
        "id": arrival.id,
        "channel": channel,
        "provider_id": provider_id,
        "message_id": arrival.id,
        "raw": arrival.message.raw,
        "received_at": arrival.at,
    }


def _work_row(arrival: Arrival, receipt: Accepted) -> dict[str, Any]:
    due_at, key = arrival.at + timedelta(seconds=arrival.wait), lock_key(MESSAGES, receipt.interaction_id)
    return new_work(arrival.id, MESSAGE_WORK, arrival.id, "analyse", arrival.at, due_at, key)
