"""Customers by number."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from frontdesk.interfaces import Conflict, Stale
from frontdesk.model import Customer, Page
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.codes import touch
from frontdesk.storage.engines.stored import StoredByClock, the_row
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.timers import set_watch
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.rows import as_customer, columns
from frontdesk.storage.search.documents import index_heads


class StoredCustomers(StoredByClock):
    """Customers on a database."""

    async def page(self, limit: int, cursor: str = "") -> Page[Customer]:
        """By number. Raises Invalid (cursor)."""
        return await self._page(select(customer), (customer.c.id,), limit, cursor, as_customer)

    async def get(self, customer_id: str) -> Customer:
        """Raises NotFound."""
        return await self._database.read(lambda c: _get(c, customer_id))

    async def add(
        self, customer_id: str, name: str, once: IdempotencyKey | None, tier: str = ""
    ) -> StoredAnswer[Customer]:
        """Raises Conflict when the number is taken."""
        now = self._clock()
        new = Customer(customer_id, name, now, tier=tier)
        return await write_once(self._database, once, Customer, now, lambda c: add_customer(c, new))

    async def change(self, customer_id: str, version: int | None, **given: str | None) -> Customer:
        """Set name or tier. Raises NotFound, Stale when it is at another version (None: at any)."""
        now = self._clock()
        return await self._database.write(lambda c: change_customer(c, customer_id, version, now, **given))


def _get(connection: Connection, customer_id: str) -> Customer:
    rows = select(customer).where(customer.c.id == customer_id)
    return as_customer(the_row(connection, rows, tr("there is no customer {customer}", customer=customer_id)))


def add_customer(connection: Connection, new: Customer) -> Customer:
    """Store a customer. Raises Conflict for a number that is taken."""
    if connection.execute(select(customer.c.id).where(customer.c.id == new.id)).first() is not None:
        raise Conflict(tr("customer {customer} exists already", customer=new.id))
    connection.execute(insert(customer), [columns(new)])
    touch(connection)  # analyses recognise customers by name
    return new


def change_customer(
    connection: Connection, customer_id: str, version: int | None, now: datetime, **given: str | None
) -> Customer:
    """Give it another name or tier if it is at `version` (None: at any). Raises NotFound, Stale."""
    before = _get(connection, customer_id)
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    at = version if version is not None else before.version
    here = (customer.c.id == customer_id, customer.c.version == at)
    if connection.execute(update(customer).where(*here).values(**values, version=at + 1)).rowcount != 1:
        raise Stale(tr("customer {customer} was changed meanwhile: read it again", customer=customer_id))
    theirs = select(interaction.c.id).where(interaction.c.customer_id == customer_id)
    index_heads(connection, connection.execute(theirs).scalars().all())
    touch(connection)
    if "tier" in values:
        set_watch(connection, now)
    return replace(before, **values, version=at + 1)
