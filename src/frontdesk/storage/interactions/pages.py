"""The queries of the pages: one interaction whole."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select

from frontdesk.interfaces import Thread
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.work_queue import as_work
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import effect, journal, work
from frontdesk.storage.schema.rows import (
    as_analysis,
    as_audit_event,
    as_decision,
    as_effect,
    as_interaction,
    as_message,
    as_outbound,
)

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
        audit_events=rows(select(journal).where(line.interaction_id == matter.id).order_by(line.id), as_audit_event),
        work={
            row.subject: row for row in rows(select(work).where(work.c.subject.in_(ids)).order_by(work.c.id), as_work)
        },
    )


def _of_messages(
    statement: Select[*tuple[object, ...]], column: ColumnElement[str], ids: Sequence[str], by: ColumnElement[datetime]
) -> Select[*tuple[object, ...]]:
    return statement.where(column.in_(ids)).order_by(by)
