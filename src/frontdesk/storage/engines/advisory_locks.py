"""Advisory locks: keep two transactions from doing the same thing at once on a database with many writers."""

from typing import Final

from sqlalchemy import Connection, text

# Any numbers will do, as long as they stay: processes of two versions may run side by side.
MIGRATION: Final = 7_305_214
INSIGHTS: Final = 7_305_215
NUMBERS: Final = 7_305_216
AUDIT: Final = 7_305_217


def take_advisory_lock(connection: Connection, number: int) -> None:
    """Take the lock with this number (64 bits, signed) until the transaction ends. SQLite has one writer anyway.

    PostgreSQL locks the number itself. SAP HANA has no such locks: there all numbers share the lock of one table.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    elif connection.dialect.name == "hana":
        connection.exec_driver_sql("LOCK TABLE turn IN EXCLUSIVE MODE")


def create_lock_table(connection: Connection) -> None:
    """The table whose lock is taken on SAP HANA, unless it is there."""
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS turn (id INTEGER NOT NULL PRIMARY KEY)")
