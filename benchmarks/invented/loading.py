"""Many rows at once, past SQLAlchemy: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, text, update
from sqlalchemy.util import await_only

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.storage.configuration.codes import touch
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.stamps import NextStamp
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.insights.folding import begin_epoch, refold
from frontdesk.storage.schema import insights_triggers
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.people import contact, customer
from frontdesk.storage.schema.pipeline import service_call
from frontdesk.storage.search.index import rebuild

Rows = Sequence[tuple[Any, ...]]
COUNTED = (interaction, contact, service_call)


def insert_many(connection: Connection, tables: Sequence[tuple[str, tuple[str, ...], Rows]]) -> None:
    """Insert rows of several tables, each with the columns that are named. JSON columns take text."""
    for name, columns, rows in tables:
        table = metadata.tables[name]
        if connection.dialect.name == "postgresql":
            driver: Any = connection.connection.driver_connection
            await_only(driver.copy_records_to_table(name, records=rows, columns=columns))
        else:
            _into_sqlite(connection, table, columns, rows)


def next_numbers(connection: Connection) -> dict[str, int]:
    """The first free number of each table that counts its rows, and of demo customers."""
    highest = {t.name: connection.execute(select(func.max(t.c.id))).scalar() or 0 for t in COUNTED}
    numbered = connection.execute(select(func.max(customer.c.id)).where(customer.c.id.between("500000", "599999")))
    taken = numbered.scalar()
    return {name: number + 1 for name, number in highest.items()} | {"customer": int(taken) + 1 if taken else 500_000}


def go_on_counting(connection: Connection) -> None:
    """Advance PostgreSQL's sequences behind rows that were inserted with their own numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in COUNTED:
        highest = f"(SELECT max(id) FROM {table.name})"
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {highest})"))


def check_empty(connection: Connection) -> None:
    """Raises Conflict where there are interactions already."""
    if connection.execute(select(interaction.c.id).limit(1)).first() is not None:
        raise Conflict(
            "there are interactions in this database: choose an empty one with --data, or add to it with --add"
        )


def analyse_tables(connection: Connection) -> None:
    """Let the database look at what is in its tables, so that it plans well."""
    connection.execute(text("ANALYZE"))


def _into_sqlite(connection: Connection, table: Table, columns: tuple[str, ...], rows: Rows) -> None:
    moments = [at for at, name in enumerate(columns) if isinstance(table.c[name].type, Moment)]
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
    driver: Any = connection.connection.driver_connection
    driver.executemany(statement, (_as_text(row, moments) for row in rows))


def _as_text(row: tuple[Any, ...], moments: Sequence[int]) -> list[Any]:
    values = list(row)
    for at in moments:
        value = values[at]
        if value is not None:
            values[at] = _moment(value)
    return values


def _moment(value: datetime) -> str:
    """As Moment writes it."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


async def room_for(database: Database, *, add: bool) -> dict[str, int]:
    """The first free numbers. Raises Conflict where there are interactions and nobody said to add to them.

    Raises Invalid on SAP HANA, whose sequences cannot be advanced behind rows with their own numbers.
    """
    if database.dialect == "hana":
        raise Invalid(
            "invented data can be filled into SQLite and PostgreSQL: choose another storage.url", "storage.url"
        )
    if not add:
        await database.read(check_empty)
    return await database.read(next_numbers)


async def fill(database: Database, tables: Sequence[tuple[str, tuple[str, ...], Rows]]) -> None:
    """Insert a portion of whole interactions in one transaction, with the facts of the insights."""
    await database.write(lambda c: _fill(c, tables))


async def finish(database: Database) -> None:
    """After the last portion: go on counting, and plan with what is there."""
    await database.write(_finish)


def _fill(connection: Connection, tables: Sequence[tuple[str, tuple[str, ...], Rows]]) -> None:
    with insights_triggers.silent(connection):
        insert_many(connection, tables)
        numbers = [row[0] for name, _columns, rows in tables if name == interaction.name for row in rows]
        if numbers:
            refold(connection, min(numbers), max(numbers))
            rebuild(connection, min(numbers), max(numbers))


def _finish(connection: Connection) -> None:
    begin_epoch(connection)
    connection.execute(update(interaction).where(interaction.c.changed == 0).values(changed=NextStamp()))
    go_on_counting(connection)
    touch(connection)  # new customers: analyses recognise their names
    analyse_tables(connection)
