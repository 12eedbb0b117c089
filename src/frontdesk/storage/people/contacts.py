"""Contacts, the people who write to us, and the addresses by which messages find them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from frontdesk.interfaces import Conflict, Invalid, Stale
from frontdesk.model import Contact, Page
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.stored import StoredByClock, the_row
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.senders import EMAIL, PHONE
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.people import contact, contact_identity, customer
from frontdesk.storage.schema.pipeline import service_call
from frontdesk.storage.schema.rows import as_contact

ADDRESS_LENGTH = 320


class StoredContacts(StoredByClock):
    """Contacts on a database."""

    async def page(self, limit: int, cursor: str = "", customer_id: str = "", address: str = "") -> Page[Contact]:
        """By id, of one customer or with an address on any channel. Raises Invalid (cursor)."""
        rows = select(contact).order_by(contact.c.id).limit(limit + 1)
        if customer_id:
            rows = rows.where(contact.c.customer_id == customer_id)
        if address:
            known = select(contact_identity.c.contact_id).where(
                contact_identity.c.address.in_({address, address.lower()})
            )
            rows = rows.where(contact.c.id.in_(known))
        if cursor:
            rows = rows.where(contact.c.id > paging.decode(cursor, (int,))[0])

        def read(connection: Connection) -> tuple[Sequence[RowMapping], Mapping[int, dict[str, str]]]:
            found = connection.execute(rows).mappings().all()
            return found, _identities(connection, [row["id"] for row in found])

        found, identities = await self._database.read(read)
        return paging.page(
            found, limit, lambda row: as_contact(row, identities.get(row["id"], {})), lambda row: (row["id"],)
        )

    async def get(self, contact_id: int) -> Contact:
        """Raises NotFound."""
        return await self._database.read(lambda c: get_contact(c, contact_id))

    async def add(self, contact: Contact, once: IdempotencyKey | None) -> StoredAnswer[Contact]:
        """Store it under a new id. Raises Conflict when an address belongs to another, Invalid (customer_id)."""
        now = self._clock()
        new = replace(contact, created_at=now)
        return await write_once(self._database, once, Contact, now, lambda c: add_contact(c, new))

    async def merge(
        self, contact_id: int, other_id: int, by: str, once: IdempotencyKey | None
    ) -> StoredAnswer[Contact]:
        """Two contacts are one person: the other's addresses and messages become this one's, the other goes.

        Raises NotFound, Invalid (one and the same), Conflict (of two customers).
        """
        now = self._clock()

        def operation(connection: Connection) -> Contact:
            merge_contacts(connection, get_contact(connection, contact_id), get_contact(connection, other_id), by, now)
            return get_contact(connection, contact_id)

        return await write_once(self._database, once, Contact, now, operation)

    async def change(self, contact: Contact, version: int | None) -> Contact:
        """Store all its fields if it is at `version` (None: at any). Raises NotFound, Stale, Conflict, Invalid."""
        return await self._database.write(lambda c: change_contact(c, contact, version))


def _reachable(person: Contact, before: Contact | None = None) -> Contact:
    """With e-mail address and phone number among the identities, by which messages are matched; without old ones."""
    old = _own_addresses(before) if before else {}
    others = {channel: address for channel, address in person.identities.items() if old.get(channel) != address}
    return replace(person, identities=others | _own_addresses(person))


def _own_addresses(person: Contact) -> dict[str, str]:
    own = {EMAIL: person.email.lower(), PHONE: person.phone}
    return {channel: address for channel, address in own.items() if address}


def _identities(connection: Connection, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = select(contact_identity).where(contact_identity.c.contact_id.in_(list(ids)))
    for row in connection.execute(rows.order_by(contact_identity.c.channel)).mappings():
        found.setdefault(row["contact_id"], {})[row["channel"]] = row["address"]
    return found


def get_contact(connection: Connection, contact_id: int) -> Contact:
    """Raises NotFound."""
    rows = select(contact).where(contact.c.id == contact_id)
    row = the_row(connection, rows, tr("there is no contact {contact}", contact=contact_id))
    return as_contact(row, _identities(connection, [contact_id]).get(contact_id, {}))


def add_contact(connection: Connection, new: Contact) -> Contact:
    """Store it under a new id. Raises Conflict when an address belongs to another, Invalid (customer_id)."""
    new = _reachable(new)
    _check(connection, new, None)
    inserted = connection.execute(insert(contact).values(**_row(new), created_at=new.created_at))
    stored = replace(new, id=int(inserted.inserted_primary_key[0]))  # type: ignore[index]  # one row has one key
    _keep_identities(connection, stored)
    return stored


def change_contact(connection: Connection, wanted: Contact, version: int | None) -> Contact:
    """Store all its fields if it is at `version` (None: at any). Raises NotFound, Stale, Conflict, Invalid."""
    before = get_contact(connection, wanted.id)
    after = _reachable(wanted, before)
    at = version if version is not None else before.version
    here = (contact.c.id == after.id, contact.c.version == at)
    if before.version != at:
        raise Stale(tr("contact {contact} was changed meanwhile: read it again", contact=after.id))
    _check(connection, after, after.id)
    if connection.execute(update(contact).where(*here).values(**_row(after), version=at + 1)).rowcount != 1:
        raise Stale(tr("contact {contact} was changed meanwhile: read it again", contact=after.id))
    connection.execute(delete(contact_identity).where(contact_identity.c.contact_id == after.id))
    _keep_identities(connection, after)
    return replace(after, version=at + 1, created_at=before.created_at)


def _row(person: Contact) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "phone": person.phone, "customer_id": person.customer_id}


def _check(connection: Connection, person: Contact, own_id: int | None) -> None:
    if person.customer_id is not None:
        known = select(customer.c.id).where(customer.c.id == person.customer_id)
        if connection.execute(known).first() is None:
            raise Invalid(tr("there is no customer {customer}", customer=person.customer_id), "customer_id")
    for channel, address in person.identities.items():
        if len(address) > ADDRESS_LENGTH:  # small letters can be longer than the capitals that were counted
            raise Invalid(tr("an address has more than {most} characters", most=ADDRESS_LENGTH), "identities")
        here = (contact_identity.c.channel == channel, contact_identity.c.address == address)
        owner = connection.execute(select(contact_identity.c.contact_id).where(*here)).scalar()
        if owner is not None and owner != own_id:
            raise Conflict(
                tr("{channel} {address} belongs to contact {owner}", channel=channel, address=address, owner=owner)
            )


def _keep_identities(connection: Connection, person: Contact) -> None:
    rows = [{"channel": c, "address": a, "contact_id": person.id} for c, a in person.identities.items()]
    if rows:
        connection.execute(insert(contact_identity), rows)


def merge_contacts(connection: Connection, keep: Contact, other: Contact, by: str, now: datetime) -> None:
    """Move addresses, messages and service calls to `keep`, fill its missing fields, and delete `other`.

    Raises Invalid for one and the same, Conflict where they belong to two customers.
    """
    if keep.id == other.id:
        raise Invalid(tr("a contact cannot be merged with itself"), "other")
    if keep.customer_id and other.customer_id and keep.customer_id != other.customer_id:
        raise Conflict(
            tr(
                "they belong to the customers {one} and {other}: put one right first",
                one=keep.customer_id,
                other=other.customer_id,
            )
        )
    both = select(contact.c.id).where(contact.c.id.in_((keep.id, other.id))).order_by(contact.c.id).with_for_update()
    connection.execute(both)
    for table in (contact_identity, inbound_message, service_call):
        theirs = update(table).where(table.c.contact_id == other.id)
        connection.execute(theirs.values(contact_id=keep.id))
    learned: dict[str, Any] = {
        name: getattr(other, name)
        for name in ("name", "email", "phone", "customer_id")
        if not getattr(keep, name) and getattr(other, name)
    }
    mine = update(contact).where(contact.c.id == keep.id)
    connection.execute(mine.values(**learned, version=contact.c.version + 1))
    connection.execute(delete(contact).where(contact.c.id == other.id))
    note(connection, now, "contacts_merged", by=by, detail={"kept": keep.id, "merged": other.id})
