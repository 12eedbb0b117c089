"""What is left of messages that were erased: that they were, and a digest by which a second delivery is recognised."""

import hashlib

from sqlalchemy import Connection, select

from frontdesk.interfaces import Conflict
from frontdesk.model.translatable import tr
from frontdesk.storage.schema.interactions import inbound_message

PREFIX = "erased:"


def erased_key(provider_id: str) -> str:
    """The digest that takes the place of a channel's id of a message; of a digest, itself."""
    if not provider_id or provider_id.startswith(PREFIX):
        return provider_id
    return PREFIX + hashlib.sha256(provider_id.encode("utf-8", "replace")).hexdigest()[:40]


def refuse_erased(connection: Connection, message_id: str) -> None:
    """Raises Conflict where nothing can be learnt from a message any more."""
    erased = select(inbound_message.c.erased_at).where(inbound_message.c.id == message_id)
    if connection.execute(erased).scalar() is not None:
        raise Conflict(tr("the words of message {message} were erased", message=message_id))
