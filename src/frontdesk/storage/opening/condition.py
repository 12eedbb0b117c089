"""The condition of the database: its schema, and counts of what happened."""

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, func, select, update

from frontdesk.interfaces.cached import Cached
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.opening.upgrade import current, newest
from frontdesk.storage.schema.configuration import meta
from frontdesk.storage.schema.pipeline import journal

PROBE = "probe"
CACHE_SECONDS = 2.0  # anybody may ask


class StoredCondition:
    """How a database does."""

    def __init__(self, database: Database) -> None:
        """Ask this database."""
        self._database = database
        self._needed = newest()
        self._tried = Cached[None](CACHE_SECONDS)

    async def revision(self) -> tuple[str, str]:
        """The revision of its schema and the one this version needs; any exception means it does not answer."""
        return await self._database.read(current), self._needed

    async def try_write(self) -> None:
        """Write something of no meaning; any exception means that nothing can be stored now."""
        await self._tried.get(lambda: self._database.write(_write))

    async def steps(self, after: int | None) -> tuple[int, Mapping[str, int]]:
        """The highest journal id and how many lines of each kind lie above `after`; None counts none."""
        if after is None:
            highest = select(func.coalesce(func.max(journal.c.id), 0))
            return await self._database.read(lambda c: c.execute(highest).scalar_one()), {}
        counted = select(journal.c.kind, func.count(), func.max(journal.c.id)).where(journal.c.id > after)
        rows = await self._database.read(lambda c: c.execute(counted.group_by(journal.c.kind)).all())
        return max([after, *(last for _, _, last in rows)]), {kind: count for kind, count, _ in rows}


def _write(connection: Connection) -> None:
    """Something that changes each time, so that it really is written."""
    insert_if_new(connection, meta, {"key": PROBE, "value": ""})
    connection.execute(update(meta).where(meta.c.key == PROBE).values(value=secrets.token_hex(8)))
