"""What the declared tables have and a database has not: found by comparing the two, so that no migration repeats it."""

import json
from collections.abc import Callable
from typing import Any

from alembic import op
from alembic.operations import Operations, ops, toimpl
from sqlalchemy import Column, Table, false, inspect, true
from sqlalchemy.engine import Inspector

from frontdesk.storage.schema.base import metadata


def add_missing() -> None:
    """Add tables, columns, room in texts and indexes, as they are declared; nothing is taken away.

    Rows that are there get the declared default of a new column. A migration drops what is to change before it calls
    this, and fills afterwards what no default can say.
    """
    found = inspect(op.get_bind())
    there = set(found.get_table_names())
    metadata.create_all(op.get_bind(), [table for table in metadata.sorted_tables if table.name not in there])
    for table in metadata.sorted_tables:
        if table.name in there:
            _widen(table, found)
            _add_columns(table, found)
            _add_indexes(table, found)


def pass_over_what_is_there() -> None:
    """Let later migrations create and drop nothing where `add_missing` came to the declared tables before them."""
    _only_where(ops.CreateTableOp, toimpl.create_table, lambda o, found: not found.has_table(o.table_name))
    _only_where(ops.AddColumnOp, toimpl.add_column, lambda o, found: o.column.name not in _columns(o.table_name, found))
    _only_where(ops.CreateIndexOp, toimpl.create_index, lambda o, found: not _has_index(o, found))
    _only_where(ops.DropIndexOp, toimpl.drop_index, _has_index)


def _has_index(operation: Any, found: Inspector) -> bool:
    return operation.index_name in _indexes(operation.table_name, found)


def _only_where(kind: type[Any], done: Callable[..., Any], wanted: Callable[[Any, Inspector], bool]) -> None:
    @Operations.implementation_for(kind, replace=True)
    def _(operations: Operations, operation: Any) -> Any:
        return done(operations, operation) if wanted(operation, inspect(operations.get_bind())) else None


def _widen(table: Table, found: Inspector) -> None:
    lengths = {each["name"]: getattr(each["type"], "length", None) for each in found.get_columns(table.name)}
    short = [each for each in table.columns if (lengths.get(each.name) or 0) < (getattr(each.type, "length", 0) or 0)]
    with op.batch_alter_table(table.name) as batch:
        for column in short:
            if lengths.get(column.name):
                batch.alter_column(column.name, type_=column.type, existing_nullable=column.nullable)


def _add_columns(table: Table, found: Inspector) -> None:
    there = _columns(table.name, found)
    for each in table.columns:
        if each.name not in there:
            added = Column(each.name, each.type, nullable=each.nullable, server_default=_default(each))
            op.add_column(table.name, added)


def _default(column: Column[Any]) -> Any:
    """What rows that are there get: what the database is told anyway, else what new rows get."""
    if column.server_default is not None:
        return column.server_default.arg  # type: ignore[attr-defined]  # it is a DefaultClause
    if column.nullable or column.default is None:
        return None
    value = column.default.arg  # type: ignore[attr-defined]  # it is a ColumnDefault
    value = value(None) if callable(value) else value
    if isinstance(value, bool):
        return true() if value else false()
    return value if isinstance(value, str) else json.dumps(value)


def _add_indexes(table: Table, found: Inspector) -> None:
    there = _indexes(table.name, found)
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.name not in there:
            index.create(op.get_bind())


def _columns(table: str, found: Inspector) -> set[str | None]:
    return {each["name"] for each in found.get_columns(table)}


def _indexes(table: str, found: Inspector) -> set[str | None]:
    return {each["name"] for each in found.get_indexes(table)}
