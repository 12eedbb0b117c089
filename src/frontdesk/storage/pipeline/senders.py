"""Who wrote: finds or makes the contact of a message, and the customer it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from frontdesk.model import Analysis, Identity, InboundMessage
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.interactions import analysis as analyses
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.people import contact, contact_identity, customer
from frontdesk.storage.schema.rows import as_analysis, as_message

EMAIL, PHONE = "EMI", "PHC"


@dataclass(frozen=True, slots=True)
class SenderCustomer:
    """The customer that a sender is or claims to be."""

    id: str | None = None
    is_proven: bool = False


def match_sender(
    connection: Connection, message: InboundMessage, analysis: Analysis | None, now: datetime
) -> tuple[int | None, SenderCustomer]:
    """The id of the sender's contact (made when new; None where the message tells none), and their customer.

    A customer number counts when the sender gave it or wrote it in the text, and it exists; one that was only heard in
    a recording when a person has confirmed it. It is a claim unless whoever vouches for the sender gave it. A claim
    teaches the contact nothing: neither a customer nor an address, which a later message would be known by.
    """
    customer, identities = _told(connection, message, analysis), _identities(message)
    if not identities:
        return message.contact_id, customer
    found, known_by = _contact(connection, identities)
    proven = message.sender.identity.is_proven
    vouched = customer.id if customer.is_proven else None
    if found is None:
        known = identities if proven else dict([next(iter(identities.items()))])
        return _new_contact(connection, message, known, vouched, now), customer
    contact_id, known_customer = found
    for channel, address in identities.items() if proven else ():  # an address that is new to us, of somebody we know
        if channel == known_by:
            continue
        row = {"channel": channel, "address": address, "contact_id": contact_id}
        insert_if_new(connection, contact_identity, row)
    if vouched and not known_customer:
        connection.execute(update(contact).where(contact.c.id == contact_id).values(customer_id=vouched))
    return contact_id, _better(customer, known_customer, proven=proven)


def customer_of(connection: Connection, message: InboundMessage, analysis: Analysis | None) -> SenderCustomer:
    """The customer that `match_sender` would find."""
    customer, identities = _told(connection, message, analysis), _identities(message)
    found, _ = _contact(connection, identities)
    return _better(customer, found[1] if found else None, proven=message.sender.identity.is_proven)


def _better(told: SenderCustomer, of_contact: str | None, *, proven: bool) -> SenderCustomer:
    """What is proven before what is claimed."""
    if told.is_proven or of_contact is None or (told.id and not proven):
        return told
    return SenderCustomer(of_contact, proven)


def match_confirmed(connection: Connection, row: RowMapping, now: datetime) -> None:
    """The numbers of a message that was heard are right: find its customer now."""
    message = as_message(row)
    read = connection.execute(select(analyses).where(analyses.c.id == message.analysis_id)).mappings().first()
    contact_id, customer = match_sender(connection, message, as_analysis(read) if read else None, now)
    if contact_id is not None:
        mine = update(inbound_message).where(inbound_message.c.id == message.id)
        connection.execute(mine.values(contact_id=contact_id))
    if customer.id is not None:
        open_matter = (interaction.c.id == message.interaction_id, interaction.c.customer_id.is_(None))
        values = {
            "customer_id": customer.id,
            "customer_proven": customer.is_proven,
            "updated_at": now,
            "version": interaction.c.version + 1,
        }
        connection.execute(update(interaction).where(*open_matter).values(**values))


def _told(connection: Connection, message: InboundMessage, analysis: Analysis | None) -> SenderCustomer:
    sender = message.sender
    # A shop signs the id of its user, which may be the customer number.
    signed = sender.address if sender.identity is Identity.SIGNED else ""
    given = _first_known(connection, [number for number in (sender.customer_no, signed) if number])
    if given:
        return SenderCustomer(given, sender.identity.knows_customer)
    named = analysis.values("customer_no") if analysis else ()
    if not named or _was_heard(connection, message):
        return SenderCustomer()
    return SenderCustomer(_first_known(connection, named))


def _first_known(connection: Connection, numbers: Sequence[str]) -> str | None:
    for number in numbers:
        found = connection.execute(_CUSTOMER, {"number": number}).scalar()
        if found is not None:
            return str(found)
    return None


def _was_heard(connection: Connection, message: InboundMessage) -> bool:
    """Whether its words come from a recording and nobody has confirmed the numbers yet."""
    context = connection.execute(_CONTEXT, {"its_id": message.id}).scalar()
    return isinstance(context, dict) and context.get("heard") == "unconfirmed"


def _identities(message: InboundMessage) -> dict[str, str]:
    """Channel code to address: e-mail addresses and phone numbers are the same on every channel."""
    identities: dict[str, str] = {}
    address = message.sender.address.strip()
    if "@" in address and not address.startswith("@"):
        identities[EMAIL] = address.lower()
    elif address:
        identities[message.channel] = address
    if message.sender.phone:
        identities[PHONE] = message.sender.phone
    return identities


def _contact(connection: Connection, identities: dict[str, str]) -> tuple[tuple[int, str | None] | None, str]:
    """Its id and customer, and the channel that it is known by."""
    for channel, address in identities.items():
        row = connection.execute(_CONTACT, {"its_channel": channel, "its_address": address}).first()
        if row is not None:
            return (row.id, row.customer_id), channel
    return None, ""


_CUSTOMER = select(customer.c.id).where(customer.c.id == bindparam("number"))
_CONTEXT = select(inbound_message.c.context).where(inbound_message.c.id == bindparam("its_id"))
_CONTACT = (
    select(contact.c.id, contact.c.customer_id)
    .join(contact_identity, contact_identity.c.contact_id == contact.c.id)
    .where(
        contact_identity.c.channel == bindparam("its_channel"), contact_identity.c.address == bindparam("its_address")
    )
)


def _new_contact(
    connection: Connection, message: InboundMessage, identities: dict[str, str], customer_id: str | None, now: datetime
) -> int:
    row = {
        "name": message.sender.name,
        "email": identities.get(EMAIL, ""),
        "phone": identities.get(PHONE, ""),
        "customer_id": customer_id,
        "created_at": now,
    }
    contact_id = int(connection.execute(insert(contact).values(**row)).inserted_primary_key[0])  # type: ignore[index]
    rows = [{"channel": c, "address": a, "contact_id": contact_id} for c, a in identities.items()]
    connection.execute(insert(contact_identity), rows)
    return contact_id
