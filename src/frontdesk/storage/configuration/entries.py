"""New entries of code lists."""

from sqlalchemy import Connection

from frontdesk.interfaces import Clock, NewId
from frontdesk.model import Code
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.storage.configuration.codes import put_entry
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.idempotency import write_once


class StoredCodeEntries:
    """New entries of code lists on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def add(self, entry: Code, once: IdempotencyKey | None) -> StoredAnswer[Code]:
        """Raises Conflict when the code exists."""
        now, ids = self._clock(), [self._new_id() for _ in entry.examples]

        def operation(connection: Connection) -> Code:
            put_entry(connection, entry, True, now, ids)
            return entry

        return await write_once(self._database, once, Code, now, operation)
