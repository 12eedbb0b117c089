"""Which messages can be heard."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from frontdesk.storage.schema.interactions import audio_recording


def recorded(connection: Connection, message_ids: Sequence[str]) -> frozenset[str]:
    """Those of these messages that a recording is kept of."""
    rows = select(audio_recording.c.message_id).where(audio_recording.c.message_id.in_(message_ids))
    return frozenset(connection.execute(rows).scalars())
