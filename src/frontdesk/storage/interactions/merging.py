"""Merges two interactions: everything of one moves to the other, in one transaction.

Moved messages get the next numbers. The emptied interaction is closed and from then on leads to the other.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, Table, func, select, update

from frontdesk.interfaces import Conflict, NotFound, Stale
from frontdesk.model import CodeList, Interaction, Status, WaitingOn
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import move_keys
from frontdesk.storage.pipeline.merged import leads_to
from frontdesk.storage.schema.configuration import code
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect, service_call
from frontdesk.storage.schema.rows import as_interaction
from frontdesk.storage.search.documents import index_words
from frontdesk.storage.search.index import index_reading
from frontdesk.ticketing.status import ENDED

NUMBERED = (inbound_message, outbound_message)
MOVED = (effect, service_call)
FIRST_TIMES = ("first_answer_at", "acknowledged_at", "first_person_answer_at", "waiting_since")


class StoredMerging(StoredByClock):
    """Merging on a database."""

    async def merge(self, into: Interaction, other: Interaction, by: str) -> Interaction:
        """Move all that belongs to `other` to `into`; its reference leads there from now on. Raises Stale, Conflict."""
        now = self._clock()
        return await self._database.write(lambda c: _merge(c, into, other, by, now))

    async def leads_to(self, reference: str) -> str:
        """The reference of the interaction that this one was merged into; itself where it was not."""
        return await self._database.read(lambda c: leads_to(c, reference))


def _merge(connection: Connection, into: Interaction, other: Interaction, by: str, now: datetime) -> Interaction:
    if into.id == other.id:
        raise Conflict(tr("an interaction cannot be merged with itself: choose another one"))
    both = select(interaction).where(interaction.c.id.in_((into.id, other.id))).order_by(interaction.c.id)
    rows = {row["id"]: row for row in connection.execute(both.with_for_update()).mappings()}
    for each in (into, other):
        if each.id not in rows:
            raise NotFound(tr("there is no interaction {reference}", reference=each.reference))
        if rows[each.id]["merged_into"] is not None:
            raise Conflict(tr("interaction {reference} was merged into another one already", reference=each.reference))
        if rows[each.id]["version"] != each.version:
            raise Stale(tr("interaction {reference} was changed meanwhile: read it again", reference=each.reference))
    newest = {each.id: _newest(connection, each.id) for each in (into, other)}
    latest = other if newest[other.id] > newest[into.id] else into
    _note_where_written(connection, other.id)
    for table in NUMBERED:
        _renumber(connection, table, into.id, other.id)
    for table in MOVED:
        connection.execute(update(table).where(table.c.interaction_id == other.id).values(interaction_id=into.id))
    move_keys(connection, other.id, into.id)
    _close(connection, into, other, by, now)
    _keep_of_both(connection, into, other, latest, by, now)
    for here, there, kind in ((into, other, "merged"), (other, into, "merged_into")):
        note(connection, now, kind, interaction_id=here.id, by=by, detail={"reference": there.reference})
    keep_deadlines(connection, [into.id, other.id], now)
    index_words(connection, [into.id, other.id])
    index_reading(connection, [into.id])
    return as_interaction(connection.execute(select(interaction).where(interaction.c.id == into.id)).mappings().one())


def _newest(connection: Connection, number: int) -> datetime:
    newest = select(func.max(inbound_message.c.received_at)).where(inbound_message.c.interaction_id == number)
    return connection.execute(newest).scalar() or datetime.min.replace(tzinfo=UTC)


def _note_where_written(connection: Connection, other: int) -> None:
    """Merging widens nobody's view: who had the link or the chat of the one sees on what was written in that one."""
    theirs = (inbound_message.c.interaction_id == other, inbound_message.c.merged_from == 0)
    connection.execute(update(inbound_message).where(*theirs).values(merged_from=other))


def _renumber(connection: Connection, table: Table, into: int, other: int) -> None:
    """Move messages, and number them after those that are there."""
    highest = select(func.coalesce(func.max(table.c.sequence), 0)).where(table.c.interaction_id == into)
    behind = connection.execute(highest).scalar_one()
    moved = update(table).where(table.c.interaction_id == other)
    connection.execute(moved.values(interaction_id=into, sequence=table.c.sequence + behind))


def _close(connection: Connection, into: Interaction, other: Interaction, by: str, now: datetime) -> None:
    closed = {
        "merged_into": into.id,
        "merged_to": into.reference,
        "status": Status.CLOSED.value,
        "closed_at": now,
        "waiting_since": None,
        "waiting_on": WaitingOn.NOBODY.value,
        "updated_at": now,
        "modified_by": by,
        "version": other.version + 1,
    }
    connection.execute(update(interaction).where(interaction.c.id == other.id).values(**closed))


def _keep_of_both(
    connection: Connection, into: Interaction, other: Interaction, latest: Interaction, by: str, now: datetime
) -> None:
    """What the remaining interaction takes over: an earlier opening, what it lacks, what is open or more urgent.

    Its mood and intent are those of `latest`, the one with the latest message.
    """
    from_other = other.customer_id is not None and (
        into.customer_id is None or (other.customer_proven and not into.customer_proven)
    )
    whose = other if from_other else into
    values = {
        "customer_id": whose.customer_id,
        "customer_proven": whose.customer_proven,
        "created_at": min(into.created_at, other.created_at),
        **{name: _earlier(into, other, name) for name in FIRST_TIMES},
        "priority": _higher(connection, into.priority, other.priority),
        "team": into.team or other.team,
        "assignee": into.assignee or other.assignee,
        "waiting_on": (other if other.waiting_since and not into.waiting_since else into).waiting_on.value,
        "intent": latest.intent,
        "sentiment": latest.sentiment,
        "may_belong_to": "" if into.may_belong_to == other.reference else into.may_belong_to,
        "updated_at": now,
        "modified_by": by,
        "version": into.version + 1,
    }
    if into.status in ENDED and other.status not in ENDED:
        values |= {"status": Status.RE_OPENED.value, "closed_at": None}
    connection.execute(update(interaction).where(interaction.c.id == into.id).values(**values))


def _earlier(into: Interaction, other: Interaction, name: str) -> datetime | None:
    return min((at for each in (into, other) if (at := getattr(each, name)) is not None), default=None)


def _higher(connection: Connection, one: str, other: str) -> str:
    """Of two priorities the one that stands later in the code list."""
    rows = select(code.c.code, code.c.position).where(code.c.list == CodeList.PRIORITY.value)
    places = {row.code: row.position for row in connection.execute(rows.where(code.c.code.in_((one, other))))}
    return other if places.get(other, -1) > places.get(one, -1) else one
