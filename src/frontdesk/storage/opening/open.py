"""Opens a database by its address: SQLite, PostgreSQL or SAP HANA."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url

from frontdesk.interfaces import Invalid
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.sealing import sealer_of


def sqlite_url(folder: Path) -> URL:
    """Where a data folder keeps its database."""
    return URL.create("sqlite", database=str(folder / "frontdesk.sqlite3"))


def parse_url(text: str) -> URL:
    """A database address out of the settings. Raises Invalid for anything but SQLite, PostgreSQL and HANA."""
    try:
        url = make_url(text)
    except Exception as error:  # SQLAlchemy raises several kinds for what cannot be read
        raise Invalid(f"storage.url cannot be read: {error}", "storage.url") from None
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+asyncpg")
    if url.get_backend_name() == "hana":
        return url.set(drivername="hana")
    raise Invalid(
        f"storage.url names {url.get_backend_name()!r}: use postgresql://… or hana://…, or leave it empty for SQLite",
        "storage.url",
    )


async def open_database(url: URL, pool_size: int = 8, attachment_key: str = "") -> Database:
    """Connect; the schema must be there (see `storage.schema.upgrade`). Raises Invalid (key)."""
    sealer = sealer_of(attachment_key)
    if url.get_backend_name() == "sqlite":
        from frontdesk.storage.engines.sqlite import SqliteDatabase

        return SqliteDatabase(url, sealer)
    if url.get_backend_name() == "hana":
        from frontdesk.storage.engines.hana import HanaDatabase

        return HanaDatabase(url, pool_size, sealer)
    from frontdesk.storage.engines.postgres import PostgresDatabase

    return PostgresDatabase(url, pool_size, sealer)
