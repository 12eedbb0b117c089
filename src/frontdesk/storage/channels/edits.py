"""Messages that customers changed, on a database."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.interfaces.channel_stores import Edits
from frontdesk.model import Analysis, Case, Change, Lease, Work, WorkState
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.delivery_notices import newest_text
from frontdesk.storage.pipeline.interaction_fields import apply_change
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.interactions import analysis as analyses
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.search.documents import index_messages


class StoredEdits(Edits):
    """Messages that customers changed."""

    def __init__(self, database: Database, cases: StoredCases, clock: Clock) -> None:
        """Use this database, the pipeline's store and clock."""
        self._database, self._cases, self._clock = database, cases, clock

    @override
    async def load(self, work: Work, lease: Lease) -> tuple[Case, str | None, int]:
        case = await self._cases.load(work, lease)

        def newest(connection: Connection) -> tuple[str | None, int]:
            ids = select(inbound_message.c.channel, inbound_message.c.provider_id)
            row = connection.execute(ids.where(inbound_message.c.id == case.message.id)).one()
            runs = select(func.coalesce(func.max(analyses.c.run), 0)).where(analyses.c.message_id == case.message.id)
            text = newest_text(connection, row.channel, row.provider_id)
            return text, int(connection.execute(runs).scalar_one())

        text, runs = await self._database.read(newest)
        return case, text, runs

    @override
    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        return await self._cases.inbound_texts(interaction_id)

    @override
    async def keep_text(self, case: Case, text: str, analysis: Analysis, change: Change | None) -> None:
        now = self._clock()
        await self._database.write(lambda c: _keep(c, case, text, analysis, change, now))

    @override
    async def keep_over(self, lease: Lease) -> None:
        await self._database.write(lambda c: pass_fence(c, lease, "", WorkState.DONE))


def _keep(
    connection: Connection, case: Case, text: str, reading: Analysis, change: Change | None, now: datetime
) -> None:
    pass_fence(connection, case.lease, "", WorkState.DONE)
    connection.execute(insert(analyses), [columns(reading)])
    changed = update(inbound_message).where(inbound_message.c.id == case.message.id)
    connection.execute(changed.values(text=text, analysis_id=reading.id))
    index_messages(connection, inbound_message, [(case.interaction.id, case.message.sequence)])
    if change is not None:
        apply_change(connection, case.interaction, change, now)
    detail = {"intent": reading.intent, "run": reading.run}
    note(connection, now, "edited", interaction_id=case.interaction.id, message_id=case.message.id, detail=detail)
