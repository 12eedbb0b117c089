"""Raw events: stored by group commit with the work that reads them, kept so that they can be read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVarTuple

from sqlalchemy import Connection, Select, delete, func, insert, select, tuple_, update
from typing_extensions import override

from frontdesk.interfaces import Clock, NewId, NotFound
from frontdesk.interfaces.channel_stores import Events, WatchLeases
from frontdesk.interfaces.channels import EventSink
from frontdesk.model import WorkState
from frontdesk.model.channels import EventState, RawEvent, StoredEvent
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.pipeline.erased import erased_key
from frontdesk.storage.schema.channels import channel_event, channel_held, channel_mark, channel_watch
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import columns, fact

Columns = TypeVarTuple("Columns")

EVENT_WORK = "event"
CHUNK = 500
ERROR_LENGTH = 2000
CONTENT_TYPE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class EventArrival:
    """A raw event with the id it will have if it is new."""

    event: RawEvent
    id: str
    at: datetime


class StoredEvents(Events, WatchLeases):
    """Raw events on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def take(self, event: RawEvent) -> bool:
        """Store an event durably, with the work that reads it; False where it was stored before."""
        return await self._database.write_batched(take_batch, EventArrival(event, self._new_id(), self._clock()))

    @override
    def taker(self, channel: str) -> "StoredEventSink":
        return StoredEventSink(self._database, channel, self._clock, self._new_id)

    @override
    async def load(self, event_id: str) -> RawEvent:
        rows = select(channel_event).where(channel_event.c.id == event_id)
        row = await self._database.read(lambda c: c.execute(rows).mappings().first())
        if row is None:
            raise NotFound(tr("there is no event {event}", event=event_id))
        return fact(RawEvent, row)

    event = load

    @override
    async def keep_failed(self, event: RawEvent, reason: str) -> None:
        values = {"state": EventState.FAILED.value, "error": reason[:ERROR_LENGTH]}
        here = (channel_event.c.id == event.id, func.length(channel_event.c.body) > 0)
        failed = update(channel_event).where(*here).values(**values)
        await self._database.write(lambda c: c.execute(failed).rowcount)

    async def events(
        self, state: EventState | None, channel: str, limit: int, before: str = ""
    ) -> tuple[StoredEvent, ...]:
        """Raw events, newest first; those before an id."""
        shown = [column for column in channel_event.c if column.name not in ("body", "content_type")]
        rows = select(*shown, func.length(channel_event.c.body).label("size")).order_by(channel_event.c.id.desc())
        rows = _chosen(rows, state, channel)
        if before:
            rows = rows.where(channel_event.c.id < before)
        found = await self._database.read(lambda c: c.execute(rows.limit(limit)).mappings().all())
        return tuple(fact(StoredEvent, row) for row in found)

    async def replay(
        self, ids: Sequence[str], *, channel: str = "", failed_only: bool = True, since: datetime | None = None
    ) -> int:
        """Have events read again: these, or all that fit; how many. Raises NotFound for an id that is not there."""
        now = self._clock()
        chosen = _chosen(select(channel_event.c.id), EventState.FAILED if failed_only and not ids else None, channel)
        chosen = chosen.where(func.length(channel_event.c.body) > 0)  # what was erased says nothing any more
        if since is not None:
            chosen = chosen.where(channel_event.c.received_at >= since)
        if ids:
            chosen = chosen.where(channel_event.c.id.in_(ids))

        def operation(connection: Connection) -> int:
            found = list(connection.execute(chosen).scalars())
            if missing := set(ids) - set(found):
                raise NotFound(tr("there is no event {event}", event=min(missing)))
            for start in range(0, len(found), 500):
                _reopen(connection, found[start : start + 500], now)
            return len(found)

        return await self._database.write(operation)

    @override
    async def begin_watch(self, channel: str, owner: str, seconds: float) -> bool:
        now = self._clock()
        row = {"channel": channel, "owner": owner, "until": now + timedelta(seconds=seconds)}
        free = (channel_watch.c.until < now) | (channel_watch.c.owner == owner)

        def operation(connection: Connection) -> bool:
            if insert_if_new(connection, channel_watch, row):
                return True
            mine = update(channel_watch).where(channel_watch.c.channel == channel, free)
            return connection.execute(mine.values(owner=owner, until=row["until"])).rowcount == 1

        return await self._database.write(operation)

    async def watchers(self) -> tuple[str, ...]:
        """The owners of watch leases, as `host:pid:…`."""
        held = select(channel_watch.c.owner).distinct()
        return await self._database.read(lambda c: tuple(c.execute(held).scalars()))

    async def free_watches(self, owner_prefix: str) -> None:
        """Release the watch leases of owners with this prefix (a process known to be dead)."""
        theirs = channel_watch.c.owner.startswith(owner_prefix, autoescape=True)
        await self._database.write(lambda c: c.execute(delete(channel_watch).where(theirs)).rowcount)

    @override
    async def end_watch(self, channel: str, owner: str) -> None:
        mine = (channel_watch.c.channel == channel, channel_watch.c.owner == owner)
        await self._database.write(lambda c: c.execute(delete(channel_watch).where(*mine)).rowcount)


class StoredEventSink(EventSink):
    """What the watcher of one channel is handed."""

    def __init__(self, database: Database, channel: str, clock: Clock, new_id: NewId) -> None:
        """Made by StoredEvents."""
        self._database, self._channel, self._clock, self._new_id = database, channel, clock, new_id

    @override
    async def take(self, event: RawEvent, marks: Mapping[str, str] | None = None) -> bool:
        arrival = EventArrival(event, self._new_id(), self._clock())
        if not marks:
            return await self._database.write_batched(take_batch, arrival)

        def operation(connection: Connection) -> bool:
            [is_new] = take_batch(connection, [arrival])
            _mark(connection, self._channel, marks)
            return is_new is True

        return await self._database.write(operation)

    @override
    async def mark(self, marks: Mapping[str, str]) -> None:
        await self._database.write(lambda c: _mark(c, self._channel, marks))

    @override
    async def marks(self) -> Mapping[str, str]:
        rows = select(channel_mark.c.key, channel_mark.c.value).where(channel_mark.c.channel == self._channel)
        return await self._database.read(lambda c: {row.key: row.value for row in c.execute(rows)})

    @override
    async def known(self, provider_ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for start in range(0, len(provider_ids), CHUNK):
            names = {name: each for each in provider_ids[start : start + CHUNK] for name in (each, erased_key(each))}
            mine = (channel_event.c.channel == self._channel, channel_event.c.provider_id.in_(list(names)))
            rows = select(channel_event.c.provider_id).where(*mine)
            found |= {names[name] for name in await self._database.read(partial(_values, rows=rows))}
        return frozenset(found)

    @override
    async def keep_held(self, day: date, messages: int) -> None:
        key = (channel_held.c.channel == self._channel, channel_held.c.day == day.isoformat())
        row = {"channel": self._channel, "day": day.isoformat(), "messages": messages}

        def operation(connection: Connection) -> None:
            if not insert_if_new(connection, channel_held, row):
                connection.execute(update(channel_held).where(*key).values(messages=messages))

        await self._database.write(operation)


def take_batch(connection: Connection, arrivals: Sequence[EventArrival]) -> Sequence[bool | Exception]:
    """Store all that are new with their work; each answer tells whether it was."""
    keys = [(arrival.event.channel, arrival.event.provider_id) for arrival in arrivals]
    asked = keys + [(channel, erased_key(provider_id)) for channel, provider_id in keys]
    at = tuple_(channel_event.c.channel, channel_event.c.provider_id)
    stored = select(channel_event.c.channel, channel_event.c.provider_id).where(at.in_(asked))
    known = {(row[0], row[1]) for row in connection.execute(stored)}
    answers: list[bool | Exception] = []
    fresh: list[EventArrival] = []
    for arrival, key in zip(arrivals, keys, strict=True):
        is_new = known.isdisjoint((key, (key[0], erased_key(key[1]))))
        answers.append(is_new)
        if is_new:
            known.add(key)
            fresh.append(arrival)
    if fresh:
        connection.execute(insert(channel_event), [_event_row(each) for each in fresh])
        connection.execute(insert(work), [_work_row(each.id, each.at) for each in fresh])
    return answers


def _event_row(arrival: EventArrival) -> dict[str, object]:
    event = arrival.event
    return columns(event) | {
        "id": arrival.id,
        "content_type": event.content_type[:CONTENT_TYPE_LENGTH],
        "state": EventState.NEW.value,
        "received_at": event.received_at or arrival.at,
    }


def _work_row(event_id: str, at: datetime) -> dict[str, object]:
    job = {"id": event_id, "kind": EVENT_WORK, "subject": event_id, "step": "read"}
    return {**job, "state": WorkState.OPEN.value, "due_at": at, "created_at": at}


def _chosen(rows: "Select[*Columns]", state: EventState | None, channel: str) -> "Select[*Columns]":
    if state is not None:
        rows = rows.where(channel_event.c.state == state.value)
    return rows.where(channel_event.c.channel == channel) if channel else rows


def _reopen(connection: Connection, ids: list[str], now: datetime) -> None:
    again = {"state": WorkState.OPEN.value, "due_at": now, "attempts": 0, "lease_owner": "", "last_error": ""}
    connection.execute(update(work).where(work.c.id.in_(ids)).values(**again))
    there = set(connection.execute(select(work.c.id).where(work.c.id.in_(ids))).scalars())
    gone = [_work_row(each, now) for each in ids if each not in there]
    if gone:
        connection.execute(insert(work), gone)
    new = {"state": EventState.NEW.value, "error": ""}
    connection.execute(update(channel_event).where(channel_event.c.id.in_(ids)).values(**new))


def _values(connection: Connection, rows: "Select[str]") -> set[str]:
    return set(connection.execute(rows).scalars())


def _mark(connection: Connection, channel: str, marks: Mapping[str, str]) -> None:
    for key, value in marks.items():
        row = {"channel": channel, "key": key, "value": value}
        if not insert_if_new(connection, channel_mark, row):
            there = (channel_mark.c.channel == channel, channel_mark.c.key == key)
            connection.execute(update(channel_mark).where(*there).values(value=value))
