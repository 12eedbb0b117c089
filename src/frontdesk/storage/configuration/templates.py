"""What people changed of the reply templates, on a database: one row that holds all of it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from frontdesk.interfaces import Clock
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import meta

KEY = "reply_templates"


class StoredTemplates:
    """See orchestrator.template_service.TemplateStore."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def read(self) -> str:
        """See orchestrator.template_service.TemplateStore."""
        return await self._database.read(lambda c: c.execute(_row()).scalar() or "")

    async def write(self, change: Callable[[str], str], what: Mapping[str, Any], by: str) -> str:
        """See orchestrator.template_service.TemplateStore."""
        now = self._clock()

        def operation(connection: Connection) -> str:
            before = connection.execute(_row().with_for_update()).scalar()
            after = change(before or "")
            if before is None:
                connection.execute(insert(meta), [{"key": KEY, "value": after}])
            else:
                connection.execute(update(meta).where(meta.c.key == KEY).values(value=after))
            note(connection, now, "template_changed", by=by, detail=dict(what))
            return after

        return await self._database.write(operation)


def _row() -> Any:
    return select(meta.c.value).where(meta.c.key == KEY)
