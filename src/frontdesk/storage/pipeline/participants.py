"""Who takes part in an interaction: who wrote in it, or was written to by us. A reference can be guessed or copied."""

from sqlalchemy import Connection, func, select

from frontdesk.model import Sender
from frontdesk.storage.schema.interactions import inbound_message, outbound_message

MOST_LOOKED_AT = 500


def takes_part(connection: Connection, interaction_id: int, channel: str, sender: Sender) -> bool:
    """Whether this sender wrote in the interaction, or is known in it as an address that we answer to.

    An e-mail address is the same on every channel, any other one on its own channel alone.
    """
    address = sender.address.strip().lower()
    if not address:
        return False
    mail = "@" in address.strip("@")
    for table, column in ((inbound_message, "sender_address"), (outbound_message, "recipient")):
        rows = select(table.c.id).where(table.c.interaction_id == interaction_id)
        rows = rows.where(func.lower(table.c[column]) == address)
        if not mail:
            rows = rows.where(table.c.channel == channel)
        if connection.execute(rows.limit(1)).first() is not None:
            return True
    return mail and address in _answered_to(connection, interaction_id)


def _answered_to(connection: Connection, interaction_id: int) -> set[str]:
    """Where those who wrote want their answers (Reply-To)."""
    rows = select(inbound_message.c.context).where(inbound_message.c.interaction_id == interaction_id)
    contexts = connection.execute(rows.limit(MOST_LOOKED_AT)).scalars()
    return {str(each.get("reply_to", "")).lower() for each in contexts if isinstance(each, dict)} - {""}
