"""Brings a database to the schema of this version (Alembic) and fills the code lists of a new one."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import Connection, MetaData, column, create_engine, insert, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from ulid import ULID

from frontdesk.interfaces import Invalid
from frontdesk.model import Code
from frontdesk.storage.configuration.codes import touch
from frontdesk.storage.engines.advisory_locks import MIGRATION, create_lock_table, take_advisory_lock
from frontdesk.storage.engines.database import prepare_sqlite
from frontdesk.storage.engines.stamps import stamp_anew
from frontdesk.storage.schema import insights_triggers
from frontdesk.storage.schema.audit import guard
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.configuration import code, example
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.schema.words import create_word_tables
from frontdesk.storage.search.documents import SEARCH_INDEX, SEARCH_PARTS
from frontdesk.storage.search.index import rebuild

# The head of migrations/versions: known without loading Alembic, which a start on a current database does not need.
NEWEST = "0024"
_VERSION_ON_HANA = text(
    "SELECT TABLE_NAME FROM SYS.TABLES WHERE SCHEMA_NAME = CURRENT_SCHEMA AND TABLE_NAME = 'ALEMBIC_VERSION'"
)
# As Alembic makes it.
_VERSION = (
    "CREATE TABLE IF NOT EXISTS alembic_version "
    "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


async def upgrade(url: URL, seed: Sequence[Code] = ()) -> tuple[str, str]:
    """Create or migrate to the newest schema; where no code list is there, store `seed`. Returns (before, after).

    Raises Invalid for a database of a version that this code does not know, Unavailable when it cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        prepare_sqlite(engine)
        with engine.connect() as connection:
            # Alembic makes some tables anew, which SQLite would take for deleting what others point to.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            answer = _upgrade(connection, seed)
        engine.dispose()
        return answer
    if url.get_backend_name() == "hana":
        return await asyncio.to_thread(_upgrade_hana, url, seed)
    from frontdesk.storage.engines.postgres import at_start
    from frontdesk.storage.engines.remote import remote_engine

    remote = remote_engine(url)
    try:
        async with remote.begin() as connection:
            return await connection.run_sync(lambda c: _upgrade(c, seed))
    except (OSError, DBAPIError) as error:
        raise at_start(error) from error
    finally:
        await remote.dispose()


def newest() -> str:
    """The revision that this version of the code needs."""
    return NEWEST


def current(connection: Connection) -> str:
    """The revision that a database is at, empty when it has none."""
    if connection.dialect.name == "hana":
        there = connection.execute(_VERSION_ON_HANA).first() is not None
    else:
        there = inspect(connection).has_table("alembic_version")
    if not there:
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _upgrade(connection: Connection, seed: Sequence[Code]) -> tuple[str, str]:
    if connection.dialect.name == "hana":
        create_lock_table(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    take_advisory_lock(connection, MIGRATION)
    before = current(connection)
    if not before:
        _create(connection)
    elif before != newest():
        insights_triggers.remove(connection)  # they name tables that a migration may make anew
        _migrate(connection, before)
        _check_references(connection)
    _fill_search_index(connection)
    insights_triggers.install(connection)
    stamp_anew(connection, interaction)
    if seed and connection.execute(select(code.c.code).limit(1)).first() is None:
        _seed(connection, seed)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
    return before, newest()


def _upgrade_hana(url: URL, seed: Sequence[Code]) -> tuple[str, str]:
    """There every change of a table commits by itself: an upgrade that fails half-way goes on where it stopped."""
    from frontdesk.storage.engines.hana import at_start, hana_engine

    engine = hana_engine(url)
    try:
        with engine.begin() as connection:
            return _upgrade(connection, seed)
    except DBAPIError as error:
        raise at_start(error) from error
    finally:
        engine.dispose()


def _create(connection: Connection) -> None:
    """Today's tables at once. The version comes last: SAP HANA keeps each table, so there a start goes on from them."""
    _declared(connection).create_all(connection, checkfirst=connection.dialect.name == "hana")
    create_word_tables(connection)
    guard(connection)
    connection.exec_driver_sql(_VERSION)
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), {"version": NEWEST})


def _declared(connection: Connection) -> MetaData:
    """The tables; a copy for SAP HANA, whose dialect writes into what it creates."""
    if connection.dialect.name != "hana":
        return metadata
    copied = MetaData(naming_convention=metadata.naming_convention)
    for each in metadata.sorted_tables:
        each.to_metadata(copied)
    return copied


def _check_references(connection: Connection) -> None:
    """What SQLite did not look at during the migration. Raises Invalid, which undoes it."""
    if connection.dialect.name != "sqlite":
        return
    if (found := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
        raise Invalid(f"the upgrade would break references of table {found[0]}: nothing was changed; keep this file")


def _fill_search_index(connection: Connection) -> None:
    """Words of what was stored before there was an index; migrations only make its tables."""
    tables = (table(SEARCH_INDEX, column("words")), table(SEARCH_PARTS, column("words")))
    if all(connection.execute(select(each.c.words).limit(1)).first() is None for each in tables):
        rebuild(connection)


def _seed(connection: Connection, seed: Sequence[Code]) -> None:
    rows = [{name: value for name, value in columns(entry).items() if name != "examples"} for entry in seed]
    connection.execute(insert(code), rows)
    now = datetime.now(UTC)
    examples = [
        {"id": str(ULID()), "intent": entry.code, "text": text, "created_at": now}
        for entry in seed
        for text in entry.examples
    ]
    if examples:
        connection.execute(insert(example), examples)
    touch(connection)


def _migrate(connection: Connection, before: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(files("frontdesk.storage.schema") / "migrations"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before not in known:
        advice = "use a newer frontdesk" if before > NEWEST else "restore a back-up of 0.1.0 or newer"
        raise Invalid(f"the database is at version {before}, which this program does not know: {advice}")
    command.upgrade(config, "head")
