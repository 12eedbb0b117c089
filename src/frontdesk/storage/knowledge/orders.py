"""The embedded order book: orders by number, for desks whose orders are in no other system."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from typing_extensions import override

from frontdesk.interfaces import NotFound
from frontdesk.interfaces.knowledge import Orders
from frontdesk.model import Page
from frontdesk.model.knowledge import Order
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.rows import as_order
from frontdesk.storage.schema.knowledge import customer_order
from frontdesk.storage.schema.rows import columns

MOST_OF_ONE = 50


class StoredOrders(Orders):
    """Orders on a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    @override
    async def order(self, number: str) -> Order | None:
        return await self._database.read(lambda c: _get(c, number))

    @override
    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        rows = select(customer_order).where(customer_order.c.customer_id == customer_id)
        rows = rows.order_by(customer_order.c.ordered_on.desc(), customer_order.c.number.desc()).limit(MOST_OF_ONE)
        return await self._database.read(lambda c: [as_order(row) for row in c.execute(rows).mappings()])

    async def page(self, limit: int, cursor: str = "", text: str = "") -> Page[Order]:
        """By number, the highest first; `text` is a number, customer number or e-mail address. Raises Invalid."""
        rows = select(customer_order).order_by(customer_order.c.number.desc()).limit(limit + 1)
        if text:
            exact = or_(customer_order.c.number == text, customer_order.c.customer_id == text)
            rows = rows.where(or_(exact, func.lower(customer_order.c.email) == text.lower()))
        if cursor:
            rows = rows.where(customer_order.c.number < paging.decode(cursor, (str,))[0])
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return paging.page(found, limit, as_order, lambda row: (row["number"],))

    async def get(self, number: str) -> Order:
        """Raises NotFound."""
        found = await self.order(number)
        if found is None:
            raise _absent(number)
        return found

    async def put_all(self, wanted: Sequence[Order]) -> tuple[int, int]:
        """Store all; how many were new, and how many were changed."""
        return await self._database.write(lambda c: _put_all(c, wanted))

    async def remove(self, number: str) -> None:
        """Delete it. Raises NotFound."""
        found = delete(customer_order).where(customer_order.c.number == number)
        if not await self._database.write(lambda c: c.execute(found).rowcount):
            raise _absent(number)


def _get(connection: Connection, number: str) -> Order | None:
    row = connection.execute(select(customer_order).where(customer_order.c.number == number)).mappings().first()
    return as_order(row) if row is not None else None


def _absent(number: str) -> NotFound:
    return NotFound(tr("there is no order {number}", number=number))


def _put_all(connection: Connection, wanted: Sequence[Order]) -> tuple[int, int]:
    added = changed = 0
    for each in wanted:
        before = _get(connection, each.number)
        if before is None:
            connection.execute(insert(customer_order), [columns(each)])
        elif before != each:
            mine = update(customer_order).where(customer_order.c.number == each.number)
            connection.execute(mine.values(**columns(each)))
        added += before is None
        changed += before is not None and before != each
    return added, changed
