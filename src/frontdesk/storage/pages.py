"""The queries of the pages: one interaction whole, and the desk's list."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select

from frontdesk.interfaces import DeskRow, Invalid, Thread
from frontdesk.model import Page
from frontdesk.storage.database import Database
from frontdesk.storage.rows import (
    as_analysis,
    as_decision,
    as_effect,
    as_happening,
    as_interaction,
    as_message,
    as_outbound,
)
from frontdesk.storage.tables import (
    analysis,
    customer,
    decision,
    effect,
    inbound_message,
    interaction,
    journal,
    outbound_message,
    work,
)
from frontdesk.storage.working import as_work

T = TypeVar("T")


class StoredPages:
    """What pages read of a database; see interfaces.PageReader."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    async def thread(self, reference: str) -> Thread | None:
        """See interfaces.PageReader."""
        return await self._database.read(lambda c: _thread(c, reference))

    async def senders(self, reference: str) -> tuple[str, ...]:
        """See interfaces.PageReader."""
        addresses = (
            select(inbound_message.c.sender_address)
            .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
            .where(interaction.c.reference == reference, inbound_message.c.sender_address != "")
            .distinct()
        )
        return await self._database.read(lambda c: tuple(c.execute(addresses).scalars()))

    async def desk(self, query: str, cursor: str, limit: int) -> Page[DeskRow]:
        """See interfaces.PageReader. Raises Invalid for a cursor that is none of ours."""
        statement = _desk(query, _position(cursor) if cursor else None).limit(limit + 1)
        rows = await self._database.read(lambda c: [_as_desk_row(r) for r in c.execute(statement).mappings()])
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return Page(tuple(rows[:limit]), f"{last.updated_at.isoformat()}~{last.id}" if last else None)


def _thread(connection: Connection, reference: str) -> Thread | None:
    found = connection.execute(select(interaction).where(interaction.c.reference == reference)).mappings().first()
    if found is None:
        return None
    matter = as_interaction(found)

    def rows(statement: Select[*tuple[object, ...]], read: Callable[[RowMapping], T]) -> tuple[T, ...]:
        return tuple(read(row) for row in connection.execute(statement).mappings())

    message = inbound_message.c
    messages = rows(
        select(inbound_message).where(message.interaction_id == matter.id).order_by(message.sequence), as_message
    )
    ids = [each.id for each in messages]
    out, done, line = outbound_message.c, effect.c, journal.c
    return Thread(
        interaction=matter,
        messages=messages,
        answers=rows(
            select(outbound_message).where(out.interaction_id == matter.id).order_by(out.sequence), as_outbound
        ),
        analyses=rows(_of_messages(select(analysis), analysis.c.message_id, ids, analysis.c.created_at), as_analysis),
        decisions=rows(_of_messages(select(decision), decision.c.message_id, ids, decision.c.created_at), as_decision),
        effects=rows(
            select(effect).where(done.interaction_id == matter.id).order_by(done.created_at, done.position), as_effect
        ),
        happenings=rows(select(journal).where(line.interaction_id == matter.id).order_by(line.id), as_happening),
        work={
            row.subject: row for row in rows(select(work).where(work.c.subject.in_(ids)).order_by(work.c.id), as_work)
        },
    )


def _of_messages(
    statement: Select[*tuple[object, ...]], column: ColumnElement[str], ids: Sequence[str], by: ColumnElement[datetime]
) -> Select[*tuple[object, ...]]:
    return statement.where(column.in_(ids)).order_by(by)


def _desk(query: str, after: tuple[datetime, int] | None) -> Select[*tuple[object, ...]]:
    message = inbound_message.c
    writer = (
        select(message.sender_name)
        .where(message.interaction_id == interaction.c.id, message.sender_name != "")
        .order_by(message.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(interaction, func.coalesce(customer.c.name, writer, "").label("customer")).join(
        customer, customer.c.id == interaction.c.customer_id, isouter=True
    )
    if query:
        texts = (interaction.c.title, interaction.c.reference, customer.c.name, writer)
        statement = statement.where(or_(*(text.icontains(query, autoescape=True) for text in texts)))
    if after:
        at, key = after
        updated = interaction.c.updated_at
        statement = statement.where(or_(updated < at, and_(updated == at, interaction.c.id < key)))
    return statement.order_by(interaction.c.updated_at.desc(), interaction.c.id.desc())


def _position(cursor: str) -> tuple[datetime, int]:
    at, _, key = cursor.partition("~")
    try:
        moment, number = datetime.fromisoformat(at), int(key)
    except ValueError:
        moment, number = datetime.min.replace(tzinfo=UTC), 0
    if moment.tzinfo is None or not 0 < number < 2**63:
        raise Invalid("this page of the list is not known: begin at its first page", "cursor")
    return moment, number


def _as_desk_row(row: RowMapping) -> DeskRow:
    return DeskRow(
        id=row["id"],
        reference=row["reference"],
        title=row["title"],
        status=row["status"],
        priority=row["priority"],
        channel=row["channel"],
        sentiment=row["sentiment"],
        intent=row["intent"],
        customer=row["customer"],
        updated_at=row["updated_at"],
    )
