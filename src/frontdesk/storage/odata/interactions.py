"""Creates and changes interactions and messages for interfaces. New messages are handled like any others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from frontdesk.interfaces import Invalid
from frontdesk.model import (
    Accepted,
    Change,
    CodeList,
    InboundMessage,
    Interaction,
    NewMessage,
    OutboundMessage,
    Sender,
    Status,
)
from frontdesk.model.querying import Done, Write
from frontdesk.storage.engines.stored import Stored, the_row
from frontdesk.storage.interactions.interactions import change_interaction as change_and_note
from frontdesk.storage.interactions.readings import correct
from frontdesk.storage.odata.transaction import Transaction, check_version, refuse_other
from frontdesk.storage.pipeline.accepting import accept_batch, open_interaction
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.repeated import Arrival
from frontdesk.storage.pipeline.replies import add_reply
from frontdesk.storage.pipeline.senders import EMAIL
from frontdesk.storage.schema.interactions import analysis, correction, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import contact, contact_identity, customer
from frontdesk.storage.schema.rows import as_interaction, as_message
from frontdesk.ticketing.changes import check_change, check_code, check_correction
from frontdesk.ticketing.status import way
from frontdesk.ticketing.submission import check, storable

DEFAULT_CHANNEL = "WEB"
HUMAN_ANSWER = "HA"
# Property of the interface to column, and the code list that it is of.
FIELDS = {
    "category_code": ("category", CodeList.CATEGORY),
    "priority_code": ("priority", CodeList.PRIORITY),
    "status_code": ("status", CodeList.STATUS),
    "originChannel_code": ("channel", CodeList.CHANNEL),
}
TEXTS = {"title": "title", "summary": "summary", "tags": "tags"}
CORRECTED = {
    "sentiment": "sentiment",
    "type_code": "message_type",
    "intent_code": "intent",
    "language": "language",
    "summary": "title",
}
MESSAGE_KEY = ("sequence", "interaction_ID")


def create_interaction(at: Transaction, wanted: Write) -> Done:
    """Open an interaction, with the messages that come with it; the server gives number and reference."""
    values = wanted.values
    messages: Sequence[Mapping[str, Any]] = values.get("inboundMsgs") or ()
    channel = values.get("originChannel_code") or DEFAULT_CHANNEL
    accepted: list[str] = []
    if messages:
        first = {"channel_code": channel} | {k: v for k, v in messages[0].items() if v is not None}
        receipt = _accept(at, first, None, wanted.by)
        interaction_id = receipt.interaction_id
        accepted.append(receipt.message_id)
    else:
        check_code("originChannel_code", channel, at.codes(CodeList.CHANNEL))
        interaction_id, _ = open_interaction(at.connection, channel, at.now, wanted.by)
    _describe(at, interaction_id, values)
    accepted += [_accept(at, each, interaction_id, wanted.by).message_id for each in messages[1:]]
    for each in values.get("outboundMsgs") or ():
        create_reply(
            at, Write("create", wanted.entity, values={**each, "interaction_ID": interaction_id}, by=wanted.by)
        )
    return Done(wanted.entity, {"ID": interaction_id}, tuple(accepted))


def _describe(at: Transaction, interaction_id: int, values: Mapping[str, Any]) -> None:
    """Set the caller's values of a new interaction."""
    columns: dict[str, Any] = {}
    for name, (column, which) in FIELDS.items():
        if name != "originChannel_code" and values.get(name) is not None:
            check_code(name, values[name], at.codes(which))
            columns[column] = values[name]
    columns |= {column: storable(values[name]) for name, column in TEXTS.items() if values.get(name)}
    if (number := values.get("customer_ID")) is not None:
        at.referred(customer, "customer", "customer_ID", id=number)
        columns["customer_id"] = number
    if columns:
        at.connection.execute(update(interaction).where(interaction.c.id == interaction_id).values(**columns))


def create_message(at: Transaction, wanted: Write) -> Done:
    """Accept a message; its number is the next within the interaction."""
    interaction_id = wanted.values.get("interaction_ID")
    if interaction_id is None:
        raise Invalid("interaction_ID is missing: name the interaction that the message belongs to", "interaction_ID")
    found = at.referred(interaction, "interaction", "interaction_ID", id=interaction_id)
    values = {"channel_code": found["channel"]} | {k: v for k, v in wanted.values.items() if v is not None}
    receipt = _accept(at, values, interaction_id, wanted.by)
    return Done(
        wanted.entity, dict(zip(MESSAGE_KEY, (receipt.sequence, interaction_id), strict=True)), (receipt.message_id,)
    )


def _accept(at: Transaction, values: Mapping[str, Any], joins: int | None, by: str) -> Accepted:
    channel = values.get("channel_code") or DEFAULT_CHANNEL
    person = _person(at, values.get("contact_ID"))
    text = values.get("inboundTextMsg")
    if text is None:
        raise Invalid("inboundTextMsg is missing: write what the customer said", "inboundTextMsg")
    channels = {entry.code: entry.active for entry in at.codes(CodeList.CHANNEL)}
    try:
        message = check(NewMessage(text, channel, _sender(at, person, channel), joins=joins), channels)
    except Invalid as error:
        field = {"text": "inboundTextMsg", "channel": "channel_code"}.get(error.field, error.field)
        raise Invalid(str(error), field) from None
    [receipt] = accept_batch(at.connection, [Arrival(message, at.new_id(), at.now, by)])
    if isinstance(receipt, Exception):
        raise receipt
    if person is not None:
        _belongs(at, receipt, person)
    return receipt


def _person(at: Transaction, contact_id: int | None) -> RowMapping | None:
    return None if contact_id is None else at.referred(contact, "contact", "contact_ID", id=contact_id)


def _sender(at: Transaction, person: RowMapping | None, channel: str) -> Sender:
    """The sender as a channel would name it."""
    if person is None:
        return Sender()
    known = select(contact_identity.c.address).where(
        contact_identity.c.contact_id == person["id"], contact_identity.c.channel == channel
    )
    address = at.connection.execute(known.limit(1)).scalar() if channel != EMAIL else person["email"]
    return Sender(person["name"], address or person["email"], person["phone"], person["customer_id"] or "")


def _belongs(at: Transaction, receipt: Accepted, person: RowMapping) -> None:
    mine = update(inbound_message).where(inbound_message.c.id == receipt.message_id)
    at.connection.execute(mine.values(contact_id=person["id"]))
    if person["customer_id"]:
        nobodys = update(interaction).where(
            interaction.c.id == receipt.interaction_id, interaction.c.customer_id.is_(None)
        )
        at.connection.execute(nobodys.values(customer_id=person["customer_id"]))


def change_interaction(at: Transaction, wanted: Write) -> Done:
    """Set fields of an interaction. Its status follows the status flow, through intermediate statuses where needed."""
    row = at.row(interaction, "interaction", id=wanted.key["ID"])
    check_version(row, wanted.version, f"interaction {row['reference']}")
    before = _on_the_way(at, as_interaction(row), wanted)
    change = _change(at, row, before, wanted.values)
    cleared: dict[str, Any] = {}
    if "customer_ID" in wanted.values and wanted.values["customer_ID"] is None and row["customer_id"]:
        cleared["customer_id"] = None
    if (channel := wanted.values.get("originChannel_code")) not in (None, row["channel"]):
        check_code("originChannel_code", str(channel), at.codes(CodeList.CHANNEL))
        cleared["channel"] = channel
    change_and_note(at.connection, before, change, wanted.by, at.now)
    if cleared:
        values = cleared | {"version": interaction.c.version + 1, "updated_at": at.now, "modified_by": wanted.by}
        at.connection.execute(update(interaction).where(interaction.c.id == before.id).values(**values))
    return Done(wanted.entity, wanted.key)


def _on_the_way(at: Transaction, before: Interaction, wanted: Write) -> Interaction:
    """Move the interaction to a status from which the wanted one is allowed; each step is noted in the journal."""
    code = wanted.values.get("status_code")
    if code in set(Status):
        for step in way(before.status, Status(code))[:-1]:
            before = change_and_note(at.connection, before, Change(status=step), wanted.by, at.now)
    return before


def _change(at: Transaction, row: RowMapping, before: Interaction, values: Mapping[str, Any]) -> Change:
    """Only what differs, checked. Raises Invalid, Conflict."""
    fields: dict[str, Any] = {}
    for name, (column, which) in FIELDS.items():
        if name == "originChannel_code" or name not in values or values[name] == row[column]:
            continue
        if values[name] is None:
            continue  # there is always one; a PUT that leaves it out keeps it
        check_code(name, values[name], at.codes(which))
        fields[column] = Status(values[name]) if column == "status" else values[name]
    for name, column in TEXTS.items():
        if name in values and (text := storable(values[name] or "")) != row[column]:
            fields[column] = text
    if values.get("customer_ID") not in (None, row["customer_id"]):
        at.referred(customer, "customer", "customer_ID", id=values["customer_ID"])
        fields["customer_id"] = values["customer_ID"]
    lists = {which: at.codes(which) for which in (CodeList.CATEGORY, CodeList.PRIORITY)}
    return check_change(before, Change(**fields), lists)


def change_message(at: Transaction, wanted: Write) -> Done:
    """Correct the analysis of a message; the customer's text stays."""
    key = wanted.key
    row = at.row(inbound_message, "message", sequence=key["sequence"], interaction_id=key["interaction_ID"])
    said = {"inboundTextMsg": row["text"], "channel_code": row["channel"], "contact_ID": row["contact_id"]}
    refuse_other(wanted.values, said)
    lists = {which: at.codes(which) for which in (CodeList.INTENT, CodeList.MESSAGE_TYPE)}
    for name, field in CORRECTED.items():
        value = wanted.values.get(name)
        if value is None or value == _understood(at, row, name, field):
            continue
        try:
            checked = check_correction(field, value, lists)
        except Invalid as error:
            raise Invalid(str(error), name) from None
        word = (at.new_id(), field, checked, wanted.by, at.now)
        correct(at.connection, row["id"], word, at.new_id() if at.learns_at_once else "")
    return Done(wanted.entity, key)


def _understood(at: Transaction, row: RowMapping, name: str, field: str) -> Any:
    """What is shown now."""
    latest = (
        select(correction.c.becomes)
        .where(correction.c.message_id == row["id"], correction.c.field == field)
        .order_by(correction.c.id.desc())
        .limit(1)
    )
    if (word := at.connection.execute(latest).scalar()) is not None:
        return word
    read = at.connection.execute(select(analysis).where(analysis.c.id == row["analysis_id"])).mappings().first()
    if read is None:
        return None
    if name == "type_code":
        return {"Positive": "CL", "Negative": "CM"}.get(read["sentiment"], "IN")
    return read[field]


def create_reply(at: Transaction, wanted: Write) -> Done:
    """Store an answer to the customer, which is sent, or a memo."""
    values = wanted.values
    text = storable(values.get("outboundTextMsg") or "")
    if not text.strip():
        raise Invalid("outboundTextMsg is missing: write what the customer shall read", "outboundTextMsg")
    if values.get("interaction_ID") is None:
        raise Invalid("interaction_ID is missing: name the interaction that the answer belongs to", "interaction_ID")
    row = at.referred(interaction, "interaction", "interaction_ID", id=values["interaction_ID"])
    kind = values.get("type_code") or HUMAN_ANSWER
    check_code("type_code", kind, at.codes(CodeList.REPLY_TYPE))
    new = OutboundMessage(
        id=at.new_id(),
        interaction_id=row["id"],
        sequence=0,
        type=kind,
        channel="",
        recipient="",
        text=text,
        processed_by=storable(values.get("processedBy") or wanted.by)[:100],
        created_at=at.now,
        remark=storable(values.get("remark") or ""),
    )
    stored = add_reply(at.connection, as_interaction(row), new, _asked(at, values))
    return Done(wanted.entity, dict(zip(MESSAGE_KEY, (stored.sequence, row["id"]), strict=True)))


def _asked(at: Transaction, values: Mapping[str, Any]) -> Any:
    """The message that is answered, where one is named."""
    sequence, interaction_id = values.get("replyTo_sequence"), values.get("replyTo_interaction_ID")
    if sequence is None:
        return None
    of = values["interaction_ID"] if interaction_id is None else interaction_id
    if of != values["interaction_ID"]:
        raise Invalid("an answer belongs to the interaction of what it answers", "replyTo_interaction_ID")
    return as_message(at.referred(inbound_message, "message", "replyTo_sequence", interaction_id=of, sequence=sequence))


def change_reply(at: Transaction, wanted: Write) -> Done:
    """Set the remark of an answer; its text stays."""
    key = wanted.key
    row = at.row(outbound_message, "answer", sequence=key["sequence"], interaction_id=key["interaction_ID"])
    told = {"outboundTextMsg": row["text"], "type_code": row["type"], "processedBy": row["processed_by"]}
    refuse_other(wanted.values, told)
    if "remark" in wanted.values:
        remark = storable(wanted.values["remark"] or "")
        mine = update(outbound_message).where(outbound_message.c.id == row["id"])
        at.connection.execute(mine.values(remark=remark))
    return Done(wanted.entity, key)


class StoredInteractionFacts(Stored):
    """Reads what operations need to know of an interaction."""

    async def of(self, interaction_id: int) -> tuple[Interaction, InboundMessage | None]:
        """The interaction and its latest message. Raises NotFound."""
        return await self._database.read(lambda c: _of(c, interaction_id))

    async def language(self, message: InboundMessage) -> str:
        """The language of a message by its analysis; empty where it was not analysed yet."""
        rows = select(analysis.c.language).where(analysis.c.id == message.analysis_id)
        return await self._database.read(lambda c: str(c.execute(rows).scalar() or ""))

    async def note_ticket(self, interaction_id: int, code: str, by: str, at: datetime) -> None:
        """A line in the journal: somebody opened a ticket by hand."""
        detail = {"code": code}
        await self._database.write(lambda c: note(c, at, "ticket", interaction_id=interaction_id, by=by, detail=detail))


def _of(connection: Connection, interaction_id: int) -> tuple[Interaction, InboundMessage | None]:
    rows = select(interaction).where(interaction.c.id == interaction_id)
    row = the_row(connection, rows, f"there is no interaction {interaction_id}")
    theirs = select(inbound_message).where(inbound_message.c.interaction_id == interaction_id)
    newest = theirs.order_by(inbound_message.c.received_at.desc(), inbound_message.c.sequence.desc())
    last = connection.execute(newest.limit(1)).mappings().first()
    return as_interaction(row), as_message(last) if last else None
