"""The definitions of the insights' facts as plain SQL over the other tables."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.sql.elements import Label

from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.storage.schema.insights import insight_message
from frontdesk.storage.schema.interactions import (
    analysis,
    correction,
    deadline,
    inbound_message,
    interaction,
    outbound_message,
)
from frontdesk.storage.schema.llm import model_call
from frontdesk.storage.schema.pipeline import effect
from frontdesk.ticketing.status import ENDED
from frontdesk.timing.deadlines import FIRST, RESOLUTION, Outcome
from frontdesk.timing.entries import TARGETS

Theirs = Callable[[ColumnElement[int]], ColumnElement[bool]]

MEMO, BY_PERSON = "IM", "HA"
NONE = -1


def messages(theirs: Theirs, dialect: str) -> Select[Any]:
    """Inbound messages: codes of the current analysis (corrections first), and what they led to."""
    m, a = inbound_message.c, analysis.c
    return (
        select(
            m.id.label("message_id"),
            m.interaction_id,
            seconds(m.received_at, dialect).label("at"),
            _word("intent", a.intent).label("intent"),
            m.channel,
            _word("sentiment", a.sentiment).label("sentiment"),
            _word("message_type", a.message_type).label("type"),
            _word("language", a.language).label("language"),
            func.coalesce(a.tier, "").label("tier"),
            _calls().label("service_calls"),
            _corrections().label("corrections"),
            _cost().label("cost"),
        )
        .select_from(inbound_message)
        .join(analysis, a.id == m.analysis_id, isouter=True)
        .where(theirs(m.interaction_id))
    )


def replies(theirs: Theirs, dialect: str) -> Select[Any]:
    """What was written to customers; memos are not."""
    o = outbound_message.c
    return select(
        o.id.label("message_id"), o.interaction_id, seconds(o.created_at, dialect).label("at"), o.channel
    ).where(theirs(o.interaction_id), o.type != MEMO)


def interactions(theirs: Theirs, dialect: str, stamp: int) -> Select[Any]:
    """Interactions; type, language and tier are those of the latest message, whose fact must have been made.

    One that was merged into another is gone.
    """
    i, f = interaction.c, insight_message.c
    last = inbound_message.alias("last")
    newer = inbound_message.alias("newer")
    highest = select(func.max(newer.c.sequence)).where(newer.c.interaction_id == i.id).scalar_subquery()
    at = seconds(i.created_at, dialect)
    return (
        select(
            i.id.label("interaction_id"),
            literal(stamp, BigInteger).label("stamp"),
            case((i.merged_into.is_not(None), true()), else_=false()).label("gone"),
            at.label("at"),
            *(_or_nothing(column, name) for name, column in _codes().items()),
            _or_nothing(f.type, "type"),
            _or_nothing(f.language, "language"),
            _or_nothing(f.tier, "tier"),
            func.coalesce(seconds(i.first_answer_at, dialect) - at, NONE).label("answer_seconds"),
            func.coalesce(seconds(i.acknowledged_at, dialect) - at, NONE).label("acknowledge_seconds"),
            func.coalesce(seconds(i.closed_at, dialect) - at, NONE).label("close_seconds"),
            _automated().label("automated"),
            func.coalesce(seconds(i.first_person_answer_at, dialect) - at, NONE).label("person_seconds"),
            _worked(FIRST).label("person_worked"),
            _worked(RESOLUTION).label("close_worked"),
            case((_level(deadline.c.missed_at.is_not(None)), 0), (_level(_KEPT), 1), else_=NONE).label("level_kept"),
            case((i.reopened > 0, 1), else_=0).label("reopened"),
            case((~_OVER, NONE), ((_answers() == 1) & (i.reopened == 0), 1), else_=0).label("one_touch"),
            case((_OVER, 0), else_=1).label("open"),
        )
        .select_from(interaction)
        .join(last, and_(last.c.interaction_id == i.id, last.c.sequence == highest), isouter=True)
        .join(insight_message, f.message_id == last.c.id, isouter=True)
        .where(theirs(i.id))
    )


def seconds(column: ColumnElement[Any], dialect: str) -> ColumnElement[int]:
    """A time as whole seconds since 1970."""
    if dialect == "postgresql":
        return cast(func.floor(extract("epoch", column)), BigInteger)
    if dialect == "hana":
        moment = func.to_timestamp(func.substring(column, 1, 19), 'YYYY-MM-DD"T"HH24:MI:SS')
        return cast(func.seconds_between(func.to_timestamp("1970-01-01"), moment), BigInteger)
    return cast(func.strftime("%s", column), BigInteger)


def _codes() -> dict[str, ColumnElement[Any]]:
    own = ("priority", "category", "intent", "channel", "status", "sentiment", "route", "team")
    return {"customer": interaction.c.customer_id, **{name: interaction.c[name] for name in own}}


def _or_nothing(column: ColumnElement[Any], name: str) -> Label[str]:
    return func.coalesce(column, "").label(name)


def _word(field: str, read: ColumnElement[Any]) -> ColumnElement[str]:
    """The latest correction of the current reading's field, else what was read."""
    c, m = correction.c, inbound_message.c
    theirs = (c.message_id == m.id, c.analysis_id == m.analysis_id, c.field == field)
    latest = select(c.becomes).where(*theirs).order_by(c.id.desc()).limit(1).correlate(inbound_message)
    return func.coalesce(latest.scalar_subquery(), read, "")


def _calls() -> ScalarSelect[int]:
    e = effect.c
    made = (e.message_id == inbound_message.c.id, e.kind == CREATE_SERVICE_CALL, e.state == "done")
    return select(func.count()).where(*made).correlate(inbound_message).scalar_subquery()


def _corrections() -> ScalarSelect[int]:
    of_it = correction.c.message_id == inbound_message.c.id
    return select(func.count()).where(of_it).correlate(inbound_message).scalar_subquery()


def _cost() -> ScalarSelect[int]:
    spent = cast(func.coalesce(func.sum(model_call.c.cost), 0), BigInteger)
    of_it = model_call.c.message_id == inbound_message.c.id
    return select(spent).where(of_it).correlate(inbound_message).scalar_subquery()


def _automated() -> ColumnElement[int]:
    """1 where a reply went out and no person wrote one, 0 where a person did, -1 where there was no reply yet."""
    i, o = interaction.c, outbound_message.c
    by_person = select(o.id).where(o.interaction_id == i.id, o.type == BY_PERSON).correlate(interaction).exists()
    return case((and_(i.first_answer_at.is_(None), i.acknowledged_at.is_(None)), NONE), (by_person, 0), else_=1)


_OVER = interaction.c.status.in_([each.value for each in ENDED])
_KEPT = deadline.c.outcome == Outcome.MET.value


def _worked(target: str) -> ColumnElement[int]:
    """The working seconds that a target of the service level took, without pauses; -1 while it runs, or without one."""
    d = deadline.c
    ended = (d.interaction_id == interaction.c.id, d.name == target, d.outcome.in_(("met", "missed")))
    return func.coalesce(select(d.worked).where(*ended).correlate(interaction).scalar_subquery(), NONE)


def _level(fits: ColumnElement[bool]) -> ColumnElement[bool]:
    its = deadline.c.interaction_id == interaction.c.id, deadline.c.name.in_(TARGETS), fits
    return select(deadline.c.name).where(*its).correlate(interaction).exists()


def _answers() -> ScalarSelect[int]:
    o = outbound_message.c
    mine = o.interaction_id == interaction.c.id, o.type != MEMO, o.state.not_in(("failed", "withheld"))
    return select(func.count()).where(*mine).correlate(interaction).scalar_subquery()
