"""What every store begins with: a database, and where it needs them a clock and a maker of ids."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, RowMapping, Select

from frontdesk.interfaces import Clock, NewId, NotFound
from frontdesk.model import Page
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database

Fact = TypeVar("Fact")


def the_row(
    connection: Connection, rows: Select[Any], otherwise: str, given: Mapping[str, Any] | None = None
) -> RowMapping:
    """The one row, or the first. Raises NotFound with these words."""
    row = connection.execute(rows, given).mappings().first()
    if row is None:
        raise NotFound(otherwise)
    return row


class Stored:
    """Reads and writes a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    async def _row(self, rows: Select[Any], otherwise: str) -> RowMapping:
        """The one row, or the first. Raises NotFound with these words."""
        return await self._database.read(lambda c: the_row(c, rows, otherwise))

    async def _page(
        self,
        rows: Select[Any],
        order: Sequence[Column[Any]],
        limit: int,
        cursor: str,
        fact: Callable[[RowMapping], Fact],
        *,
        down: bool = False,
    ) -> Page[Fact]:
        """Up to `limit` rows in the order of one or two columns, the last of them unique. Raises Invalid (cursor)."""
        if cursor:
            place = paging.decode(cursor, [each.type.python_type for each in order])
            rows = rows.where(paging.after(order[0], order[-1], (place[0], place[-1]), down=down))
        rows = rows.order_by(*(each.desc() if down else each for each in order)).limit(limit + 1)
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return paging.page(found, limit, fact, lambda row: tuple(_marked(row[each.name]) for each in order))


class StoredByClock(Stored):
    """Writes with what it stores when that was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        super().__init__(database)
        self._clock = clock


class StoredWithIds(StoredByClock):
    """Gives what it stores ids of its own."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and maker of ids."""
        super().__init__(database, clock)
        self._new_id = new_id


def _marked(value: Any) -> Any:
    return paging.stamp(value) if isinstance(value, datetime) else value
