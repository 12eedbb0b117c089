"""What corrections taught: the messages that became examples of an intent, and those to be reviewed."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, delete, func, select

from frontdesk.model import Correction, Page
from frontdesk.model.set_up import LearntCorrection
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.codes import learn, touch
from frontdesk.storage.engines.stored import StoredWithIds, the_row
from frontdesk.storage.pipeline.erased import refuse_erased
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import example
from frontdesk.storage.schema.interactions import correction, inbound_message, interaction
from frontdesk.storage.schema.rows import as_correction

_NEWER = correction.alias()


class StoredLearning(StoredWithIds):
    """Learnt corrections on a database."""

    async def page(self, limit: int, cursor: str = "") -> Page[LearntCorrection]:
        """Corrections of an intent, of each message the last one, the newest first. Raises Invalid (cursor)."""
        return await self._page(_rows(), (correction.c.id,), limit, cursor, _learnt, down=True)

    async def teach(self, correction_id: str, by: str) -> Correction:
        """Make the message an example of the intent that it was given. Raises NotFound, Conflict (erased)."""
        return await self._settle(correction_id, by, "taught", self._taught)

    async def forget(self, correction_id: str, by: str) -> Correction:
        """Take the example back; the message itself stays as it was corrected. Raises NotFound."""
        return await self._settle(correction_id, by, "forgotten", lambda connection, *_: touch(connection))

    async def _settle(
        self, correction_id: str, by: str, kind: str, work: Callable[[Connection, Correction, datetime], None]
    ) -> Correction:
        now = self._clock()

        def operation(connection: Connection) -> Correction:
            word = _word(connection, correction_id)
            connection.execute(delete(example).where(example.c.correction_id == word.id))
            work(connection, word, now)
            detail = {"correction": word.id, "was": word.was, "becomes": word.becomes}
            note(connection, now, kind, message_id=word.message_id, by=by, detail=detail)
            return word

        return await self._database.write(operation)

    def _taught(self, connection: Connection, word: Correction, now: datetime) -> None:
        if not word.becomes:  # none of the intents fits: there is nothing to be an example of
            return touch(connection)
        refuse_erased(connection, word.message_id)
        text = connection.execute(select(inbound_message.c.text).where(inbound_message.c.id == word.message_id))
        row = {"id": self._new_id(), "intent": word.becomes, "text": text.scalar_one(), "created_at": now}
        return learn(connection, row | {"correction_id": word.id})


def _learnt(row: RowMapping) -> LearntCorrection:
    return LearntCorrection(as_correction(row), row["reference"], row["text"], bool(row["learnt"]))


def _rows() -> Select[tuple[object, ...]]:
    newest = select(func.max(_NEWER.c.id)).where(
        _NEWER.c.message_id == correction.c.message_id, _NEWER.c.field == "intent"
    )
    learnt = select(func.count()).where(example.c.correction_id == correction.c.id).correlate(correction)
    return (
        select(correction, interaction.c.reference, inbound_message.c.text, learnt.scalar_subquery().label("learnt"))
        .join(inbound_message, inbound_message.c.id == correction.c.message_id)
        .join(interaction, interaction.c.id == inbound_message.c.interaction_id)
        .where(correction.c.field == "intent", correction.c.id == newest.correlate(correction).scalar_subquery())
    )


def _word(connection: Connection, correction_id: str) -> Correction:
    found = select(correction).where(correction.c.id == correction_id, correction.c.field == "intent")
    otherwise = tr("there is no correction {correction} of an intent", correction=correction_id[:40])
    return as_correction(the_row(connection, found, otherwise))
