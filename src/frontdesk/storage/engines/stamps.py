"""Stamps of changes: numbers that put the changes of a table in an order which no late commit can get behind.

On PostgreSQL a stamp is the number of the transaction, so that a reader leaves out what is not older than all that
still run (`settled`). SQLite has one writer at a time, and the next number is enough; it is no less than the time, so
that a number of a row that is deleted is not given again.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Table, func, text, true, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

NAME = "changed"
MILLISECONDS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


class NextStamp(FunctionElement[int]):
    """The stamp of a change that is being made in the table `interaction`."""

    type = BigInteger()
    inherit_cache = True


@compiles(NextStamp)
def _without(*_: Any, **__: Any) -> str:
    return "0"


@compiles(NextStamp, "postgresql")
def _on_postgresql(*_: Any, **__: Any) -> str:
    return "txid_current()"


@compiles(NextStamp, "sqlite")
def _on_sqlite(*_: Any, **__: Any) -> str:
    return f"max(coalesce((SELECT max(s.{NAME}) FROM interaction s), 0) + 1, {MILLISECONDS})"  # noqa: S608 - ours


def stamp_column() -> Column[int]:
    """Set anew by every statement that changes a row."""
    return Column(NAME, BigInteger, nullable=False, default=NextStamp(), onupdate=NextStamp(), server_default=text("0"))


def settled(dialect: str, column: ColumnElement[int]) -> ColumnElement[bool]:
    """The rows that nothing which commits later can come before."""
    if dialect != "postgresql":
        return true()
    return column < func.txid_snapshot_xmin(func.txid_current_snapshot())


def stamp_anew(connection: Connection, table: Table) -> None:
    """Rows of a server that counted further, which a backup or a transfer brought here, count as changed now."""
    if connection.dialect.name == "postgresql":
        connection.execute(update(table).where(table.c[NAME] > func.txid_current()).values({NAME: NextStamp()}))
