"""Deletes rows with all rows that depend on them, which are found by foreign keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, delete, select, update

from frontdesk.interfaces import NotFound
from frontdesk.model.querying import Done, Write
from frontdesk.storage.odata.recordings import find
from frontdesk.storage.odata.transaction import Transaction, check_version
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import let_lines_go
from frontdesk.storage.privacy.erasing import erase
from frontdesk.storage.privacy.finding import Scope, complete
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.interactions import audio_recording, inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import contact, customer
from frontdesk.storage.schema.pipeline import inbox_event, journal, work
from frontdesk.storage.search.documents import index_words

# Of each entity the table, and which key property is which column.
WHERE: Mapping[str, tuple[Table, Mapping[str, str]]] = {
    "CustomerInteraction": (interaction, {"ID": "id"}),
    "InboundCustomerMessage": (inbound_message, {"sequence": "sequence", "interaction_ID": "interaction_id"}),
    "OutboundServiceMessage": (outbound_message, {"sequence": "sequence", "interaction_ID": "interaction_id"}),
    "AudioMessage": (audio_recording, {}),
    "Contact": (contact, {"ID": "id"}),
    "Customer": (customer, {"ID": "id"}),
}
# What is told of a row without a foreign key: (table, column) by the table of the row.
LOOSE: Mapping[str, Sequence[tuple[Table, str]]] = {
    "inbound_message": ((inbox_event, "message_id"), (work, "subject"), (journal, "message_id")),
    "outbound_message": ((work, "subject"),),
    "effect": ((work, "subject"),),
    "interaction": ((journal, "interaction_id"),),
}
# Rows that merely refer to a person or company stay, without it.
LOOSENED = {("interaction", "customer_id"), ("contact", "customer_id"), ("inbound_message", "contact_id")}


def remove(at: Transaction, wanted: Write) -> Done:
    """Delete a row and what belongs to it. Raises NotFound, Stale."""
    table, columns = WHERE[wanted.entity]
    key = {"id": find(at, wanted.key)} if not columns else {ours: wanted.key[name] for name, ours in columns.items()}
    row = at.row(table, wanted.entity, **key)
    if "version" in row:
        check_version(row, wanted.version, wanted.entity)
    _erase(at, table, row)
    delete_rows(at, table, [table.c[name] == value for name, value in key.items()])
    interaction_id = row.get("interaction_id") if table is not interaction else None
    if (number := row["id"] if table is interaction else interaction_id) is not None:
        index_words(at.connection, [number])
    if interaction_id is not None:
        let_lines_go(at.connection, interaction_id)  # work that waited for deleted work may go on
    detail = {"entity": wanted.entity, **{name: str(value) for name, value in wanted.key.items()}}
    note(at.connection, at.now, "deleted", interaction_id=interaction_id, by=wanted.by, detail=detail)
    return Done(wanted.entity, wanted.key)


def _erase(at: Transaction, table: Table, row: RowMapping) -> None:
    """What a message left elsewhere goes with it: its raw event, what was learnt, what models were asked."""
    column = {interaction: inbound_message.c.interaction_id, inbound_message: inbound_message.c.id}.get(table)
    if column is not None:
        theirs = select(inbound_message.c.id).where(column == row["id"])
        scope = Scope(messages=set(at.connection.execute(theirs).scalars()))
        complete(at.connection, scope)
        erase(at.connection, scope, at.now)


def delete_rows(at: Transaction, table: Table, which: Sequence[ColumnElement[bool]]) -> None:
    """Delete rows after all rows that refer to them."""
    [own] = list(table.primary_key.columns)[:1]
    ids = list(at.connection.execute(select(own).where(*which)).scalars())
    if not ids:
        raise NotFound(f"there is no such {table.name}")
    _delete(at, table, own.name, ids, set())


def _delete(at: Transaction, table: Table, key: str, ids: Sequence[Any], on_the_way: set[str]) -> None:
    for other, column in _referring(table):
        if other.name == table.name or other.name in on_the_way:
            continue
        theirs = other.c[column].in_(ids)
        if (other.name, column) in LOOSENED:
            at.connection.execute(update(other).where(theirs).values({column: None}))
            continue
        [own] = list(other.primary_key.columns)[:1]
        rows = list(at.connection.execute(select(own).where(theirs)).scalars())
        if rows:
            _delete(at, other, own.name, rows, on_the_way | {table.name})
    for other, column in LOOSE.get(table.name, ()):
        at.connection.execute(delete(other).where(other.c[column].in_(ids)))
    at.connection.execute(delete(table).where(table.c[key].in_(ids)))


def _referring(table: Table) -> list[tuple[Table, str]]:
    """Tables with a foreign key to this one, and its column."""
    return [
        (other, foreign.parent.name)
        for other in metadata.tables.values()
        for foreign in other.foreign_keys
        if foreign.column.table is table
    ]
