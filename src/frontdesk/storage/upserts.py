"""Inserting a row unless it is there, on both databases, without an error in between."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row where its primary key is new; whether it was."""
    if connection.dialect.name == "postgresql":
        added = connection.execute(postgresql.insert(table).values(**row).on_conflict_do_nothing())
    else:
        added = connection.execute(sqlite.insert(table).values(**row).on_conflict_do_nothing())
    return added.rowcount == 1
