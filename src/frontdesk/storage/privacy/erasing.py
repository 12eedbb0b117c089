"""Empties or deletes the rows of a scope as `personal_data` declares, in the caller's transaction.

What is left are rows without words: they hold codes, times, counts and money.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    or_,
    select,
    text,
    update,
)

from frontdesk.model import WorkState
from frontdesk.model.channels import AttachmentState
from frontdesk.model.privacy import Category, Kind
from frontdesk.storage.configuration.codes import touch
from frontdesk.storage.engines.sealing import Sealed
from frontdesk.storage.pipeline.erased import erased_key
from frontdesk.storage.pipeline.locking import let_next_go
from frontdesk.storage.privacy.finding import Scope, open_work, portions
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.channels import attachment, channel_event
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.personal_data import DECLARED, Declared, Holds
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.search.documents import SEARCH_INDEX, SEARCH_PARTS, index_words

BY_ROW = (Holds.WORDS, Holds.LIST, Holds.KEY, Holds.CLAIM)
BY_VALUE = {Holds.CONTACT: "contacts", Holds.CUSTOMER: "customers", Holds.CLAIM: "customers", Holds.ACTOR: "names"}


def count(connection: Connection, scope: Scope) -> dict[Kind, int]:
    """How many rows of each kind there are."""
    counts: dict[Kind, int] = {}
    for table, declared in _tables():
        if declared.kind is not None:
            found = len(keys_of(connection, table, declared, scope))
            counts[declared.kind] = counts.get(declared.kind, 0) + found
    return {kind: counts[kind] for kind in Kind if counts.get(kind)}


def erase(connection: Connection, scope: Scope, now: datetime) -> None:
    """Empty or delete all of it, end work that was to be done with it, and bring what is searched up to date."""
    named = _that_name(connection, scope)
    end_work(connection, scope)
    _name_nobody(connection, scope)
    tables = list(_tables())
    for table, declared in tables:
        if not declared.deleted:
            _empty(connection, table, declared, keys_of(connection, table, declared, scope))
    for table, declared in reversed(tables):
        if declared.deleted:
            _delete(connection, table, keys_of(connection, table, declared, scope))
    _mark(connection, scope, now)
    for some in portions(scope.touched | named):
        index_words(connection, some)
    touch(connection)  # what was learnt is forgotten by every process


def empty(connection: Connection, category: Category, scope: Scope) -> None:
    """Empty or delete what is in a category of its own, such as attachments."""
    for table, declared in _tables():
        if declared.category is category:
            keys = keys_of(connection, table, declared, scope)
            (_delete if declared.deleted else _emptied(declared))(connection, table, keys)
    _mark_files(connection, scope)


def forget_deleted_words(connection: Connection) -> None:
    """Have SQLite's search index hold no more what was deleted from it: it only marks words as gone (FTS5, 6.1)."""
    if connection.dialect.name == "sqlite":
        for name in (SEARCH_INDEX, SEARCH_PARTS):
            statement = f"INSERT INTO {name} ({name}) VALUES ('optimize')"  # noqa: S608 - names of ours
            connection.execute(text(statement))


def keys_of(connection: Connection, table: Table, declared: Declared, scope: Scope) -> list[tuple[Any, ...]]:
    """The primary keys of the rows of a scope."""
    found: dict[tuple[Any, ...], None] = {}
    for column, name in declared.of:
        for some in portions(getattr(scope, name)):
            rows = select(*table.primary_key.columns).where(table.c[column].in_(some))
            found |= dict.fromkeys(tuple(row) for row in connection.execute(rows))
    return list(found)


def of_keys(table: Table, keys: Sequence[tuple[Any, ...]]) -> Iterator[ColumnElement[bool]]:
    """Conditions for these rows, in portions that a statement takes."""
    columns = list(table.primary_key.columns)
    for start in range(0, len(keys), 200):
        some = keys[start : start + 200]
        if len(columns) == 1:
            yield columns[0].in_([key[0] for key in some])
        else:
            pairs = [[column == value for column, value in zip(columns, key, strict=True)] for key in some]
            yield or_(*(and_(*each) for each in pairs))


def _tables() -> Iterator[tuple[Table, Declared]]:
    """In the order of foreign keys."""
    for table in metadata.sorted_tables:
        if table.name in DECLARED:
            yield table, DECLARED[table.name]


def _emptied(declared: Declared) -> Callable[[Connection, Table, list[tuple[Any, ...]]], None]:
    return lambda connection, table, keys: _empty(connection, table, declared, keys)


def _empty(connection: Connection, table: Table, declared: Declared, keys: list[tuple[Any, ...]]) -> None:
    values = {
        name: blank(table.c[name], holds)
        for name, holds in declared.columns.items()
        if holds in (*BY_ROW[:2], BY_ROW[3])
    }
    for rows in of_keys(table, keys):
        if values:
            changed = update(table).where(rows)
            if declared.unchanged:
                changed = changed.where(table.c.field.not_in(declared.unchanged))
            connection.execute(changed.values(**values))
    for name, holds in declared.columns.items():
        if holds is Holds.KEY:
            _digest(connection, table, name, keys)


def _digest(connection: Connection, table: Table, name: str, keys: list[tuple[Any, ...]]) -> None:
    own = list(table.primary_key.columns)
    for rows in of_keys(table, keys):
        found = connection.execute(select(*own, table.c[name].label("known")).where(rows)).all()
        changes = [
            {f"key_{at}": value for at, value in enumerate(row[:-1])} | {"digest": erased_key(row.known)}
            for row in found
            if row.known != erased_key(row.known)
        ]
        if changes:
            here = and_(*(column == bindparam(f"key_{at}") for at, column in enumerate(own)))
            connection.execute(update(table).where(here).values({name: bindparam("digest")}), changes)


def blank(column: Column[Any], holds: Holds) -> Any:
    """What a column holds when it says nothing."""
    if holds is Holds.LIST:
        return []
    if column.nullable:
        return None
    if isinstance(column.type, JSON):
        return {}
    return b"" if isinstance(column.type, Sealed) else ""


def _delete(connection: Connection, table: Table, keys: list[tuple[Any, ...]]) -> None:
    for rows in of_keys(table, keys):
        connection.execute(delete(table).where(rows))


def _name_nobody(connection: Connection, scope: Scope) -> None:
    """Empty what names the person on rows of others, or in figures."""
    for table, declared in _tables():
        for name, holds in declared.columns.items():
            if holds in BY_VALUE:
                _empty_values(connection, table.c[name], holds, getattr(scope, BY_VALUE[holds]))


def _that_name(connection: Connection, scope: Scope) -> set[int]:
    """Interactions that name their customer number, whoever wrote in them."""
    found: set[int] = set()
    for some in portions(scope.customers):
        rows = select(interaction.c.id).where(interaction.c.customer_id.in_(some))
        found |= set(connection.execute(rows).scalars())
    return found


def _empty_values(connection: Connection, column: Column[Any], holds: Holds, values: Collection[Any]) -> None:
    for some in portions(values):
        here = update(column.table).where(column.in_(some))
        connection.execute(here.values({column.name: blank(column, holds)}))


def end_work(connection: Connection, scope: Scope) -> int:
    """Whoever works on it now has lost the lease: no result is stored, and nothing comes back. How much there was.

    Where a result is being stored at this moment, this waits for it.
    """
    ending = open_work(connection, scope)
    for some in portions(work_id for work_id, _ in ending):
        over = update(work).where(work.c.id.in_(some))
        connection.execute(over.values(state=WorkState.DROPPED.value, lease_owner="", last_error=""))
    for key in sorted({key for _, key in ending}):
        let_next_go(connection, key)
    return len(ending)


def _mark(connection: Connection, scope: Scope, now: datetime) -> None:
    """Say on messages that they were erased, and that their events are not to be read again."""
    for some in portions(scope.messages):
        mine = update(inbound_message).where(inbound_message.c.id.in_(some), inbound_message.c.erased_at.is_(None))
        connection.execute(mine.values(erased_at=now))
    for some in portions(scope.events):
        connection.execute(update(channel_event).where(channel_event.c.id.in_(some)).values(state="read"))
    _mark_files(connection, scope)


def _mark_files(connection: Connection, scope: Scope) -> None:
    for some in portions(scope.messages):
        mine = update(attachment).where(attachment.c.message_id.in_(some))
        connection.execute(mine.values(state=AttachmentState.GONE.value))


def as_plain(counts: Mapping[Kind, int]) -> dict[str, int]:
    """Counts by the names of their kinds."""
    return {kind.value: number for kind, number in counts.items()}
