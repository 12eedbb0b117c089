"""Export: pages of whole tables in the order of their keys; and the ledger of messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from frontdesk.storage.schema.configuration import code, example
from frontdesk.storage.schema.interactions import (
    analysis,
    correction,
    decision,
    inbound_message,
    interaction,
    outbound_message,
)
from frontdesk.storage.schema.people import contact, contact_identity, customer
from frontdesk.storage.schema.pipeline import effect, inbox_event

PAGE = 500
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of thing is read: all columns, in the order of `key`; `fill` adds what other tables hold."""

    rows: Callable[[], Select[Any]]
    key: ColumnElement[Any]
    fill: Callable[[Connection, list[Row]], None] | None = None


def kinds() -> tuple[str, ...]:
    """What can be exported."""
    return (*_KINDS, "codes")


def read_page(connection: Connection, kind: str, after: Any) -> tuple[list[Row], Any]:
    """Up to PAGE rows whose key is above `after` (None: from the start), and the key to go on with, None at the end."""
    if kind == "codes":
        return _codes(connection), None
    each = _KINDS[kind]
    query = each.rows().add_columns(each.key.label("page_key")).order_by(each.key).limit(PAGE)
    found = connection.execute(query if after is None else query.where(each.key > after)).mappings().all()
    rows = [{name: value for name, value in row.items() if name != "page_key"} for row in found]
    if each.fill is not None:
        each.fill(connection, rows)
    return rows, found[-1]["page_key"] if len(found) == PAGE else None


def counts(connection: Connection) -> Mapping[str, int]:
    """The ledger: how many messages came how far."""
    counted = {
        "seen": select(func.count()).select_from(inbox_event),
        "stored": select(func.count()).select_from(inbound_message),
        "analysed": select(func.count()).where(inbound_message.c.analysis_id.is_not(None)),
        "decided": select(func.count()).select_from(decision),
        "answered": select(func.count(func.distinct(outbound_message.c.reply_to))),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in counted.items()}


def _messages() -> Select[Any]:
    """Inbound messages under the names that import takes, then what else is known of them."""
    m = inbound_message.c
    return (
        select(
            m.text,
            m.channel,
            m.sender_name.label("name"),
            m.sender_address.label("email"),
            m.sender_phone.label("phone"),
            m.customer_no,
            inbox_event.c.provider_id,
            m.received_at,
            interaction.c.reference.label("thread"),
            m.id,
            m.interaction_id,
            m.sequence,
            m.contact_id,
            m.analysis_id,
        )
        .join(interaction, interaction.c.id == m.interaction_id)
        .join(inbox_event, inbox_event.c.message_id == m.id, isouter=True)
    )


def _identities(connection: Connection, rows: list[Row]) -> None:
    by_id: dict[int, Row] = {row["id"]: row for row in rows}
    for row in rows:
        row["identities"] = {}
    for each in connection.execute(select(contact_identity).where(contact_identity.c.contact_id.in_(by_id))):
        by_id[each.contact_id]["identities"][each.channel] = each.address


def _codes(connection: Connection) -> list[Row]:
    given = select(example.c.intent, example.c.text).where(example.c.correction_id.is_(None)).order_by(example.c.id)
    examples: dict[str, list[str]] = {}
    for intent, text in connection.execute(given):
        examples.setdefault(intent, []).append(text)
    rows = connection.execute(select(code).order_by(code.c.list, code.c.position, code.c.code)).mappings()
    return [dict(row) | {"examples": examples.get(row["code"], []) if row["list"] == "intent" else []} for row in rows]


_KINDS: dict[str, _Kind] = {
    "customers": _Kind(lambda: select(customer), customer.c.id),
    "contacts": _Kind(lambda: select(contact), contact.c.id, _identities),
    "interactions": _Kind(lambda: select(interaction), interaction.c.id),
    "messages": _Kind(_messages, inbound_message.c.id),
    "analyses": _Kind(lambda: select(analysis), analysis.c.id),
    "corrections": _Kind(lambda: select(correction), correction.c.id),
    "decisions": _Kind(lambda: select(decision), decision.c.id),
    "effects": _Kind(lambda: select(effect), effect.c.key),
    "replies": _Kind(lambda: select(outbound_message), outbound_message.c.id),
}
