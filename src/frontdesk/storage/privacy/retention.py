"""An end to what is kept: each category for so many days, in steps that keep nobody waiting."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, update

from frontdesk.interfaces import Clock
from frontdesk.model.privacy import Category, Retention
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.audit import StoredAudit
from frontdesk.storage.privacy.erasing import empty, erase, forget_deleted_words
from frontdesk.storage.privacy.finding import Scope, complete
from frontdesk.storage.schema.channels import attachment, channel_event
from frontdesk.storage.schema.interactions import audio_recording, inbound_message, interaction
from frontdesk.storage.schema.llm import model_call
from frontdesk.storage.schema.pipeline import inbox_event

# So many interactions, or rows, in one transaction; so many transactions in one run.
INTERACTIONS_IN_ONE_STEP, ROWS_IN_ONE_STEP, MOST_STEPS = 50, 500, 200


class StoredRetention:
    """Retention on a database."""

    def __init__(self, database: Database, clock: Clock, audit: StoredAudit, days: Mapping[Category, int]) -> None:
        """`days`: how long each category is kept; 0 for ever."""
        self._database, self._clock, self._audit, self._days = database, clock, audit, days

    async def preview(self) -> tuple[Retention, ...]:
        """What would go now."""
        return tuple([await self._due(category) for category in Category])

    async def apply(self) -> Mapping[Category, int]:
        """Let go what is due, step by step; how many rows (of messages: interactions) went."""
        gone: dict[Category, int] = {}
        for category in Category:
            days = self._days.get(category, 0)
            if days and (went := await self._let_go(category, self._clock() - timedelta(days=days))):
                gone[category] = went
        if gone:
            if Category.MESSAGES in gone:
                await self._database.write(forget_deleted_words)
            counts = {category.value: number for category, number in gone.items()}
            await self._audit.note("retention_applied", "retention", detail=counts)
            await self._database.scrub()
        return gone

    async def _due(self, category: Category) -> Retention:
        days = self._days.get(category, 0)
        if not days:
            return Retention(category, 0, 0)
        before = self._clock() - timedelta(days=days)
        if category is Category.AUDIT:
            return Retention(category, days, await self._audit.before(before))
        counted = _COUNTED[category](before)
        due = await self._database.read(lambda c: sum(int(c.execute(each).scalar_one()) for each in counted))
        return Retention(category, days, due)

    async def _let_go(self, category: Category, before: datetime) -> int:
        gone = 0
        for _ in range(MOST_STEPS):
            if category is Category.AUDIT:
                went = await self._audit.shorten(before, ROWS_IN_ONE_STEP)
            else:
                now = self._clock()
                went = await self._database.write(lambda c: _STEPS[category](c, before, now))  # noqa: B023 - awaited
            gone += went
            if not went:
                break
        return gone


def _old_interactions(before: datetime) -> Select[Any]:
    """Those that nobody touched since, and that still hold words."""
    words = inbound_message.alias()
    unerased = (
        select(words.c.id).where(words.c.interaction_id == interaction.c.id, words.c.erased_at.is_(None)).exists()
    )
    return select(interaction.c.id).where(interaction.c.updated_at < before, unerased)


def _messages_step(connection: Connection, before: datetime, now: datetime) -> int:
    rows = _old_interactions(before).order_by(interaction.c.id).limit(INTERACTIONS_IN_ONE_STEP)
    old = set(connection.execute(rows).scalars())
    if not old:
        return 0
    theirs = select(inbound_message.c.id).where(inbound_message.c.interaction_id.in_(old))
    scope = Scope(messages=set(connection.execute(theirs).scalars()), interactions=set(old))
    complete(connection, scope)
    erase(connection, scope, now)
    return len(old)


def _old_files(before: datetime) -> ColumnElement[bool]:
    return and_(attachment.c.created_at < before, attachment.c.content.is_not(None))


def _attachments_step(connection: Connection, before: datetime, _now: datetime) -> int:
    scope = Scope()
    for column, old in (
        (attachment.c.message_id, _old_files(before)),
        (audio_recording.c.message_id, audio_recording.c.created_at < before),
    ):
        rows = select(column).where(old).distinct().limit(ROWS_IN_ONE_STEP)
        scope.messages |= set(connection.execute(rows).scalars())
    if scope.messages:
        empty(connection, Category.ATTACHMENTS, scope)
    return len(scope.messages)


def _old_events(before: datetime) -> ColumnElement[bool]:
    return and_(channel_event.c.received_at < before, channel_event.c.state == "read")


def _events_step(connection: Connection, before: datetime, _now: datetime) -> int:
    """What was read. Messages stay known by what channels call them, so that none comes twice."""
    events = select(channel_event.c.id).where(_old_events(before)).limit(ROWS_IN_ONE_STEP)
    ids = list(connection.execute(events).scalars())
    connection.execute(delete(channel_event).where(channel_event.c.id.in_(ids)))
    raw = select(inbox_event.c.id).where(inbox_event.c.received_at < before, inbox_event.c.raw.is_not(None))
    mine = list(connection.execute(raw.limit(ROWS_IN_ONE_STEP)).scalars())
    connection.execute(update(inbox_event).where(inbox_event.c.id.in_(mine)).values(raw=None))
    return len(ids) + len(mine)


def _old_calls(before: datetime) -> ColumnElement[bool]:
    told = or_(model_call.c.asked.is_not(None), model_call.c.answered.is_not(None))
    return and_(model_call.c.at < before, told)


def _calls_step(connection: Connection, before: datetime, _now: datetime) -> int:
    """Their texts; what they cost stays."""
    rows = select(model_call.c.id).where(_old_calls(before)).limit(ROWS_IN_ONE_STEP)
    ids = list(connection.execute(rows).scalars())
    connection.execute(update(model_call).where(model_call.c.id.in_(ids)).values(asked=None, answered=None))
    return len(ids)


def _count(column: Any, *which: ColumnElement[bool]) -> Select[Any]:
    return select(func.count(column)).where(*which)


_STEPS: Mapping[Category, Callable[[Connection, datetime, datetime], int]] = {
    Category.MESSAGES: _messages_step,
    Category.ATTACHMENTS: _attachments_step,
    Category.EVENTS: _events_step,
    Category.CALLS: _calls_step,
}
_COUNTED: Mapping[Category, Callable[[datetime], tuple[Select[Any], ...]]] = {
    Category.MESSAGES: lambda before: (select(func.count()).select_from(_old_interactions(before).subquery()),),
    Category.ATTACHMENTS: lambda before: (
        _count(attachment.c.id, _old_files(before)),
        _count(audio_recording.c.id, audio_recording.c.created_at < before),
    ),
    Category.EVENTS: lambda before: (
        _count(channel_event.c.id, _old_events(before)),
        _count(inbox_event.c.id, inbox_event.c.received_at < before, inbox_event.c.raw.is_not(None)),
    ),
    Category.CALLS: lambda before: (_count(model_call.c.id, _old_calls(before)),),
}
