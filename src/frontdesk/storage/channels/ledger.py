"""The completeness ledger: per channel and day, what was seen must be stored, analysed, decided, answered or closed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select

from frontdesk.interfaces import Clock
from frontdesk.model.channels import LedgerLine
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.replies import MEMO
from frontdesk.storage.schema.channels import channel_event, channel_held
from frontdesk.storage.schema.interactions import decision, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.pipeline import inbox_event
from frontdesk.ticketing.status import ENDED

# What came in a moment ago may be on its way: it is not counted yet.
PATIENCE = timedelta(minutes=2)
LEFT = ("sent", "delivered", "read")


class StoredLedger:
    """The ledger on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def lines(
        self, since: date, until: date, names: Mapping[str, str], patience: timedelta = PATIENCE
    ) -> tuple[LedgerLine, ...]:
        """One line per channel code and day (UTC), days included, newest first. `names` gives codes of names."""
        begin = datetime.combine(since, time(), UTC)
        last = datetime.combine(until + timedelta(days=1), time(), UTC)
        end = min(last, self._clock() - patience)
        return await self._database.read(lambda c: _lines(c, begin, end, last, names))


def _lines(
    connection: Connection, begin: datetime, end: datetime, last: datetime, names: Mapping[str, str]
) -> tuple[LedgerLine, ...]:
    """Messages until `end`; events, and what vendors hold, until `last`."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(_messages(connection, begin, end)):
        lines[row.channel, row.day] = dict(row._mapping)
    for row in connection.execute(_events(connection, begin, end, last)):
        line = lines.setdefault((names.get(row.channel, row.channel), row.day), {})
        line["events"] = line.get("events", 0) + row.events
        line["unread"] = line.get("unread", 0) + row.unread
    held = select(channel_held).where(channel_held.c.day >= begin.date().isoformat())
    for row in connection.execute(held.where(channel_held.c.day < last.date().isoformat())):
        lines.setdefault((names.get(row.channel, row.channel), row.day), {})["held"] = row.messages
    return tuple(_line(*key, lines[key]) for key in sorted(lines, key=lambda key: (key[1], key[0]), reverse=True))


def _line(channel: str, day: str, found: Mapping[str, Any]) -> LedgerLine:
    count = {name: int(found.get(name) or 0) for name in ("events", "unread", "seen", "stored", "analysed", "decided")}
    answered, closed = int(found.get("answered") or 0), int(found.get("closed") or 0)
    waiting = count["stored"] - answered - closed
    return LedgerLine(channel, day, **count, answered=answered, closed=closed, waiting=waiting, held=found.get("held"))


def _messages(connection: Connection, begin: datetime, end: datetime) -> Any:
    message, came = inbound_message.c, inbox_event.c
    answered = exists().where(
        outbound_message.c.interaction_id == message.interaction_id,
        outbound_message.c.type != MEMO,
        outbound_message.c.state.in_(LEFT),
        or_(outbound_message.c.reply_to == message.id, outbound_message.c.created_at >= message.received_at),
    )
    decided = exists().where(decision.c.message_id == message.id)
    withheld = and_(
        interaction.c.assignee == "",  # else it is a person's turn
        exists().where(outbound_message.c.reply_to == message.id, outbound_message.c.state == "withheld"),
    )
    ended = interaction.c.status.in_([each.value for each in ENDED])
    day = _day(connection, came.received_at)
    return (
        select(
            came.channel.label("channel"),
            day.label("day"),
            func.count().label("seen"),
            func.count(message.id).label("stored"),
            func.count(message.analysis_id).label("analysed"),
            _sum(decided).label("decided"),
            _sum(answered).label("answered"),
            _sum(and_(~answered, or_(ended, withheld))).label("closed"),
        )
        .select_from(
            inbox_event.outerjoin(inbound_message, message.id == came.message_id).outerjoin(
                interaction, interaction.c.id == message.interaction_id
            )
        )
        .where(came.received_at >= begin, came.received_at < end)
        .group_by(came.channel, day)
    )


def _events(connection: Connection, begin: datetime, end: datetime, last: datetime) -> Any:
    """Events are there as soon as they come, and so they are counted: what a vendor holds is compared with them."""
    day = _day(connection, channel_event.c.received_at)
    open_or_failed = channel_event.c.state != "read"
    return (
        select(
            channel_event.c.channel,
            day.label("day"),
            func.count().label("events"),
            _sum(and_(open_or_failed, channel_event.c.received_at < end)).label("unread"),
        )
        .where(channel_event.c.received_at >= begin, channel_event.c.received_at < last)
        .group_by(channel_event.c.channel, day)
    )


def _sum(condition: Any) -> Any:
    return func.sum(case((condition, literal(1)), else_=literal(0)))


def _day(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day of a Moment as YYYY-MM-DD, in UTC."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD")
    return func.substr(column, 1, 10)
