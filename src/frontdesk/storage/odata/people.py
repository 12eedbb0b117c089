"""Contacts and customers, as an interface makes and changes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from frontdesk.interfaces import Invalid
from frontdesk.model import Contact, Customer
from frontdesk.model.querying import Done, Write
from frontdesk.storage.odata.sources import IDENTITIES
from frontdesk.storage.odata.transaction import Transaction, counted
from frontdesk.storage.people.contacts import add_contact, get_contact
from frontdesk.storage.people.contacts import change_contact as store_contact
from frontdesk.storage.people.customers import add_customer
from frontdesk.storage.people.customers import change_customer as change_row
from frontdesk.storage.pipeline.senders import EMAIL, PHONE
from frontdesk.ticketing.submission import storable

FIELDS = {"name": "name", "email": "email", "phoneNo": "phone"}


def create_contact(at: Transaction, wanted: Write) -> Done:
    """Store a contact under a new number."""
    new = _with(Contact(0, "", "", "", at.now), wanted.values)
    try:
        stored = add_contact(at.connection, new)
    except Invalid as error:
        raise _named(error) from None
    return Done(wanted.entity, {"ID": stored.id})


def change_contact(at: Transaction, wanted: Write) -> Done:
    """Set fields of a contact."""
    before = get_contact(at.connection, wanted.key["ID"])
    try:
        store_contact(at.connection, _with(before, wanted.values), counted(wanted.version))
    except Invalid as error:
        raise _named(error) from None
    return Done(wanted.entity, wanted.key)


def _with(person: Contact, values: Mapping[str, Any]) -> Contact:
    fields: dict[str, Any] = {
        ours: storable(values[name] or "").strip() for name, ours in FIELDS.items() if name in values
    }
    own = {EMAIL, PHONE}
    identities = {channel: address for channel, address in person.identities.items() if channel not in own}
    for name, channel in IDENTITIES.items():
        if name in values:
            identities.pop(channel, None)
            if address := storable(values[name] or "").strip():
                identities[channel] = address
    if "customer_ID" in values:
        fields["customer_id"] = values["customer_ID"]
    return replace(person, identities=identities, **fields)


def _named(error: Invalid) -> Invalid:
    return Invalid(str(error), {"customer_id": "customer_ID"}.get(error.field, error.field))


def create_customer(at: Transaction, wanted: Write) -> Done:
    """Store a customer under its own number."""
    number = (wanted.values.get("ID") or "").strip()
    if not number:
        raise Invalid("ID is missing: a customer has a number of up to 10 characters", "ID")
    add_customer(at.connection, Customer(storable(number), _name(wanted.values), at.now))
    for each in wanted.values.get("contacts") or ():
        create_contact(at, Write("create", "Contact", values={**each, "customer_ID": number}, by=wanted.by))
    return Done(wanted.entity, {"ID": number})


def change_customer(at: Transaction, wanted: Write) -> Done:
    """Give a customer another name."""
    if "name" in wanted.values:
        change_row(at.connection, wanted.key["ID"], counted(wanted.version), at.now, name=_name(wanted.values))
    return Done(wanted.entity, wanted.key)


def _name(values: Mapping[str, Any]) -> str:
    return storable(values.get("name") or "").strip()
