"""Since when a customer waits for us, and when they were acknowledged and answered: written with what changes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from frontdesk.model import Case
from frontdesk.storage.schema.interactions import inbound_message, interaction

# Types of automatic replies that answer: out of knowledge or data. A mere acknowledgement does not.
ANSWERING_TYPES = frozenset({"QA", "RB"})
# Signals of messages that nobody has to answer, unless a person looks at them all the same.
NOBODY_WAITS = frozenset({"thanks_only", "resolved", "automatic", "spam"})
PERSON = "Person"

_MINE = interaction.c.id == bindparam("its_id")
_BEGIN = (
    update(interaction).where(_MINE, interaction.c.waiting_since.is_(None)).values(waiting_since=bindparam("since"))
)
_LEFT = (
    select(func.min(inbound_message.c.received_at))
    .where(inbound_message.c.interaction_id == interaction.c.id, inbound_message.c.received_at > bindparam("answered"))
    .correlate(interaction)
    .scalar_subquery()
)
_ANSWERED = update(interaction).where(_MINE, interaction.c.waiting_since.is_not(None)).values(waiting_since=_LEFT)
_NEEDS_NONE = (
    update(interaction).where(_MINE, interaction.c.waiting_since == bindparam("since")).values(waiting_since=None)
)


def begin(connection: Connection, arrived: Sequence[tuple[int, datetime]]) -> None:
    """Customers wrote: those who were not waiting wait from now on."""
    if arrived:
        connection.execute(_BEGIN, [{"its_id": number, "since": at} for number, at in arrived])


def answered(connection: Connection, interaction_id: int, at: datetime) -> None:
    """All that came until `at` is answered; what came later still waits."""
    connection.execute(_ANSWERED, {"its_id": interaction_id, "answered": at})


def decided(connection: Connection, case: Case) -> None:
    """Who only thanks, and what a machine wrote, waits for nothing."""
    decision = case.decision
    if decision is not None and decision.facts.get("signal") in NOBODY_WAITS and decision.route != PERSON:
        connection.execute(_NEEDS_NONE, {"its_id": case.interaction.id, "since": case.message.received_at})


def note_first(connection: Connection, interaction_id: int, at: datetime, *, by_person: bool, answers: bool) -> None:
    """Note the time of an acknowledgement or answer where it is the first of its kind."""
    columns = [interaction.c.first_person_answer_at] if by_person else [interaction.c.acknowledged_at]
    columns += [interaction.c.first_answer_at] if answers else []
    for column in columns:
        first = update(interaction).where(interaction.c.id == interaction_id, column.is_(None))
        connection.execute(first.values({column.name: at}))
