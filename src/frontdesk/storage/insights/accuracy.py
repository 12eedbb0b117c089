"""Counts how often people corrected analyses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from frontdesk.interfaces import Invalid
from frontdesk.model import ENTITY_FIELDS
from frontdesk.model.set_up import AccuracyFigure
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.pipeline.replies import MEMO
from frontdesk.storage.schema.interactions import analysis, correction, inbound_message, outbound_message

CODED = ("intent", "message_type", "sentiment", "language")
ENTITIES = "entities"
FIELDS = (*CODED, "title", "summary", ENTITIES)
GROUPS = ("all", "value", "language", "channel")


class StoredAccuracy(Stored):
    """Analyses against what people made of them.

    A person looked at a message when they corrected anything of it or wrote an answer to it; what they did not correct
    they agreed with. The last correction of a field counts.
    """

    async def of_field(self, field: str, by: str, since: datetime | None) -> tuple[AccuracyFigure, ...]:
        """For intent, message_type, sentiment or language: by `all`, `value` (as read), `language` or `channel`."""
        if field not in FIELDS or by not in GROUPS or (by == "value" and field not in CODED):
            raise Invalid(
                tr(
                    "there is no accuracy of {field} by {by}: use {fields} by {groups}",
                    field=field,
                    by=by,
                    fields=", ".join(FIELDS),
                    groups=", ".join(GROUPS),
                )
            )
        rows = await self._database.read(lambda c: c.execute(_judged(field, by, since)).all())
        return tuple(AccuracyFigure(group or "", reviewed, int(agreed)) for group, reviewed, agreed in rows)

    async def corrected_messages(self) -> frozenset[str]:
        """The ids of messages whose intent, type or sentiment people corrected."""
        wrong = _wrong(("intent", "message_type", "sentiment")).subquery()
        rows = select(analysis.c.message_id).join(wrong, wrong.c.analysis_id == analysis.c.id)
        return await self._database.read(lambda c: frozenset(c.execute(rows).scalars()))


def _judged(field: str, by: str, since: datetime | None) -> Select[Any]:
    wrong = _wrong(ENTITY_FIELDS if field == ENTITIES else (field,)).subquery()
    agreed = case((wrong.c.analysis_id.is_(None), 1), else_=0)
    read = func.coalesce(analysis.c[field], "") if field in CODED else literal("")
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
        .join(wrong, wrong.c.analysis_id == analysis.c.id, isouter=True)
        .where(inbound_message.c.id.in_(_looked_at()))
    )
    if since is not None:
        rows = rows.where(inbound_message.c.received_at >= since)
    if by == "all":
        return rows.having(func.count() > 0)
    return rows.group_by(group).order_by(func.count().desc(), group)


def _wrong(fields: Sequence[str]) -> Select[Any]:
    """Analyses where a person's latest correction of one of these fields differs from the reading."""
    word = correction.c
    ends = (
        select(func.min(word.id).label("first"), func.max(word.id).label("last"))
        .where(word.field.in_(fields))
        .group_by(word.analysis_id, word.field)
        .subquery()
    )
    first, last = correction.alias(), correction.alias()
    return (
        select(last.c.analysis_id)
        .select_from(ends)
        .join(first, first.c.id == ends.c.first)
        .join(last, last.c.id == ends.c.last)
        .where(last.c.becomes != first.c.was)
        .distinct()
    )


def _looked_at() -> Any:
    """Messages that a person corrected or answered; automatic answers come from effects."""
    out = outbound_message.c
    answered = select(out.reply_to).where(out.reply_to.is_not(None), out.effect_key.is_(None), out.type != MEMO)
    return select(correction.c.message_id).union(answered)
