"""A container whose database is reached as SAP HANA is."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container
from tests.storage.hana.stand_in import Server
from tests.storage.hana.strictness import look

ADDRESS = "hana://me:secret@hana.example:443/?currentSchema=FRONTDESK"


def settings_of(folder: Path) -> Settings:
    """Settings with HANA as the database."""
    environment = {"FRONTDESK_STORAGE_URL": ADDRESS, "FRONTDESK_WORK_IDLE_SECONDS": "0.02"}
    return load(data=folder, environment=environment)


def answer_with(server: Server, patch: pytest.MonkeyPatch) -> None:
    """Let the driver reach this server; every statement is held against what HANA takes."""
    patch.setattr("hdbcli.dbapi.connect", server.connect)
    event.listen(Engine, "before_execute", _look)


def stop_looking() -> None:
    """Let other databases' statements pass."""
    event.remove(Engine, "before_execute", _look)


def _look(connection: Connection, statement: Any, *_: Any) -> None:
    if connection.dialect.name == "hana":
        look(statement)


@pytest.fixture(scope="session")
def migrated_hana(tmp_path_factory: pytest.TempPathFactory, builtin: Builtin) -> Path:
    """A database as a first start leaves it, for copies."""
    folder = tmp_path_factory.mktemp("hana")
    server = Server(folder / "hana.db")

    async def start() -> None:
        async with open_container(settings_of(folder), builtin):
            pass

    with pytest.MonkeyPatch.context() as patch:
        answer_with(server, patch)
        asyncio.run(start())
        stop_looking()
    return server.file


@pytest.fixture
def empty_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """What answers instead of a new HANA."""
    server = Server(tmp_path / "hana.db")
    answer_with(server, monkeypatch)
    yield server
    stop_looking()


@pytest.fixture
def server(migrated_hana: Path, empty_server: Server) -> Server:
    """What answers instead of a HANA that has the tables."""
    shutil.copy(migrated_hana, empty_server.file)
    return empty_server


@pytest.fixture
def settings(tmp_path: Path, server: Server) -> Settings:
    """Settings with HANA as the database."""
    assert server.file.exists()
    return settings_of(tmp_path / "data")
