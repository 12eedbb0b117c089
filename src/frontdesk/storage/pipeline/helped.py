"""What customers say to "Did this help?": kept with the answer, and who says no waits for a person."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from frontdesk.model import Change
from frontdesk.storage.engines.changing import changed
from frontdesk.storage.pipeline import waiting
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.interactions import interaction, outbound_message
from frontdesk.storage.schema.rows import as_interaction
from frontdesk.ticketing.status import after_message


def note_helped(connection: Connection, message_id: str, said: bool, now: datetime) -> int:
    """Note it with an automatic answer, the last word counts; how many were news."""
    out = outbound_message.c
    theirs = (out.id == message_id, out.effect_key.is_not(None), out.type.in_(waiting.ANSWERING_TYPES))
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
    waiting.begin(connection, [(number, now)])
