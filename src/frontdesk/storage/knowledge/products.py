"""Products by number."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from frontdesk.interfaces import NotFound, Stale
from frontdesk.model import Page
from frontdesk.model.knowledge import Product
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.rows import as_product
from frontdesk.storage.knowledge.stamp import touch
from frontdesk.storage.schema.knowledge import product
from frontdesk.storage.schema.rows import columns


class StoredProducts:
    """Products on a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    async def page(self, limit: int, cursor: str = "", text: str = "") -> Page[Product]:
        """By number; `text` is the beginning of a number or a part of a name. Raises Invalid (cursor)."""
        rows = select(product).order_by(product.c.number).limit(limit + 1)
        if text:
            named = func.lower(product.c.name).contains(text.lower(), autoescape=True)
            rows = rows.where(or_(named, product.c.number.startswith(text, autoescape=True)))
        if cursor:
            rows = rows.where(product.c.number > paging.decode(cursor, (str,))[0])
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return paging.page(found, limit, as_product, lambda row: (row["number"],))

    async def all(self) -> tuple[Product, ...]:
        """All, by number."""
        rows = select(product).order_by(product.c.number)
        return tuple(map(as_product, await self._database.read(lambda c: c.execute(rows).mappings().all())))

    async def get(self, number: str) -> Product:
        """Raises NotFound."""
        found = await self._database.read(lambda c: _get(c, number))
        if found is None:
            raise _absent(number)
        return found

    async def put(self, wanted: Product, version: int | None = None) -> tuple[Product, bool]:
        """Store it, and whether it is new. Raises Stale where it is not at `version` (None: any; 0: not there)."""
        return await self._database.write(lambda c: _put_and_touch(c, wanted, version))

    async def put_all(self, wanted: Sequence[Product]) -> tuple[int, int]:
        """Store all; how many were new, and how many were changed."""
        return await self._database.write(lambda c: _put_all(c, wanted))

    async def remove(self, number: str, version: int | None = None) -> None:
        """Delete it. Raises NotFound, Stale."""
        await self._database.write(lambda c: _remove(c, number, version))


def _get(connection: Connection, number: str) -> Product | None:
    row = connection.execute(select(product).where(product.c.number == number)).mappings().first()
    return as_product(row) if row is not None else None


def _absent(number: str) -> NotFound:
    return NotFound(tr("there is no product {number}", number=number))


def _put_and_touch(connection: Connection, wanted: Product, version: int | None) -> tuple[Product, bool]:
    before = _get(connection, wanted.number)
    _check_version(before, wanted.number, version)
    stored = _put(connection, wanted, before)
    touch(connection)
    return stored, before is None


def _put_all(connection: Connection, wanted: Sequence[Product]) -> tuple[int, int]:
    added = changed = 0
    for each in wanted:
        before = _get(connection, each.number)
        stored = _put(connection, each, before)
        added += before is None
        changed += before is not None and stored != before
    if added or changed:
        touch(connection)
    return added, changed


def _put(connection: Connection, wanted: Product, before: Product | None) -> Product:
    if before is None:
        stored = replace(wanted, version=1)
        connection.execute(insert(product), [columns(stored)])
        return stored
    if replace(wanted, version=before.version) == before:
        return before
    stored = replace(wanted, version=before.version + 1)
    connection.execute(update(product).where(product.c.number == stored.number).values(**columns(stored)))
    return stored


def _remove(connection: Connection, number: str, version: int | None) -> None:
    before = _get(connection, number)
    if before is None:
        raise _absent(number)
    _check_version(before, number, version)
    connection.execute(delete(product).where(product.c.number == number))
    touch(connection)


def _check_version(before: Product | None, number: str, version: int | None) -> None:
    if version is not None and version != (before.version if before is not None else 0):
        raise Stale(tr("product {number} was changed meanwhile: read it again", number=number))
