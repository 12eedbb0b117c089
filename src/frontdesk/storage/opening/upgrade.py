"""Brings a database to the schema of this version (Alembic) and fills the code lists of a new one."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import Connection, column, create_engine, insert, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from ulid import ULID

from frontdesk.interfaces import Invalid
from frontdesk.model import Code
from frontdesk.storage.configuration.codes import touch
from frontdesk.storage.engines.advisory_locks import MIGRATION, create_lock_table, take_advisory_lock
from frontdesk.storage.engines.database import prepare_sqlite
from frontdesk.storage.schema import insights_triggers
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.configuration import code, example
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.search.documents import SEARCH_INDEX, SEARCH_PARTS, create_on_hana
from frontdesk.storage.search.index import rebuild

# The head of migrations/versions: known without loading Alembic, which a start on a current database does not need.
NEWEST = "0028"
_VERSION_ON_HANA = text(
    "SELECT TABLE_NAME FROM SYS.TABLES WHERE SCHEMA_NAME = CURRENT_SCHEMA AND TABLE_NAME = 'ALEMBIC_VERSION'"
)


async def upgrade(url: URL, seed: Sequence[Code] = (), to: str = "head") -> tuple[str, str]:
    """Migrate to the newest schema and, where no code list is there, store `seed`. Returns (before, after).

    `to` names an older revision, for tests of what follows it.

    Raises Invalid when the database is of a newer version than this code, Unavailable when it cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        prepare_sqlite(engine)
        with engine.connect() as connection:
            # Alembic makes some tables anew, which SQLite would take for deleting what others point to.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            answer = _upgrade(connection, seed, to)
        engine.dispose()
        return answer
    if url.get_backend_name() == "hana":
        return await asyncio.to_thread(_upgrade_hana, url, seed, to)
    from frontdesk.storage.engines.postgres import at_start
    from frontdesk.storage.engines.remote import remote_engine

    remote = remote_engine(url)
    try:
        async with remote.begin() as connection:
            return await connection.run_sync(lambda c: _upgrade(c, seed, to))
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


def _upgrade(connection: Connection, seed: Sequence[Code], to: str) -> tuple[str, str]:
    if connection.dialect.name == "hana":
        create_lock_table(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    take_advisory_lock(connection, MIGRATION)
    before = current(connection)
    if connection.dialect.name == "hana" and not before:
        _create_on_hana(connection)
    elif before != newest():
        insights_triggers.remove(connection)  # they name tables that a migration may make anew
        _migrate(connection, before, to)
        _check_references(connection)
    if to == "head":
        _fill_search_index(connection)
        insights_triggers.install(connection)
    if seed and connection.execute(select(code.c.code).limit(1)).first() is None:
        _seed(connection, seed)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
    return before, newest()


def _upgrade_hana(url: URL, seed: Sequence[Code], to: str) -> tuple[str, str]:
    """There every change of a table commits by itself: an upgrade that fails half-way goes on where it stopped."""
    from frontdesk.storage.engines.hana import at_start, hana_engine

    engine = hana_engine(url)
    try:
        with engine.begin() as connection:
            return _upgrade(connection, seed, to)
    except DBAPIError as error:
        raise at_start(error) from error
    finally:
        engine.dispose()


def _create_on_hana(connection: Connection) -> None:
    """All tables at once: the migrations up to here were written for the other two. The version comes last."""
    metadata.create_all(connection)
    create_on_hana(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num NVARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), {"version": NEWEST})


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


def _migrate(connection: Connection, before: str, to: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(files("frontdesk.storage.schema") / "migrations"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before and before not in known:
        raise Invalid(f"the database is at version {before}, which this program does not know: use a newer frontdesk")
    command.upgrade(config, to)
