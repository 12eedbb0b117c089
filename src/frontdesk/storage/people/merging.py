"""Merges two contacts of one person: everything of the second moves to the first."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import Contact
from frontdesk.model.translatable import tr
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.people import contact, contact_identity
from frontdesk.storage.schema.pipeline import service_call


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
