"""Fixtures that all tests share: a container on SQLite and on PostgreSQL, with the real engine."""

import asyncio
import gc
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import argon2
import asyncpg
import httpx
import msgspec
import pytest

from frontdesk.model import Accepted, NewMessage, Sender
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.storage.people.passwords import Passwords
from frontdesk.wiring.container import Container, open_container
from tests import postgres

POSTGRES = os.environ.get("FRONTDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
CHEAP = Passwords(argon2.profiles.CHEAPEST)
# A shared machine stalls for longer than the five seconds after which httpx gives up.
for _each in ("connect", "read", "write", "pool"):
    setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, _each, 60)
EVERYTHING = os.environ.get("FRONTDESK_TEST_ALL") == "1"
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
# Interfaces call packages that are tested on both: here a chosen set, marked `both_databases`, runs on PostgreSQL too.
DOORS = ("channels", "cli", "edges", "ui")

# What opens a container or starts a process: in an interface such tests are slow, as there are very many of them.
WHOLE = {"builtin", "environment", "demo_server", "gateway"}
# Files whose tests take about a second each: real processes, servers, and waits that are what they test.
SLOW = {
    "cli/test_channels.py",
    "edges/odata/test_clients.py",
    "edges/test_connections.py",
    "llm/test_coming_back.py",
    "llm/test_injection.py",
    "llm/test_over_http.py",
    "outgoing/test_imap.py",
    "outgoing/test_tls.py",
    "simulators/llm/test_command.py",
    "ui/test_serve.py",
    "workflows/test_bursts.py",
}


def below(path: Path) -> Path:
    """Where a test is among the tests."""
    return path.relative_to(Path(__file__).parent)


def room_of(path: Path) -> str:
    """The folder of a test, or its file's name at the top."""
    return below(path).parts[0]


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what bin/check leaves to bin/test: whole interfaces, the stand-in for SAP HANA, and SLOW.

    Tests in a browser go first: they are the longest, and the end would wait for one that begins last.
    """
    for item in items:
        in_door = room_of(item.path) in DOORS and not WHOLE.isdisjoint(getattr(item, "fixturenames", ()))
        if in_door or item.path.parent.name == "hana" or below(item.path).as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays until the end: thousands of tests and the program's modules."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Say on which databases a test runs: on both, and in the interfaces on SQLite unless it is marked."""
    chosen = any("dialect" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "dialect" in metafunc.fixturenames and not chosen:
        both = room_of(metafunc.definition.path) not in DOORS or metafunc.definition.get_closest_marker(
            "both_databases"
        )
        metafunc.parametrize("dialect", DATABASES if both else DATABASES[:1])


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The PostgreSQL database of this test process; skips where no server answers."""
    name = f"frontdesk_test_{uuid.uuid4().hex[:12]}"
    try:
        asyncio.run(postgres.run(POSTGRES, f"CREATE DATABASE {name}", postgres.QUICK.format(name=name)))
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if EVERYTHING:
            raise
        pytest.skip(f"no PostgreSQL at FRONTDESK_TEST_POSTGRES: {error}")
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    asyncio.run(postgres.run(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def postgres_bare(postgres_url: str) -> str:
    """The PostgreSQL database without a single table."""
    asyncio.run(postgres.run(postgres_url, postgres.END_OTHERS, *postgres.CLEAR))
    return postgres_url


@pytest.fixture
def postgres_migrated(postgres_url: str, tmp_path: Path, builtin: Builtin) -> str:
    """The PostgreSQL database as a first start leaves it."""
    if not asyncio.run(postgres.put_back(postgres_url)):
        asyncio.run(postgres.run(postgres_url, *postgres.CLEAR))
        asyncio.run(_migrate(_settings(tmp_path / "migrated", postgres_url), builtin))
        asyncio.run(postgres.keep(postgres_url))
    return postgres_url


@pytest.fixture
def bare_settings(request: pytest.FixtureRequest, tmp_path: Path, dialect: str) -> Settings:
    """Settings of a data folder that does not exist yet, with a database without tables."""
    url = request.getfixturevalue("postgres_bare") if dialect == "postgresql" else ""
    return _settings(tmp_path / "data", url)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, dialect: str) -> Settings:
    """Settings of a new database that is migrated already."""
    if dialect == "postgresql":
        return _settings(tmp_path / "data", request.getfixturevalue("postgres_migrated"))
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "data")
    return _settings(tmp_path / "data", "")


def _settings(folder: Path, url: str) -> Settings:
    environment = {"FRONTDESK_WORK_IDLE_SECONDS": "0.02", **({"FRONTDESK_STORAGE_URL": url} if url else {})}
    loaded = load(data=folder, environment=environment)
    at_once = msgspec.structs.replace(loaded.channels, burst_seconds={})  # tests of bursts say how long they wait
    return msgspec.structs.replace(loaded, channels=at_once)


async def _migrate(settings: Settings, builtin: Builtin) -> None:
    async with open_container(settings, builtin):
        pass


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, builtin: Builtin) -> Path:
    """A SQLite file as a first start leaves it: copying it is a hundred times faster than migrating."""
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(_migrate(_settings(folder, ""), builtin))
    return folder / "frontdesk.sqlite3"


@pytest.fixture
def migrated_folder(tmp_path: Path, migrated_file: Path) -> Path:
    """A data folder with such a file, for settings of a test's own."""
    shutil.copy(migrated_file, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def builtin() -> Iterator[Builtin]:
    """The engine, loaded once for all tests of this process."""
    engine = Builtin()
    yield engine
    engine.close()


@pytest.fixture
async def container(settings: Settings, builtin: Builtin) -> AsyncIterator[Container]:
    """An open container; its runner does not run until told to, and hashing passwords takes it no time."""
    async with open_container(settings, builtin, CHEAP) as opened:
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
        accepted = await self.container.messages.inbox.accept(message)
        await self.container.runner.run_until_idle()
        return accepted


@pytest.fixture
def front(container: Container) -> Front:
    """A customer at the desk of `container`."""
    return Front(container)
