"""Migrations: from nothing to now on both databases, and never behind the tables in the code."""

import asyncio
from importlib.resources import files

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from frontdesk.model import CodeList
from frontdesk.settings.sections import Settings
from frontdesk.storage.opening.upgrade import current, newest, upgrade
from frontdesk.storage.schema.base import metadata
from frontdesk.storage.schema.configuration import code
from frontdesk.storage.schema.seeds import code_lists
from frontdesk.storage.search.documents import SEARCH_INDEX
from frontdesk.wiring.container import Container, database_url


def declared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one that the code declares; the words of searches are in tables of the engines' own."""
    return kind != "table" or not str(name).startswith(SEARCH_INDEX)


async def test_the_migrated_schema_is_the_one_that_the_code_declares(container: Container) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": declared})
        return list(compare_metadata(context, metadata))

    assert await container.database.read(differences) == []


async def test_upgrading_twice_changes_nothing_the_second_time(container: Container) -> None:
    assert await upgrade(database_url(container.settings), code_lists()) == (newest(), newest())


async def test_processes_that_start_at_once_migrate_once(bare_settings: Settings) -> None:
    bare_settings.folder.mkdir(parents=True)
    url = database_url(bare_settings)
    results = (
        await asyncio.gather(*(upgrade(url, code_lists()) for _ in range(3)))
        if "postgres" in str(url)
        else [await upgrade(url, code_lists()), await upgrade(url, code_lists())]
    )
    assert sorted(before for before, _ in results)[0] == ""
    assert all(after == newest() for _, after in results)


async def test_the_database_knows_its_revision(container: Container) -> None:
    assert await container.database.read(current) == newest()


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("frontdesk.storage.schema") / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == newest()


async def test_every_code_list_is_filled_at_first_and_left_alone_later(container: Container) -> None:
    lists = await container.configuration.codes.all()
    assert all(lists[which] for which in CodeList)
    await container.database.write(lambda c: c.execute(code.update().values(name="renamed")).rowcount)
    await upgrade(database_url(container.settings), code_lists())
    names = await container.database.read(lambda c: set(c.execute(select(code.c.name)).scalars()))
    assert names == {"renamed"}
