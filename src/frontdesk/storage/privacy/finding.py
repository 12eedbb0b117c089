"""Finds a person, and all rows about them: who they are, then their messages, then what hangs on those."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, and_, func, literal, or_, select

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import Role
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.sealing import sealer_in
from frontdesk.storage.pipeline.senders import EMAIL, PHONE
from frontdesk.storage.schema.channels import attachment, channel_event, delivery_notice, message_edit, outbound_part
from frontdesk.storage.schema.configuration import example
from frontdesk.storage.schema.interactions import correction, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.knowledge import customer_order
from frontdesk.storage.schema.llm import kept_answer, model_call
from frontdesk.storage.schema.people import account, contact, contact_identity, customer
from frontdesk.storage.schema.pipeline import effect, idempotency, inbox_event, service_call, work
from frontdesk.storage.search.documents import REFERRING

PORTION = 400
BY_CONTACT, BY_CUSTOMER = "contact:", "customer:"
SHORTEST_SEARCHED = 5  # shorter addresses stand in everything


@dataclass(slots=True)
class Scope:
    """What was found of a person, set by set; the sets have the names that `personal_data` uses.

    `interactions` are those that are the person's alone, `touched` also those in which others wrote.
    """

    contacts: set[int] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    addresses: set[tuple[str, str]] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    interactions: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    effects: set[str] = field(default_factory=set)
    examples: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    edits: set[str] = field(default_factory=set)
    notices: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return not any(
            (self.contacts, self.customers, self.messages, self.answers, self.events, self.accounts, self.orders)
        )

    @property
    def plain_addresses(self) -> set[str]:
        """Addresses without their channels."""
        return {address for _, address in self.addresses}


def find(connection: Connection, person: str) -> Scope:
    """All that is known of a person: `contact:12`, `customer:1000123`, or a number or address as it is.

    Raises NotFound, Invalid (nothing was named), Conflict where it may be several people.
    """
    scope = _identify(connection, person.strip())
    _know(connection, scope)
    _find_messages(connection, scope)
    _find_orders(connection, scope)
    complete(connection, scope)
    scope.events |= _events_that_mention(connection, scope)
    scope.subjects |= scope.events
    scope.kept = all_kept_answers(connection)
    if scope.is_empty:
        raise NotFound(tr("nothing is known of {person}", person=person))
    return scope


def complete(connection: Connection, scope: Scope) -> None:
    """Add all that hangs on the messages of a scope, and on the people in it."""
    _find_interactions(connection, scope)
    _find_answers(connection, scope)
    _find_what_was_made(connection, scope)
    _find_events(connection, scope)
    files = _values(connection, attachment.c.id, attachment.c.message_id, scope.messages)
    scope.subjects |= scope.messages | scope.answers | scope.effects | scope.events | files
    scope.requests |= _requests(connection, scope)


def all_kept_answers(connection: Connection) -> set[str]:
    """The keys of all answers of models that are kept for later: nobody can tell whose words they hold."""
    return _where(connection, kept_answer.c.key)


def portions(ids: Iterable[Any]) -> Iterator[list[Any]]:
    """In portions that a statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


def _values(
    connection: Connection,
    wanted: Column[Any],
    column: ColumnElement[Any],
    ids: Iterable[Any],
    *more: ColumnElement[bool],
) -> set[Any]:
    """The values of one column where another is one of `ids`, and more holds."""
    found = (_where(connection, wanted, column.in_(some), *more) for some in portions(ids))
    return set(chain.from_iterable(found))


def _where(connection: Connection, wanted: Column[Any], *conditions: ColumnElement[bool]) -> set[Any]:
    """The values of a column where all of this holds."""
    found = connection.execute(select(wanted).where(*conditions)).scalars()
    return {value for value in found if value is not None}


def _identify(connection: Connection, person: str) -> Scope:
    if not person or "\x00" in person:
        raise Invalid(tr("name a person: an address, contact:NUMBER or customer:NUMBER"), "person")
    if person.startswith(BY_CONTACT):
        number = person.removeprefix(BY_CONTACT)
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1
        if connection.execute(select(contact.c.id).where(contact.c.id == wanted)).first() is None:
            raise NotFound(tr("there is no contact {contact}", contact=number))
        return Scope(contacts={wanted})
    number = person.removeprefix(BY_CUSTOMER)
    is_customer = connection.execute(select(customer.c.id).where(customer.c.id == number)).first() is not None
    if person.startswith(BY_CUSTOMER):
        if not is_customer:
            raise NotFound(tr("there is no customer {customer}", customer=number))
        return Scope(customers={number})
    contacts = _contacts_at(connection, person)
    if len(contacts) + is_customer > 1:
        named = [f"{BY_CONTACT}{each}" for each in sorted(contacts)] + [f"{BY_CUSTOMER}{person}"] * is_customer
        raise Conflict(tr("{person} may be several: name one of {named}", person=person, named=", ".join(named)))
    if is_customer:
        return Scope(customers={person})
    return Scope(contacts=contacts) if contacts else Scope(addresses=_forms(person))


def _contacts_at(connection: Connection, person: str) -> set[int]:
    forms = {address for _, address in _forms(person)}
    own = or_(func.lower(contact.c.email).in_(forms), contact.c.phone.in_(forms))
    known = _values(connection, contact_identity.c.contact_id, contact_identity.c.address, forms)
    return known | _where(connection, contact.c.id, own)


def _forms(person: str) -> set[tuple[str, str]]:
    """An address as it may be stored: e-mail in small letters, phone numbers without spaces."""
    bare = person.translate(dict.fromkeys(map(ord, " -/()."))) if person[:1] in "+0123456789" else person
    return {("", person), ("", person.lower()), ("", bare)}


def _know(connection: Connection, scope: Scope) -> None:
    """All contacts of a customer; all identities of a contact; the customer that is this one contact alone."""
    scope.contacts |= _values(connection, contact.c.id, contact.c.customer_id, scope.customers)
    of = _values(connection, contact.c.customer_id, contact.c.id, scope.contacts)
    for number in of - scope.customers:
        if _values(connection, contact.c.id, contact.c.customer_id, [number]) <= scope.contacts:
            scope.customers.add(number)
    for some in portions(scope.contacts):
        known = select(contact_identity).where(contact_identity.c.contact_id.in_(some))
        scope.addresses |= {(row.channel, row.address) for row in connection.execute(known)}
        for row in connection.execute(select(contact).where(contact.c.id.in_(some))):
            own = {(EMAIL, row.email.lower()), (PHONE, row.phone)}
            scope.addresses |= {each for each in own if each[1]}
    mails = [address for address in scope.plain_addresses if "@" in address]
    for some in portions(mails):
        theirs = select(account).where(account.c.email.in_(some), account.c.role == Role.CUSTOMER.value)
        for row in connection.execute(theirs):
            scope.accounts.add(row.id)
            scope.names |= {row.name, row.email}


def _at(
    scope: Scope, channel: Column[Any], address: Column[Any], phone: Column[Any] | None
) -> list[ColumnElement[bool]]:
    """Rows at one of the person's addresses: e-mail and phone on any channel, others on their own."""
    anywhere = sorted(each for code, each in scope.addresses if code in ("", EMAIL))
    phones = sorted(each for code, each in scope.addresses if code in ("", PHONE))
    found: list[ColumnElement[bool]] = [func.lower(address).in_(anywhere)] if anywhere else []
    if bare := sorted(each for code, each in scope.addresses if code == ""):
        found.append(address.in_(bare))
    found += [
        and_(channel == code, address == each) for code, each in sorted(scope.addresses) if code not in ("", EMAIL)
    ]
    if phones:
        found.append(address.in_(phones))
        found += [phone.in_(phones)] if phone is not None else []
    return found


def _find_messages(connection: Connection, scope: Scope) -> None:
    """Those of their contacts; those nobody was matched to yet, by address, or by a number that was vouched for."""
    message = inbound_message.c
    scope.messages |= _values(connection, message.id, message.contact_id, scope.contacts)
    unmatched = message.contact_id.is_(None)
    if by_address := _at(scope, message.channel, message.sender_address, message.sender_phone):
        scope.messages |= _where(connection, message.id, unmatched, or_(*by_address))
    vouched = message.identity.in_(("signed", "signed_in"))
    scope.messages |= _values(connection, message.id, message.customer_no, scope.customers, unmatched, vouched)


def _find_orders(connection: Connection, scope: Scope) -> None:
    order = customer_order.c
    scope.orders |= _values(connection, order.number, order.customer_id, scope.customers)
    for column in (func.lower(order.email), order.phone):
        scope.orders |= _values(connection, order.number, column, scope.plain_addresses)


def _find_interactions(connection: Connection, scope: Scope) -> None:
    """Those they wrote in; those that are theirs alone, also where nobody wrote."""
    message, one = inbound_message.c, interaction.c
    wrote = _values(connection, message.interaction_id, message.id, scope.messages)
    wrote |= _values(connection, message.merged_from, message.id, scope.messages) - {0}
    scope.touched |= wrote
    candidates = wrote | scope.interactions | _values(connection, one.id, one.customer_id, scope.customers)
    if here := _at(scope, outbound_message.c.channel, outbound_message.c.recipient, None):
        candidates |= _where(connection, outbound_message.c.interaction_id, or_(*here))
    candidates |= _values(connection, one.id, one.merged_into, candidates)
    others = _in_which_others_wrote(connection, candidates, scope.messages)
    strangers = _of_other_customers(connection, candidates - wrote, scope.customers)
    scope.interactions |= candidates - others - strangers
    scope.touched |= scope.interactions


def _in_which_others_wrote(connection: Connection, candidates: set[int], own: set[str]) -> set[int]:
    message = inbound_message.c
    found: set[int] = set()
    for some in portions(candidates):
        rows = select(message.id, message.interaction_id, message.merged_from)
        inside = rows.where(or_(message.interaction_id.in_(some), message.merged_from.in_(some)))
        for row in connection.execute(inside):
            if row.id not in own:
                found |= {row.interaction_id, row.merged_from}
    return found


def _of_other_customers(connection: Connection, candidates: set[int], own: set[str]) -> set[int]:
    """Of interactions in which the person did not write those that are some other customer's."""
    theirs = interaction.c.customer_id != ""
    others = _values(connection, interaction.c.id, interaction.c.id, candidates, theirs)
    return others - _values(connection, interaction.c.id, interaction.c.customer_id, own)


def _find_answers(connection: Connection, scope: Scope) -> None:
    out = outbound_message.c
    scope.answers |= _values(connection, out.id, out.interaction_id, scope.interactions)
    scope.answers |= _values(connection, out.id, out.reply_to, scope.messages)
    if here := _at(scope, out.channel, out.recipient, None):
        scope.answers |= _where(connection, out.id, or_(*here))
    parts, notice = outbound_part.c, delivery_notice.c
    for some in portions(scope.answers):
        same = and_(parts.channel == notice.channel, parts.provider_id == notice.provider_id, parts.provider_id != "")
        told = select(notice.id).join(outbound_part, same).where(parts.message_id.in_(some))
        scope.notices |= set(connection.execute(told).scalars())
    scope.notices |= _values(connection, notice.id, notice.key, scope.answers)
    if here := _at(scope, notice.channel, notice.recipient, None):
        scope.notices |= _where(connection, notice.id, or_(*here))


def _find_what_was_made(connection: Connection, scope: Scope) -> None:
    """Actions, examples that were learnt, calls of models that mention them."""
    scope.effects |= _values(connection, effect.c.key, effect.c.message_id, scope.messages)
    corrections = _values(connection, correction.c.id, correction.c.message_id, scope.messages)
    scope.examples |= _values(connection, example.c.id, example.c.correction_id, corrections)
    texts = _values(connection, inbound_message.c.text, inbound_message.c.id, scope.messages) - {""}
    examples = connection.execute(select(example.c.id, example.c.text)) if texts else ()  # HANA compares no large texts
    scope.examples |= {row.id for row in examples if row.text in texts}
    for address in _searched(scope):
        for column in (model_call.c.asked, model_call.c.answered):
            scope.calls |= _where(connection, model_call.c.id, column.contains(address, autoescape=True))


def _find_events(connection: Connection, scope: Scope) -> None:
    """The raw events in which their messages came, and what they changed of those."""
    scope.events |= _values(connection, inbox_event.c.event_id, inbox_event.c.message_id, scope.messages)
    same = and_(
        inbox_event.c.channel == message_edit.c.channel, inbox_event.c.provider_id == message_edit.c.provider_id
    )
    for some in portions(scope.messages):
        edits = select(message_edit.c.id).join(inbox_event, same).where(inbox_event.c.message_id.in_(some))
        scope.edits |= set(connection.execute(edits).scalars())


def _events_that_mention(connection: Connection, scope: Scope) -> set[str]:
    """Raw events without a message that hold an address of theirs: notices, changes, what could not be read."""
    event, needles = channel_event.c, [address.encode() for address in _searched(scope)]
    alone = ~select(inbox_event.c.event_id).where(inbox_event.c.event_id == event.id).exists()
    if sealer_in(connection.dialect) is None:
        places = (_place(connection, literal(each, LargeBinary)) > 0 for each in needles)
        return set(chain.from_iterable(_where(connection, event.id, alone, each) for each in places))
    found: set[str] = set()  # the database cannot look into them
    for some in portions(_where(connection, event.id, alone) if needles else ()):
        rows = connection.execute(select(event.id, event.body).where(event.id.in_(some)))
        found |= {row.id for row in rows if any(each in row.body for each in needles)}
    return found


def _place(connection: Connection, needle: ColumnElement[Any]) -> ColumnElement[int]:
    """Where bytes stand in the body of an event; 0 for nowhere."""
    if connection.dialect.name == "postgresql":
        return func.position(needle.op("IN")(channel_event.c.body))
    if connection.dialect.name == "hana":
        return func.locate(func.bintostr(channel_event.c.body), func.bintostr(needle))
    return func.instr(channel_event.c.body, needle)


def _searched(scope: Scope) -> list[str]:
    return sorted(each for each in scope.plain_addresses if len(each) >= SHORTEST_SEARCHED)


def _requests(connection: Connection, scope: Scope) -> set[str]:
    """Kept answers to programs that tell of the person; there are those of a day."""
    ids = {*scope.messages, *scope.answers, *scope.effects, *_searched(scope)}
    references = _values(connection, interaction.c.reference, interaction.c.id, scope.interactions)
    telling = {f'"{each}"' for each in ids | references}
    rows = connection.execute(select(idempotency.c.fingerprint, idempotency.c.body))
    return {row.fingerprint for row in rows if any(each in row.body for each in telling)}


def outside_references(connection: Connection, scope: Scope) -> list[str]:
    """What was done for them in other systems, which keep data of their own."""
    own = _values(connection, service_call.c.key, service_call.c.key, scope.effects)
    found: list[str] = []
    for some in portions(scope.effects - own):
        rows = select(effect.c.kind, effect.c.reference).where(effect.c.key.in_(some), effect.c.reference != "")
        found += [f"{row.kind} {row.reference}" for row in connection.execute(rows) if row.kind in REFERRING]
    return sorted(found)


def open_work(connection: Connection, scope: Scope) -> list[tuple[str, str]]:
    """Work that is not done yet, with its lock key."""
    found: list[tuple[str, str]] = []
    for some in portions(scope.subjects):
        rows = select(work.c.id, work.c.lock_key).where(work.c.subject.in_(some), work.c.state.in_(("open", "failed")))
        found += [(row.id, row.lock_key) for row in connection.execute(rows)]
    return found
