"""Changes of who may come in: each with its line in the audit trail, in one transaction."""

from typing import Any, TypeVar

from sqlalchemy import Connection

from frontdesk.storage.engines.database import Operation
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.pipeline.audit import append

T = TypeVar("T")


class Audited(StoredByClock):
    """A database whose changes leave lines."""

    async def _audited(self, kind: str, by: str, subject: str, operation: Operation[T], **detail: Any) -> T:
        """Carry it out with a line in the audit trail, or neither."""
        now = self._clock()

        def both(connection: Connection) -> T:
            answer = operation(connection)
            append(connection, now, kind, by, subject=subject.strip(), detail=detail)
            return answer

        return await self._database.write(both)
