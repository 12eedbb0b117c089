"""Fixtures of the pages' tests: a customer's browser and the team's, on both databases; a real server."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from frontdesk.wiring.container import Container
from tests.processes import FRONTDESK, Process
from tests.web_client import Client, add_account, sign_in, web_client


@pytest.fixture
async def customer(container: Container) -> AsyncIterator[Client]:
    """A browser of somebody who is not signed in."""
    async with web_client(container) as client:
        yield client


@pytest.fixture
async def agent(container: Container) -> AsyncIterator[Client]:
    """A browser of an agent who is signed in."""
    await add_account(container)
    async with web_client(container) as client:
        await sign_in(client)
        yield client


@dataclass
class Server:
    """A running `frontdesk serve`."""

    url: str
    process: subprocess.Popen[str]

    def stop(self, seconds: float = 300) -> int:
        """End it politely; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextmanager
def serving(folder: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    """Serve a data folder on a free port."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    command = [FRONTDESK, "serve", "--data", str(folder), "--port", "0", *arguments]
    with (
        (folder.parent / "serve.log").open("w") as log,
        Process(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=clean | variables, cwd=folder.parent
        ) as process,
    ):
        try:
            yield Server(_address(process, folder.parent / "serve.log"), process)
        finally:
            if process.poll() is None:
                process.kill()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr]
    line = lines.get(timeout=300).strip()
    assert line.startswith("ready http://"), f"{line!r}: {log.read_text()}"
    return line.removeprefix("ready ")


Serve = Callable[..., Server]


@pytest.fixture
def demo_server(tmp_path: Path) -> Iterator[Server]:
    """A real server of a fresh folder in which visitors are signed in."""
    with serving(tmp_path / "data", FRONTDESK_SECURITY_DEMO_SIGN_IN="true") as server:
        yield server
