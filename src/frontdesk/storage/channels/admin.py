"""Channels as people see them, on a database."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select, update

from frontdesk.interfaces import Clock, Conflict, NotFound
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.channels.attachments import StoredAttachments
from frontdesk.storage.channels.events import StoredEvents
from frontdesk.storage.channels.ledger import StoredLedger
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.senders import match_confirmed
from frontdesk.storage.schema.interactions import inbound_message

HEARD, UNCONFIRMED, CONFIRMED = "heard", "unconfirmed", "confirmed"


class StoredChannelAdmin:
    """Several stores behind one interface."""

    def __init__(
        self,
        database: Database,
        events: StoredEvents,
        media: StoredAttachments,
        ledger: StoredLedger,
        names: Mapping[str, str],
        clock: Clock,
    ) -> None:
        """`names` gives the code of a channel's name."""
        self._database, self._clock = database, clock
        self.events, self.take, self.replay = events.events, events.take, events.replay
        self.attachments, self.attachment = media.of_message, media.one
        self.ledger = partial(ledger.lines, names=names)

    async def confirm_numbers(self, message_id: str, by: str, once: IdempotencyKey | None) -> StoredAnswer[str]:
        """A person has listened: the numbers of a recording are right. Raises NotFound, Conflict."""
        now = self._clock()
        return await write_once(self._database, once, str, now, lambda c: _confirm(c, message_id, by, now))


def _confirm(connection: Connection, message_id: str, by: str, now: datetime) -> str:
    mine = inbound_message.c.id == message_id
    row = connection.execute(select(inbound_message).where(mine).with_for_update()).mappings().first()
    if row is None:
        raise NotFound(tr("there is no message {message}", message=message_id))
    if row["context"].get(HEARD) != UNCONFIRMED:
        raise Conflict(tr("nothing of this message waits to be confirmed: it was written, or is confirmed already"))
    context = {**row["context"], HEARD: CONFIRMED}
    connection.execute(update(inbound_message).where(mine).values(context=context))
    match_confirmed(connection, row, now)
    ids = {"interaction_id": row["interaction_id"], "message_id": message_id}
    note(connection, now, "numbers_confirmed", **ids, by=by)
    return message_id
