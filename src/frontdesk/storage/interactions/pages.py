"""The queries of the pages: one interaction whole."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Select, Table, func, select, union_all

from frontdesk.model.thread import ModelUse, Thread, ThreadDetails
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.pipeline.merged import current_ids
from frontdesk.storage.schema.interactions import (
    analysis,
    audio_recording,
    correction,
    decision,
    inbound_message,
    interaction,
    outbound_message,
)
from frontdesk.storage.schema.llm import model_call
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect, journal, work
from frontdesk.storage.schema.rows import (
    as_analysis,
    as_audit_event,
    as_correction,
    as_decision,
    as_effect,
    as_interaction,
    as_message,
    as_outbound,
    as_work,
)

T = TypeVar("T")


class StoredPages(Stored):
    """What pages read of a database."""

    async def thread(self, reference: str) -> Thread | None:
        """Everything about one interaction, None where there is none."""
        return await self._database.read(lambda c: _thread(c, reference))

    async def details(self, reference: str) -> ThreadDetails | None:
        """The thread and what the team sees beside it, None where there is none."""
        return await self._database.read(lambda c: _details(c, reference))

    async def opener(self, reference: str) -> str:
        """The address of whoever opened this interaction, also where it was merged; empty where there is none."""
        return await self._database.read(lambda c: _opener(c, reference))


def _opener(connection: Connection, reference: str) -> str:
    number = connection.execute(select(interaction.c.id).where(interaction.c.reference == reference)).scalar()
    if number is None:
        return ""
    here, message = current_ids(connection, {number}).get(number, number), inbound_message.c
    written = message.merged_from == (0 if here == number else number)
    first = select(message.sender_address).where(message.interaction_id == here, written).order_by(message.sequence)
    return str(connection.execute(first.limit(1)).scalar() or "")


def _thread(connection: Connection, reference: str) -> Thread | None:
    found = connection.execute(select(interaction).where(interaction.c.reference == reference)).mappings().first()
    if found is None:
        return None
    matter = as_interaction(found)

    def rows(statement: Select[*tuple[object, ...]], read: Callable[[RowMapping], T]) -> tuple[T, ...]:
        return tuple(read(row) for row in connection.execute(statement).mappings())

    message = inbound_message.c
    messages = rows(
        select(inbound_message)
        .where(message.interaction_id == matter.id)
        .order_by(message.received_at, message.sequence),
        as_message,
    )
    out, done, line = outbound_message.c, effect.c, journal.c
    theirs = union_all(_message_ids(matter.id), select(done.key).where(done.interaction_id == matter.id))
    waiting = select(work).where(work.c.subject.in_(theirs)).order_by(work.c.id)
    return Thread(
        interaction=matter,
        messages=messages,
        answers=rows(
            select(outbound_message).where(out.interaction_id == matter.id).order_by(out.sequence), as_outbound
        ),
        analyses=rows(_of_messages(analysis, matter.id).order_by(analysis.c.created_at), as_analysis),
        decisions=rows(_of_messages(decision, matter.id).order_by(decision.c.created_at), as_decision),
        effects=rows(
            select(effect).where(done.interaction_id == matter.id).order_by(done.created_at, done.position), as_effect
        ),
        audit_events=rows(select(journal).where(line.interaction_id == matter.id).order_by(line.id), as_audit_event),
        work={row.subject: row for row in rows(waiting, as_work)},
    )


def _message_ids(interaction_id: int) -> Select[tuple[str]]:
    return select(inbound_message.c.id).where(inbound_message.c.interaction_id == interaction_id)


def _of_messages(table: Table, interaction_id: int) -> Select[Any]:
    return select(table).where(table.c.message_id.in_(_message_ids(interaction_id)))


def _details(connection: Connection, reference: str) -> ThreadDetails | None:
    thread = _thread(connection, reference)
    if thread is None:
        return None
    theirs = _message_ids(thread.interaction.id)
    words = _of_messages(correction, thread.interaction.id).order_by(correction.c.id)
    heard = select(audio_recording.c.message_id).where(audio_recording.c.message_id.in_(theirs))
    name = select(customer.c.name).where(customer.c.id == thread.interaction.customer_id)
    return ThreadDetails(
        thread=thread,
        corrections=tuple(map(as_correction, connection.execute(words).mappings())),
        model_use=_model_use(connection, theirs),
        recorded=frozenset(connection.execute(heard).scalars()),
        customer_name=connection.execute(name).scalar() or "",
    )


def _model_use(connection: Connection, message_ids: Select[tuple[str]]) -> dict[str, ModelUse]:
    call = model_call.c
    tokens = func.sum(call.input_tokens + call.output_tokens)
    rows = (
        select(call.message_id, func.count(), tokens, func.sum(call.cost))
        .where(call.message_id.in_(message_ids))
        .group_by(call.message_id)
    )
    return {row[0]: ModelUse(*map(int, row[1:])) for row in connection.execute(rows)}
