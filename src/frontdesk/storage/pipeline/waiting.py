"""Whom an interaction waits for and since when, when it was acknowledged and answered: written with what changes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, null, or_, select, update

from frontdesk.model import Case, Change, WaitingOn
from frontdesk.storage.engines.changing import changed
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.rows import as_interaction
from frontdesk.ticketing.status import ENDED, after_message

# Types of automatic replies that answer: out of knowledge or data. A mere acknowledgement does not.
ANSWERING_TYPES = frozenset({"QA", "RB"})
# Signals of messages that nobody has to answer, unless a person looks at them all the same.
NOBODY_WAITS = frozenset({"thanks_only", "resolved", "automatic", "spam"})
PERSON = "Person"

_MINE = interaction.c.id == bindparam("its_id")
_BEGIN = (
    update(interaction)
    .where(_MINE)
    .values(
        waiting_since=func.coalesce(interaction.c.waiting_since, bindparam("since", type_=Moment())),
        waiting_on=WaitingOn.US.value,
        snoozed_until=null(),
    )
)
_LATER = (
    select(func.min(inbound_message.c.received_at))
    .where(inbound_message.c.interaction_id == interaction.c.id, inbound_message.c.received_at > bindparam("answered"))
    .correlate(interaction)
    .scalar_subquery()
)
_LEFT = case((interaction.c.waiting_since.is_not(None), _LATER))
_ANSWERED = (
    update(interaction)
    .where(_MINE)
    .values(
        waiting_since=_LEFT,
        waiting_on=case(
            (interaction.c.status.in_([each.value for each in ENDED]), WaitingOn.NOBODY.value),
            (_LEFT.is_not(None), WaitingOn.US.value),
            else_=WaitingOn.CUSTOMER.value,
        ),
    )
)
# What is a person's turn no automatic answer takes away.
_TO_PERSON = (
    select(decision.c.id)
    .join(outbound_message, outbound_message.c.reply_to == decision.c.message_id)
    .where(outbound_message.c.id == bindparam("its_answer"), decision.c.route == PERSON)
)
_ANSWERED_AUTOMATICALLY = _ANSWERED.where(~_TO_PERSON.exists())
_NEEDS_NONE = (
    update(interaction)
    .where(_MINE, interaction.c.waiting_since == bindparam("since"))
    .values(waiting_since=None, waiting_on=WaitingOn.NOBODY.value)
)


def begin(connection: Connection, arrived: Sequence[tuple[int, datetime]]) -> None:
    """Customers wrote: those who were not waiting wait from now on, and nothing is set aside any more."""
    if arrived:
        connection.execute(_BEGIN, [{"its_id": number, "since": at} for number, at in arrived])


def rest_if_ended(connection: Connection, interaction_id: int) -> None:
    """A machine wrote in it: where it had ended, nobody waits."""
    here = (interaction.c.id == interaction_id, interaction.c.status.in_([each.value for each in ENDED]))
    connection.execute(update(interaction).where(*here).values(waiting_since=None, waiting_on=WaitingOn.NOBODY.value))


def answered(connection: Connection, interaction_id: int, at: datetime, answer: str = "") -> None:
    """All that came until `at` is answered; what came later still waits.

    `answer` is the id of an automatic answer, which leaves to people what was handed over to them.
    """
    values = {"its_id": interaction_id, "answered": at}
    if answer:
        connection.execute(_ANSWERED_AUTOMATICALLY, values | {"its_answer": answer})
    else:
        connection.execute(_ANSWERED, values)


def decided(connection: Connection, handled: Case) -> None:
    """Who only thanks, and what a machine wrote, waits for nothing."""
    verdict = handled.decision
    if verdict is not None and verdict.facts.get("signal") in NOBODY_WAITS and verdict.route != PERSON:
        connection.execute(_NEEDS_NONE, {"its_id": handled.interaction.id, "since": handled.message.received_at})


def note_first(connection: Connection, interaction_id: int, at: datetime, *, by_person: bool, answers: bool) -> None:
    """Note the time of an acknowledgement or answer where it is the first of its kind."""
    columns = [interaction.c.first_person_answer_at] if by_person else [interaction.c.acknowledged_at]
    columns += [interaction.c.first_answer_at] if answers else []
    for column in columns:
        first = update(interaction).where(interaction.c.id == interaction_id, column.is_(None))
        connection.execute(first.values({column.name: at}))


def note_helped(connection: Connection, message_id: str, said: bool, now: datetime) -> int:
    """Note it with an automatic answer, the last word counts; how many were news."""
    out = outbound_message.c
    theirs = (out.id == message_id, out.effect_key.is_not(None), out.type.in_(ANSWERING_TYPES))
    news = update(outbound_message).where(*theirs, or_(out.helped.is_(None), out.helped != said)).values(helped=said)
    rows = changed(connection, news, (out.interaction_id, out.reply_to))
    for row in rows:
        number, detail = row["interaction_id"], {"message": message_id}
        note(connection, now, "helped" if said else "not_helped", interaction_id=number, detail=detail)
        if not said:
            _wait_for_a_person(connection, number, now)
    return len(rows)


def _wait_for_a_person(connection: Connection, number: int, now: datetime) -> None:
    row = connection.execute(select(interaction).where(interaction.c.id == number).with_for_update()).mappings().one()
    matter = as_interaction(row)
    status = after_message(matter.status)
    apply_change(connection, matter, Change(status=status) if status is not matter.status else Change(), now)
    begin(connection, [(number, now)])
