"""Inserting a row unless it is there, without an error in between."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row where its primary key is new; whether it was."""
    if connection.dialect.name == "hana":
        return _where_missing(connection, table, row)
    if connection.dialect.name == "postgresql":
        added = connection.execute(postgresql.insert(table).values(**row).on_conflict_do_nothing())
    else:
        added = connection.execute(sqlite.insert(table).values(**row).on_conflict_do_nothing())
    return added.rowcount == 1


def _where_missing(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """The rare case that another transaction inserts it meanwhile is an error that repeats this one."""
    there = select(literal(1)).where(and_(*(key == row[key.name] for key in table.primary_key)))
    if connection.execute(there).first() is not None:
        return False
    connection.execute(insert(table), [dict(row)])
    return True
