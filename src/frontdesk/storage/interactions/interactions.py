"""One interaction as people and programs read and change it, and its timeline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, collate, select, update

from frontdesk.interfaces import Conflict, Invalid, NotFound, Stale
from frontdesk.interfaces.access import CALLER
from frontdesk.model import Change, Interaction, Page
from frontdesk.model.console import Telling
from frontdesk.model.reading import TimelineItem, Written
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.telling import tell
from frontdesk.storage.schema.interactions import (
    analysis,
    correction,
    decision,
    inbound_message,
    interaction,
    outbound_message,
)
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect, journal
from frontdesk.storage.schema.rows import (
    as_analysis,
    as_audit_event,
    as_correction,
    as_decision,
    as_effect,
    as_interaction,
    as_message,
    as_outbound,
)
from frontdesk.storage.search.documents import index_heads

# Fields that change with others.
TIMES = ("waiting_since", "snoozed_until", "assigned_at", "closed_at")
FOLLOWING = ("assignee", "waiting_on", *TIMES)


class StoredInteractions(StoredByClock):
    """Interactions on a database."""

    async def get(self, reference: str) -> Interaction:
        """The interaction with this reference. Raises NotFound, also where the caller does not reach it."""
        rows = select(interaction).where(interaction.c.reference == reference)
        row = await self._database.read(lambda c: c.execute(rows).mappings().first())
        if row is None or not CALLER.get().grant.reaches(row["team"], row["channel"]):
            raise NotFound(tr("there is no interaction {reference}", reference=reference))
        return as_interaction(row)

    async def change(self, before: Interaction, change: Change, by: str) -> Interaction:
        """Set fields if it is still at `before.version`. Raises Stale, Invalid (unknown customer)."""
        now = self._clock()
        return await self._database.write(lambda c: change_interaction(c, before, change, by, now))

    async def claim(self, matter: Interaction, by: str) -> Interaction:
        """Make this person its owner, if it has none yet. Raises Conflict that tells who has it."""
        now = self._clock()
        return await self._database.write(lambda c: _claim(c, matter, by, now))

    async def undo(self, matter: Interaction, since: datetime, by: str) -> Interaction:
        """Take back the last change by this person since then. Raises Conflict where there is none to be taken back."""
        now = self._clock()
        return await self._database.write(lambda c: _undo(c, matter, since, by, now))

    async def timeline(self, interaction_id: int, limit: int, cursor: str = "") -> Page[TimelineItem]:
        """All that happened to it in time order. Raises Invalid (cursor)."""
        place = paging.decode(cursor, (datetime, int, str)) if cursor else None
        if place and STREAMS.index(JOURNAL) == place[1] and not place[2].isdecimal():
            raise Invalid(tr("cursor is not one that this list gave: begin without it"), "cursor")
        return await self._database.read(lambda c: _timeline(c, interaction_id, limit, place))


def change_interaction(
    connection: Connection, before: Interaction, change: Change, by: str, now: datetime
) -> Interaction:
    """Set fields, with a line in the journal. Raises Stale, Invalid (unknown customer)."""
    if change.customer_id is not None:
        known = select(customer.c.id).where(customer.c.id == change.customer_id)
        if connection.execute(known).first() is None:
            raise Invalid(tr("there is no customer {customer}", customer=change.customer_id), "customer_id")
        change = replace(change, customer_proven=True)  # a person's word
    after = apply_change(connection, before, change, now, by)
    if change.assignee and change.assignee != before.assignee:
        tell(connection, before.id, [change.assignee], Telling.ASSIGNED, by, now)
    names = [*change.fields(), *(each for each in FOLLOWING if getattr(before, each) != getattr(after, each))]
    fields = {name: [_plain(getattr(before, name)), _plain(getattr(after, name))] for name in names}
    if fields:
        note(connection, now, "changed", interaction_id=before.id, by=by, detail=fields)
    return after


def _claim(connection: Connection, matter: Interaction, by: str, now: datetime) -> Interaction:
    mine = update(interaction).where(interaction.c.id == matter.id, interaction.c.assignee == "")
    values = {
        "assignee": by,
        "assigned_at": now,
        "updated_at": now,
        "modified_by": by,
        "version": interaction.c.version + 1,
    }
    is_new = connection.execute(mine.values(**values)).rowcount == 1
    row = connection.execute(select(interaction).where(interaction.c.id == matter.id)).mappings().one()
    if row["assignee"] != by:
        raise Conflict(tr("{name} has taken interaction {reference}", name=row["assignee"], reference=matter.reference))
    if is_new:
        note(connection, now, "changed", interaction_id=matter.id, by=by, detail={"assignee": ["", by]})
    return as_interaction(row)


def _undo(connection: Connection, matter: Interaction, since: datetime, by: str, now: datetime) -> Interaction:
    mine = journal.c.interaction_id == matter.id, journal.c.kind == "changed", journal.c.by == by, journal.c.at >= since
    last = select(journal.c.detail).where(*mine).order_by(journal.c.id.desc()).limit(1)
    told: dict[str, list[Any]] = connection.execute(last).scalar() or {}
    if not told or any(_plain(getattr(matter, name)) != after for name, (_, after) in told.items()):
        text = tr("what you did to interaction {reference} cannot be undone any more", reference=matter.reference)
        raise Conflict(text)
    values = {name: datetime.fromisoformat(was) if was and name in TIMES else was for name, (was, _) in told.items()}
    values |= {"updated_at": now, "modified_by": by, "version": matter.version + 1}
    its = update(interaction).where(interaction.c.id == matter.id, interaction.c.version == matter.version)
    if connection.execute(its.values(**values)).rowcount != 1:
        raise Stale(tr("interaction {reference} was changed meanwhile: read it again", reference=matter.reference))
    index_heads(connection, [matter.id])
    keep_deadlines(connection, [matter.id], now)
    back = {name: [after, was] for name, (was, after) in told.items()}
    note(connection, now, "changed", interaction_id=matter.id, by=by, detail=back)
    return as_interaction(connection.execute(select(interaction).where(interaction.c.id == matter.id)).mappings().one())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return getattr(value, "value", value)


@dataclass(frozen=True, slots=True)
class _Stream:
    """One kind of timeline item: where its rows are, when they happened, what makes them unique."""

    table: Table
    at: str
    key: str
    fact: Callable[[RowMapping], Written]
    by_message: bool = False


JOURNAL = _Stream(journal, "at", "id", as_audit_event)

# At the same moment what causes comes before what follows.
STREAMS = (
    _Stream(inbound_message, "received_at", "id", as_message),
    _Stream(analysis, "created_at", "id", as_analysis, by_message=True),
    _Stream(decision, "created_at", "id", as_decision, by_message=True),
    _Stream(effect, "created_at", "key", as_effect),
    _Stream(outbound_message, "created_at", "id", as_outbound),
    _Stream(correction, "at", "id", as_correction, by_message=True),
    JOURNAL,
)


def _timeline(
    connection: Connection, interaction_id: int, limit: int, place: tuple[Any, ...] | None
) -> Page[TimelineItem]:
    """The next `limit` items of all streams together; each stream is asked for no more than could be needed."""
    found: list[tuple[datetime, int, str, RowMapping]] = []
    for rank, stream in enumerate(STREAMS):
        rows = _rows(connection, stream, rank, interaction_id, place).limit(limit + 1)
        hits = connection.execute(rows).mappings()
        found.extend((row[stream.at], rank, _sortable(row[stream.key]), row) for row in hits)
    found.sort(key=lambda each: each[:3])
    return paging.page(
        found,
        limit,
        lambda each: TimelineItem(each[0], STREAMS[each[1]].fact(each[3])),
        lambda each: (paging.stamp(each[0]), each[1], each[2]),
    )


def _rows(
    connection: Connection, stream: _Stream, rank: int, interaction_id: int, place: tuple[Any, ...] | None
) -> Select[Any]:
    columns = stream.table.c
    at: ColumnElement[Any] = columns[stream.at]
    key: ColumnElement[Any] = columns[stream.key]
    if stream is not JOURNAL and connection.dialect.name == "postgresql":
        key = collate(key, "C")  # as Python sorts, whatever the server's language is
    rows = select(stream.table).order_by(at, key)
    if stream.by_message:
        theirs = select(inbound_message.c.id).where(inbound_message.c.interaction_id == interaction_id)
        rows = rows.where(columns["message_id"].in_(theirs))
    else:
        rows = rows.where(columns["interaction_id"] == interaction_id)
    if place is None:
        return rows
    moment, ended_in, last = place
    if rank == ended_in:
        return rows.where(paging.after(at, key, (moment, int(last) if stream is JOURNAL else last), down=False))
    return rows.where(at >= moment if rank > ended_in else at > moment)


def _sortable(key: str | int) -> str:
    """Numbers as text of fixed width, so that text sorts like numbers."""
    return f"{key:020d}" if isinstance(key, int) else key
