"""Carries out the changes that an interface asks for, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from frontdesk.interfaces import Clock, Invalid, NewId
from frontdesk.interfaces.access import acting
from frontdesk.model.querying import Done, Result, Write
from frontdesk.storage.engines.database import Database
from frontdesk.storage.odata import code_lists as listing
from frontdesk.storage.odata import deleting as removing
from frontdesk.storage.odata import drafts as drafting
from frontdesk.storage.odata import interactions as changing
from frontdesk.storage.odata import people as peopling
from frontdesk.storage.odata import recordings as sounding
from frontdesk.storage.odata.transaction import Transaction, check_digest

Doing = Callable[[Transaction, Write], Done]
LISTS = tuple(listing.LISTS)

HANDLERS: Mapping[tuple[str, str], Doing] = {
    ("create", "CustomerInteraction"): changing.create_interaction,
    ("change", "CustomerInteraction"): changing.change_interaction,
    ("create", "InboundCustomerMessage"): changing.create_message,
    ("change", "InboundCustomerMessage"): changing.change_message,
    ("create", "OutboundServiceMessage"): changing.create_reply,
    ("change", "OutboundServiceMessage"): changing.change_reply,
    ("create", "AudioMessage"): sounding.create,
    ("change", "AudioMessage"): sounding.change,
    ("create", "Contact"): peopling.create_contact,
    ("change", "Contact"): peopling.change_contact,
    ("create", "Customer"): peopling.create_customer,
    ("change", "Customer"): peopling.change_customer,
    ("create", "InboundCustomerMessageIntent"): drafting.create,
    ("change", "InboundCustomerMessageIntent"): drafting.change,
    ("remove", "InboundCustomerMessageIntent"): drafting.remove,
    ("draftEdit", "InboundCustomerMessageIntent"): drafting.edit,
    ("draftPrepare", "InboundCustomerMessageIntent"): drafting.prepare,
    ("draftActivate", "InboundCustomerMessageIntent"): drafting.activate,
    **{("create", name): listing.create for name in LISTS},
    **{("change", name): listing.change for name in LISTS},
    **{("remove", name): listing.remove for name in LISTS},
    **{("remove", name): removing.remove for name in removing.WHERE},
}


class StoredWrites:
    """Changes entities."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId, *, learns_at_once: bool = True) -> None:
        """Write to this database. `learns_at_once`: a corrected intent need not be reviewed first."""
        self._database, self._clock, self._new_id = database, clock, new_id
        self._learns_at_once = learns_at_once

    async def write(self, writes: Sequence[Write]) -> Sequence[Done]:
        """Carry out all in order, or none. Raises NotFound, Invalid (field names the property), Conflict, Stale."""
        now, by = self._clock(), acting()

        def operation(connection: Connection) -> Sequence[Done]:
            return _carry_out(Transaction(connection, now, self._new_id, by, self._learns_at_once), writes)

        try:
            return await self._database.write(operation)
        except IntegrityError as error:
            raise Invalid(f"this contradicts what is stored: {str(error.orig).splitlines()[0][:200]}") from None


def _carry_out(transaction: Transaction, writes: Sequence[Write]) -> Sequence[Done]:
    done: list[Done] = []
    for each in writes:
        wanted = replace(each, key=_settled(each.key, done), values=_settled(each.values, done))
        if isinstance(wanted.version, str):
            check_digest(transaction.connection, wanted)
        done.append(HANDLERS[each.how, each.entity](transaction, wanted))
    return done


def _settled(values: Mapping[str, Any], done: Sequence[Done]) -> dict[str, Any]:
    """With the results of earlier writes in place of what refers to them. Raises Invalid."""
    settled: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Result):
            if value.of >= len(done) or value.name not in done[value.of].key:
                raise Invalid(
                    f"{name} refers to a request of the batch that comes later or yields no {value.name}", name
                )
            settled[name] = done[value.of].key[value.name]
        else:
            settled[name] = value
    return settled
