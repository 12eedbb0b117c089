"""What people changed of the reply templates, on a database: one row that holds all of it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.orchestrator.template_service import TemplateStore
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import meta

KEY = "reply_templates"


class StoredTemplates(TemplateStore):
    """Keeps what people changed, as one text."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    @override
    async def read(self) -> str:
        return await self._database.read(lambda c: c.execute(_row(KEY)).scalar() or "")

    @override
    async def write(self, change: Callable[[str], str], what: Mapping[str, Any], by: str) -> str:
        now = self._clock()

        def operation(connection: Connection) -> str:
            after = change_text(connection, KEY, change)
            note(connection, now, "template_changed", by=by, detail=dict(what))
            return after

        return await self._database.write(operation)


def change_text(connection: Connection, key: str, change: Callable[[str], str]) -> str:
    """Read, change and store what is kept under a key as one text."""
    before = connection.execute(_row(key).with_for_update()).scalar()
    after = change(before or "")
    if before is None:
        connection.execute(insert(meta), [{"key": key, "value": after}])
    else:
        connection.execute(update(meta).where(meta.c.key == key).values(value=after))
    return after


def _row(key: str) -> Any:
    return select(meta.c.value).where(meta.c.key == key)
