"""An interaction with its latest message, for operations that are asked for by interaction."""

from datetime import datetime

from sqlalchemy import Connection, select

from frontdesk.model import InboundMessage, Interaction
from frontdesk.storage.engines.stored import Stored, the_row
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.interactions import analysis, inbound_message, interaction
from frontdesk.storage.schema.rows import as_interaction, as_message


class StoredInteractionFacts(Stored):
    """Reads what operations need to know of an interaction."""

    async def of(self, interaction_id: int) -> tuple[Interaction, InboundMessage | None]:
        """The interaction and its latest message. Raises NotFound."""
        return await self._database.read(lambda c: _of(c, interaction_id))

    async def language(self, message: InboundMessage) -> str:
        """The language of a message by its analysis; empty where it was not analysed yet."""
        rows = select(analysis.c.language).where(analysis.c.id == message.analysis_id)
        return await self._database.read(lambda c: str(c.execute(rows).scalar() or ""))

    async def note_ticket(self, interaction_id: int, code: str, by: str, at: datetime) -> None:
        """A line in the journal: somebody opened a ticket by hand."""
        detail = {"code": code}
        await self._database.write(lambda c: note(c, at, "ticket", interaction_id=interaction_id, by=by, detail=detail))


def _of(connection: Connection, interaction_id: int) -> tuple[Interaction, InboundMessage | None]:
    rows = select(interaction).where(interaction.c.id == interaction_id)
    row = the_row(connection, rows, f"there is no interaction {interaction_id}")
    theirs = select(inbound_message).where(inbound_message.c.interaction_id == interaction_id)
    newest = theirs.order_by(inbound_message.c.received_at.desc(), inbound_message.c.sequence.desc())
    last = connection.execute(newest.limit(1)).mappings().first()
    return as_interaction(row), as_message(last) if last else None
