"""What messages were understood to mean, what was decided and done about them, and what people corrected."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from frontdesk.interfaces import Clock, Conflict, NewId
from frontdesk.model import (
    ENTITY_FIELDS,
    VALUES_APART,
    Analysis,
    AudioRecording,
    Correction,
    Decision,
    Effect,
    EffectState,
    InboundMessage,
    Page,
)
from frontdesk.model.reading import IdempotencyKey, Reading, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.codes import learn, touch
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stored import StoredWithIds, the_row
from frontdesk.storage.pipeline.erased import refuse_erased
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import example
from frontdesk.storage.schema.interactions import (
    analysis,
    audio_recording,
    correction,
    decision,
    inbound_message,
    interaction,
)
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.rows import as_analysis, as_correction, as_decision, as_effect, as_message, columns


class StoredReadings(StoredWithIds):
    """Analyses and what follows from them on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId, *, learns_at_once: bool = True) -> None:
        """Use this database, clock and id maker. `learns_at_once`: a corrected intent need not be reviewed first."""
        super().__init__(database, clock, new_id)
        self._learns_at_once = learns_at_once

    async def message(self, message_id: str) -> Reading:
        """Raises NotFound."""
        return await self._database.read(lambda c: _reading(c, message_id))

    async def analyses(self, message_id: str) -> tuple[Analysis, ...]:
        """All runs, oldest first. Raises NotFound."""
        rows = select(analysis).where(analysis.c.message_id == message_id).order_by(analysis.c.run)
        found = await self._database.read(lambda c: _of_message(c, message_id, rows))
        return tuple(map(as_analysis, found))

    async def audio(self, message_id: str) -> AudioRecording:
        """The newest recording of the message. Raises NotFound."""
        theirs = select(audio_recording).where(audio_recording.c.message_id == message_id)
        newest = theirs.order_by(audio_recording.c.id.desc()).limit(1)
        row = await self._row(newest, tr("there is no recording of message {message}", message=message_id))
        return AudioRecording(**row)

    async def corrections(self, message_id: str) -> tuple[Correction, ...]:
        """Oldest first. Raises NotFound."""
        found = await self._database.read(lambda c: _of_message(c, message_id, _corrections(message_id)))
        return tuple(map(as_correction, found))

    async def correct(
        self, message_id: str, field: str, value: str, by: str, once: IdempotencyKey | None
    ) -> StoredAnswer[Correction]:
        """Keep a person's word beside the current analysis; analyses learn from an intent, at once or once reviewed.

        `value` has been checked. Raises NotFound, Conflict when the message has no analysis yet.
        """
        now, key = self._clock(), self._new_id()
        example_id = self._new_id() if self._learns_at_once else ""

        def operation(connection: Connection) -> Correction:
            return correct(connection, message_id, (key, field, value, by, now), example_id)

        return await write_once(self._database, once, Correction, now, operation)

    async def decision(self, decision_id: str) -> Decision:
        """Raises NotFound."""
        rows = select(decision).where(decision.c.id == decision_id)
        return as_decision(await self._row(rows, tr("there is no decision {decision}", decision=decision_id)))

    async def effect(self, key: str) -> Effect:
        """Raises NotFound."""
        rows = select(effect).where(effect.c.key == key)
        return as_effect(await self._row(rows, tr("there is no action {effect}", effect=key)))

    async def effects(self, state: EffectState | None, limit: int, cursor: str = "") -> Page[Effect]:
        """Oldest first. Raises Invalid (cursor)."""
        rows = select(effect)
        if state is not None:
            rows = rows.where(effect.c.state == state.value)
        return await self._page(rows, (effect.c.created_at, effect.c.key), limit, cursor, as_effect)


def _message(connection: Connection, message_id: str) -> InboundMessage:
    rows = select(inbound_message).where(inbound_message.c.id == message_id)
    return as_message(the_row(connection, rows, tr("there is no message {message}", message=message_id)))


def _of_message(connection: Connection, message_id: str, rows: Select[Any]) -> list[RowMapping]:
    """The rows, or NotFound where they are none because the message is none."""
    found = list(connection.execute(rows).mappings())
    if not found:
        _message(connection, message_id)
    return found


def _corrections(message_id: str) -> Select[Any]:
    return select(correction).where(correction.c.message_id == message_id).order_by(correction.c.id)


def _reading(connection: Connection, message_id: str) -> Reading:
    message = _message(connection, message_id)
    of_matter = select(interaction.c.reference).where(interaction.c.id == message.interaction_id)
    current = select(analysis).where(analysis.c.id == message.analysis_id)
    verdict = select(decision).where(decision.c.message_id == message_id)
    done = select(effect).where(effect.c.message_id == message_id).order_by(effect.c.position)
    read = connection.execute(current).mappings().first() if message.analysis_id else None
    decided = connection.execute(verdict).mappings().first()
    return Reading(
        message=message,
        reference=connection.execute(of_matter).scalar_one(),
        analysis=as_analysis(read) if read else None,
        corrections=tuple(map(as_correction, connection.execute(_corrections(message_id)).mappings())),
        decision=as_decision(decided) if decided else None,
        effects=tuple(map(as_effect, connection.execute(done).mappings())),
    )


def correct(
    connection: Connection, message_id: str, word: tuple[str, str, str, str, datetime], example_id: str
) -> Correction:
    """Keep a person's word (id, field, value, by, when) beside the analysis; without an example's id none is made.

    Raises NotFound, Conflict.
    """
    """Keep a person's word (id, field, value, by, when) beside the analysis. Raises NotFound, Conflict."""
    key, field, value, by, now = word
    message = _message(connection, message_id)
    refuse_erased(connection, message_id)
    if message.analysis_id is None:
        raise Conflict(tr("message {message} has not been analysed yet: correct it afterwards", message=message_id))
    read = connection.execute(select(analysis).where(analysis.c.id == message.analysis_id)).mappings().one()
    was = _last_word(connection, message.analysis_id, field)
    was = was if was is not None else _read(read, field)
    kept = Correction(key, message_id, message.analysis_id, field, was, value, by, now)
    connection.execute(insert(correction), [columns(kept)])
    if field == "intent":
        _teach(connection, message, kept, example_id)
    _show(connection, message, kept)
    detail = {"field": field, "was": was, "becomes": value}
    note(
        connection, now, "corrected", interaction_id=message.interaction_id, message_id=message_id, by=by, detail=detail
    )
    return kept


def _read(read: RowMapping, field: str) -> str:
    """What the analysis says of a field, of an entity all values."""
    if field not in ENTITY_FIELDS:
        return str(read[field] or "")
    return VALUES_APART.join(each["value"] for each in read["entities"] if each["field"] == field)


def _last_word(connection: Connection, analysis_id: str, field: str) -> str | None:
    """What the latest correction made of this field."""
    same = (correction.c.analysis_id == analysis_id, correction.c.field == field)
    latest = select(correction.c.becomes).where(*same).order_by(correction.c.id.desc()).limit(1)
    return connection.execute(latest).scalar()


def _teach(connection: Connection, message: InboundMessage, word: Correction, example_id: str) -> None:
    """The text becomes an example of its intent; what an earlier correction taught of it is forgotten.

    Without an id it becomes none yet.
    """
    earlier = select(correction.c.id).where(correction.c.message_id == message.id)
    connection.execute(delete(example).where(example.c.correction_id.in_(earlier)))
    if not word.becomes or not example_id:  # none of the intents fits: there is nothing to be an example of
        touch(connection)
        return
    row = {"id": example_id, "intent": word.becomes, "text": message.text, "created_at": word.at}
    learn(connection, row | {"correction_id": word.id})


def _show(connection: Connection, message: InboundMessage, word: Correction) -> None:
    """The interaction shows how its latest message reads, so it follows a correction of that one."""
    if word.field not in ("intent", "sentiment", "language", "message_type"):
        return
    of_matter = inbound_message.c.interaction_id == message.interaction_id
    latest = select(inbound_message.c.id).where(of_matter).order_by(inbound_message.c.sequence.desc()).limit(1)
    if connection.execute(latest).scalar() == message.id:
        values = {word.field: word.becomes or None, "updated_at": word.at, "version": interaction.c.version + 1}
        connection.execute(update(interaction).where(interaction.c.id == message.interaction_id).values(**values))
