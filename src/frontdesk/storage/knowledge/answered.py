"""What became of questions: how each was answered, from which articles, and whether its customer came back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, or_, select

from frontdesk.model import EffectState
from frontdesk.model.answers import Answered, AnswerKind, Taken
from frontdesk.storage.engines.database import Database
from frontdesk.storage.schema.interactions import (
    analysis,
    inbound_message,
    interaction,
    outbound_message,
    taken_suggestion,
)
from frontdesk.storage.schema.pipeline import effect

MOST = 5000


class StoredAnswered:
    """Answers on a database, from the records of the action `answer`."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    async def since(self, at: datetime) -> Sequence[Answered]:
        """The questions since then, newest first; the newest MOST of them."""
        again = inbound_message.alias()
        same = or_(
            again.c.contact_id == inbound_message.c.contact_id,
            again.c.interaction_id == inbound_message.c.interaction_id,
        )
        back = select(func.min(again.c.received_at)).where(same, again.c.received_at > inbound_message.c.received_at)
        rows = (
            select(
                interaction.c.reference,
                effect.c.detail,
                effect.c.created_at,
                back.scalar_subquery().label("back_at"),
                outbound_message.c.helped,
                inbound_message.c.channel,
                analysis.c.language,
                analysis.c.intent,
            )
            .join(inbound_message, inbound_message.c.id == effect.c.message_id)
            .join(interaction, interaction.c.id == effect.c.interaction_id)
            .outerjoin(analysis, analysis.c.id == inbound_message.c.analysis_id)
            .outerjoin(outbound_message, outbound_message.c.effect_key == effect.c.key)
            .where(effect.c.kind == "answer", effect.c.state == EffectState.DONE.value, effect.c.created_at >= at)
            .order_by(effect.c.created_at.desc())
            .limit(MOST)
        )
        found = await self._database.read(lambda c: c.execute(rows).all())
        return [
            Answered(
                row.reference,
                " ".join(row.detail.get("question") or ()),
                AnswerKind(row.detail["kind"]),
                bool(row.detail.get("sent")) and "template" not in row.detail,
                tuple(dict.fromkeys(each["article"] for each in row.detail.get("citations", ()))),
                row.created_at,
                row.back_at,
                row.helped,
                row.channel,
                row.language or "",
                row.intent or "",
            )
            for row in found
            if row.detail.get("kind")  # what was erased tells nothing any more
        ]

    async def taken(self, at: datetime) -> Taken:
        """The suggestions that people took since then."""
        of = taken_suggestion.c
        rows = select(
            func.count(), func.sum(case((of.edited > 0, 1), else_=0)), func.sum(of.words), func.sum(of.edited)
        ).where(of.created_at >= at)
        count, touched, words, edited = await self._database.read(lambda c: c.execute(rows).one())
        return Taken(count, count - int(touched or 0), int(words or 0), int(edited or 0))
