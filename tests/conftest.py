"""Fixtures that all rooms' tests share: a house on SQLite and on PostgreSQL, with the real engine."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from frontdesk.model import Accepted, NewMessage, Sender
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container, open_container

POSTGRES = os.environ.get("FRONTDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
EVERYTHING = os.environ.get("FRONTDESK_TEST_ALL") == "1"
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


async def _run_on_server(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this test process's own; skips where no server answers."""
    name = f"frontdesk_test_{uuid.uuid4().hex[:12]}"
    try:
        asyncio.run(_run_on_server(f"CREATE DATABASE {name}"))
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if EVERYTHING:
            raise
        pytest.skip(f"no PostgreSQL at FRONTDESK_TEST_POSTGRES: {error}")
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    asyncio.run(_run_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def postgres_fresh(postgres_url: str) -> str:
    """The PostgreSQL database, emptied."""

    async def empty() -> None:
        connection = await asyncpg.connect(postgres_url)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.close()

    asyncio.run(empty())
    return postgres_url


@pytest.fixture(params=DATABASES)
def bare_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a data folder that does not exist yet, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_fresh") if request.param == "postgresql" else ""
    return _settings(tmp_path / "data", url)


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a new database that is migrated already, once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        return _settings(tmp_path / "data", request.getfixturevalue("postgres_copy"))
    (tmp_path / "data").mkdir()
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "data")
    return _settings(tmp_path / "data", "")


def _settings(folder: Path, url: str) -> Settings:
    environment = {"FRONTDESK_WORK_IDLE_SECONDS": "0.02", **({"FRONTDESK_STORAGE_URL": url} if url else {})}
    return load(data=folder, environment=environment)


async def _migrate(settings: Settings, builtin: Builtin) -> None:
    async with open_container(settings, builtin):
        pass


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, builtin: Builtin) -> Path:
    """A SQLite file as a first start leaves it: copying it is a hundred times faster than migrating."""
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(_migrate(_settings(folder, ""), builtin))
    return folder / "frontdesk.sqlite3"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory, builtin: Builtin) -> Iterator[str]:
    """The name of a PostgreSQL database as a first start leaves it, for copies."""
    name = f"{postgres_url.rsplit('/', 1)[1]}_migrated"
    asyncio.run(_run_on_server(f"CREATE DATABASE {name}"))
    url = f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    asyncio.run(_migrate(_settings(tmp_path_factory.mktemp("migrated"), url), builtin))
    yield name
    asyncio.run(_run_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def postgres_copy(postgres_url: str, migrated_postgres: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own, migrated."""
    name = f"{postgres_url.rsplit('/', 1)[1]}_copy"
    asyncio.run(_run_on_server(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}"))
    yield f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    asyncio.run(_run_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def builtin() -> Iterator[Builtin]:
    """The engine, loaded once for all tests of this process."""
    engine = Builtin()
    yield engine
    engine.close()


@pytest.fixture
async def container(settings: Settings, builtin: Builtin) -> AsyncIterator[Container]:
    """An open house; its runner does not run until told to."""
    async with open_container(settings, builtin) as opened:
        yield opened


class Front:
    """A customer at the front desk: says things and waits until they are handled."""

    def __init__(self, container: Container) -> None:
        """Speak to this container."""
        self.container = container

    async def say(self, text: str, *, id: str = "", joins: int | None = None, **sender: str) -> Accepted:
        """Hand in a message and work off everything."""
        channel = sender.pop("channel", "WEB")
        message = NewMessage(text, channel, Sender(**sender), provider_id=id, joins=joins)
        accepted = await self.container.inbox.accept(message)
        await self.container.runner.run_until_idle()
        return accepted


@pytest.fixture
def front(container: Container) -> Front:
    """A customer at the desk of `container`."""
    return Front(container)
