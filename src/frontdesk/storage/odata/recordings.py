"""Recordings of phone messages: stored beside their message, numbered within it."""

import re
from typing import Any

from sqlalchemy import insert, select, update

from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model.querying import Done, Write
from frontdesk.storage.odata.transaction import Transaction
from frontdesk.storage.schema.interactions import audio_recording, inbound_message

UNKNOWN = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,59}", re.IGNORECASE)
# How the first bytes of a recording tell its kind.
KINDS = (
    (b"RIFF", "audio/wav"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)


def create(at: Transaction, wanted: Write) -> Done:
    """Store a recording of a message."""
    sequence = wanted.values.get("inboundCustomerMsg_sequence") or 1
    interaction_id = wanted.values.get("inboundCustomerMsg_interaction_ID")
    field = "inboundCustomerMsg_interaction_ID"
    if interaction_id is None:
        raise Invalid(f"{field} is missing: name the interaction of the message", field)
    message = at.referred(inbound_message, "message", field, interaction_id=interaction_id, sequence=sequence)
    content = wanted.values.get("audioData") or b""
    row = {
        "id": at.new_id(),
        "message_id": message["id"],
        "media_type": kind_of(content),
        "content": content,
        "created_at": at.now,
    }
    at.connection.execute(insert(audio_recording), [row])
    return Done(wanted.entity, _key(len(_all(at, message["id"])), sequence, interaction_id))


def change(at: Transaction, wanted: Write) -> Done:
    """Store another sound in place of a recording's."""
    found = find(at, wanted.key)
    if "audioData" in wanted.values:
        content = wanted.values["audioData"] or b""
        told = str(wanted.values.get("@type") or "")
        kind = told.lower() if _TYPE.fullmatch(told) else kind_of(content)
        mine = update(audio_recording).where(audio_recording.c.id == found)
        # The moment is that of this sound, not of the one that it takes the place of: its version is made of it.
        at.connection.execute(mine.values(content=content, media_type=kind, created_at=at.now))
    return Done(wanted.entity, wanted.key)


def find(at: Transaction, key: Any) -> str:
    """The id of a recording by its number within its message. Raises NotFound."""
    sequence, interaction_id = key["inboundCustomerMsg_sequence"], key["inboundCustomerMsg_interaction_ID"]
    message = at.row(inbound_message, "message", interaction_id=interaction_id, sequence=sequence)
    recordings = _all(at, message["id"])
    if not 0 < key["ID"] <= len(recordings):
        raise NotFound(f"there is no recording {key['ID']} of message {sequence}")
    return str(recordings[key["ID"] - 1])


def kind_of(content: bytes) -> str:
    """What kind of sound these bytes are."""
    return next((kind for start, kind in KINDS if content.startswith(start)), UNKNOWN)


def _all(at: Transaction, message_id: str) -> list[str]:
    rows = select(audio_recording.c.id).where(audio_recording.c.message_id == message_id)
    return list(at.connection.execute(rows.order_by(audio_recording.c.id)).scalars())


def _key(number: int, sequence: int, interaction_id: int) -> dict[str, Any]:
    return {"ID": number, "inboundCustomerMsg_sequence": sequence, "inboundCustomerMsg_interaction_ID": interaction_id}
