"""Fixtures of the command line's tests: the real command as a process, and in this process where that is enough."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from frontdesk.cli.main import whole
from frontdesk.engine import Engine
from frontdesk.settings.sections import Settings
from tests import processes
from tests.processes import FRONTDESK, Process

loaded = cache(Engine.load)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The variables of this test's processes: a data folder of its own, no settings from outside."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    return clean | {"FRONTDESK_DATA": str(tmp_path / "data")}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run `frontdesk` as a process."""

    def run(*arguments: str, feed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return processes.run(*arguments, feed=feed, cwd=tmp_path, env=environment | variables)

    return run


@contextmanager
def running(*arguments: str, environment: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """A `frontdesk` process in the background; ended at the end if the test has not done so."""
    process = Process(
        [FRONTDESK, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=cwd
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def invoke(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process, with the engine that was loaded for the first."""
    monkeypatch.setattr(Engine, "load", lambda cache=None: loaded())
    for name in os.environ:
        if name.startswith("FRONTDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, feed: str | None = None, **variables: str) -> Result:
        chosen = {"FRONTDESK_DATA": environment["FRONTDESK_DATA"], **variables}
        return CliRunner().invoke(whole(), arguments, input=feed, env=chosen, prog_name="frontdesk")

    return invoke


@pytest.fixture
def invoke_on(settings: Settings, invoke: Callable[..., Result]) -> Callable[..., Result]:
    """Run a command in this process on SQLite and on PostgreSQL."""
    return _invoke_with(settings, invoke)


@pytest.fixture
def invoke_on_nothing(bare_settings: Settings, invoke: Callable[..., Result]) -> Callable[..., Result]:
    """The same before a database was ever made."""
    return _invoke_with(bare_settings, invoke)


def _invoke_with(settings: Settings, invoke: Callable[..., Result]) -> Callable[..., Result]:
    variables = {"FRONTDESK_DATA": settings.data, "FRONTDESK_STORAGE_URL": settings.storage.url}

    def invoke_on(*arguments: str, feed: str | None = None) -> Result:
        return invoke(*arguments, feed=feed, **{name: value for name, value in variables.items() if value})

    return invoke_on


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines as objects."""
    return [json.loads(line) for line in text.splitlines()]
