"""Analyses against what people made of them, counted by the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.set_up import Judged
from frontdesk.storage.database import Database
from frontdesk.storage.replies import MEMO
from frontdesk.storage.tables import analysis, correction, inbound_message, outbound_message

FIELDS = ("intent", "message_type", "sentiment", "language")
GROUPS = ("all", "value", "language", "channel")


class StoredJudgements:
    """See interfaces.set_up.Judgements."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    async def of_field(self, field: str, by: str, since: datetime | None) -> tuple[Judged, ...]:
        """See interfaces.set_up.Judgements."""
        if field not in FIELDS or by not in GROUPS:
            raise Invalid(f"there is no accuracy of {field} by {by}: use {', '.join(FIELDS)} by {', '.join(GROUPS)}")
        rows = await self._database.read(lambda c: c.execute(_judged(field, by, since)).all())
        return tuple(Judged(group or "", reviewed, int(agreed)) for group, reviewed, agreed in rows)


def _judged(field: str, by: str, since: datetime | None) -> Select[Any]:
    read = func.coalesce(analysis.c[field], "")
    newest = (
        select(func.max(correction.c.id).label("id"))
        .where(correction.c.field == field)
        .group_by(correction.c.analysis_id)
        .subquery()
    )
    word = (
        select(correction.c.analysis_id, correction.c.becomes).join(newest, newest.c.id == correction.c.id).subquery()
    )
    agreed = case((or_(word.c.becomes.is_(None), word.c.becomes == read), 1), else_=0)
    group: ColumnElement[Any] = {
        "all": literal(""),
        "value": read,
        "language": analysis.c.language,
        "channel": inbound_message.c.channel,
    }[by].label("of")
    rows = (
        select(group, func.count().label("reviewed"), func.sum(agreed))
        .select_from(inbound_message)
        .join(analysis, analysis.c.id == inbound_message.c.analysis_id)
        .join(word, word.c.analysis_id == analysis.c.id, isouter=True)
        .where(inbound_message.c.id.in_(_looked_at()))
    )
    if since is not None:
        rows = rows.where(inbound_message.c.received_at >= since)
    if by == "all":
        return rows.having(func.count() > 0)
    return rows.group_by(group).order_by(func.count().desc(), group)


def _looked_at() -> Any:
    """Messages that a person corrected or answered; automatic answers come from effects."""
    out = outbound_message.c
    answered = select(out.reply_to).where(out.reply_to.is_not(None), out.effect_key.is_(None), out.type != MEMO)
    return select(correction.c.message_id).union(answered)
