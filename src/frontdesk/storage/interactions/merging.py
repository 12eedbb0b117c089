"""Merges two interactions: everything of one moves to the other, in one transaction.

Moved messages get the next numbers. The emptied interaction is closed and from then on leads to the other.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, func, select, update

from frontdesk.interfaces import Clock, Conflict, NotFound, Stale
from frontdesk.model import Interaction, Status
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import move_keys
from frontdesk.storage.pipeline.merged import leads_to
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect, service_call
from frontdesk.storage.schema.rows import as_interaction
from frontdesk.storage.search.documents import index_words
from frontdesk.storage.search.index import index_reading

NUMBERED = (inbound_message, outbound_message)
MOVED = (effect, service_call)


class StoredMerging:
    """Merging on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

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
    for table in NUMBERED:
        _renumber(connection, table, into.id, other.id)
    for table in MOVED:
        connection.execute(update(table).where(table.c.interaction_id == other.id).values(interaction_id=into.id))
    move_keys(connection, other.id, into.id)
    _close(connection, into, other, by, now)
    _keep_what_is_missing(connection, into, other, by, now)
    for here, there, kind in ((into, other, "merged"), (other, into, "merged_into")):
        note(connection, now, kind, interaction_id=here.id, by=by, detail={"reference": there.reference})
    index_words(connection, [into.id, other.id])
    index_reading(connection, [into.id])
    return as_interaction(connection.execute(select(interaction).where(interaction.c.id == into.id)).mappings().one())


def _renumber(connection: Connection, table: Table, into: int, other: int) -> None:
    """Move messages, and number them after those that are there."""
    highest = select(func.coalesce(func.max(table.c.sequence), 0)).where(table.c.interaction_id == into)
    behind = connection.execute(highest).scalar_one()
    moved = update(table).where(table.c.interaction_id == other)
    connection.execute(moved.values(interaction_id=into, sequence=table.c.sequence + behind))


def _close(connection: Connection, into: Interaction, other: Interaction, by: str, now: datetime) -> None:
    closed = {
        "merged_into": into.id,
        "status": Status.CLOSED.value,
        "closed_at": now,
        "updated_at": now,
        "modified_by": by,
        "version": other.version + 1,
    }
    connection.execute(update(interaction).where(interaction.c.id == other.id).values(**closed))


def _keep_what_is_missing(
    connection: Connection, into: Interaction, other: Interaction, by: str, now: datetime
) -> None:
    """The remaining interaction takes a missing customer, and the earlier opening and first answer of the two."""
    answers = [at for at in (into.first_answer_at, other.first_answer_at) if at is not None]
    values = {
        "customer_id": into.customer_id or other.customer_id,
        "created_at": min(into.created_at, other.created_at),
        "first_answer_at": min(answers) if answers else None,
        "updated_at": now,
        "modified_by": by,
        "version": into.version + 1,
    }
    connection.execute(update(interaction).where(interaction.c.id == into.id).values(**values))
