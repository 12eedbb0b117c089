"""Starts and kills our own processes, and speaks HTTP to them with as little client as possible."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

FRONTDESK = Path(sys.executable).parent / "frontdesk"


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """One of our processes, with its log in the data folder."""

    arguments: list[str]
    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; a server is not ready yet when this returns."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data / "process.log").open("ab")
        self.child = Popen(
            [str(FRONTDESK), *self.arguments, "--data", str(self.data)],
            env={**os.environ, **self.environment},
            stdout=log,
            stderr=log,
        )
        log.close()

    def kill(self) -> None:
        """As a power cut would."""
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def stop(self) -> int:
        """As an operator would; the exit code."""
        if self.child is None:
            return 0
        self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def resident_megabytes(self) -> float:
        """What the kernel says the process holds in memory now."""
        assert self.child is not None
        status = Path(f"/proc/{self.child.pid}/status").read_text("utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        assert self.child is not None
        fields = Path(f"/proc/{self.child.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Client:
    """One HTTP/1.1 connection that stays open: cheap, so that the server is what is measured."""

    def __init__(self, port: int, key: str = "") -> None:
        """Speak to the loopback address only."""
        self._port, self._key = port, key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and decoded body. Raises OSError or IncompleteReadError when the server goes away."""
        return await self._send("POST", path, json.dumps(body).encode())

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and decoded body."""
        return await self._send("GET", path, b"")

    async def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _send(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        try:
            reader, writer = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
            self._streams = reader, writer
            writer.write(self._head(method, path, len(body)) + body)
            return await _answer(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            await self.close()
            raise

    def _head(self, method: str, path: str, length: int) -> bytes:
        authorization = f"Authorization: Bearer {self._key}\r\n" if self._key else ""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, Any]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    lowered = head.lower()
    length = int(lowered.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lowered else 0
    body = await reader.readexactly(length)
    return status, json.loads(body) if body.startswith((b"{", b"[")) else body


async def wait_until_ready(port: int, seconds: float = 30) -> float:
    """Seconds until the server said that it is ready. Raises TimeoutError."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        client = Client(port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            status, _ = await client.get("/ready")
            if status == 200:
                await client.close()
                return time.perf_counter() - began
        await client.close()
        await asyncio.sleep(0.02)
    raise TimeoutError(f"no answer on port {port} within {seconds} s")


def run(data: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command of ours to its end; its standard output."""
    return _run([str(FRONTDESK), *arguments, "--data", str(data)], environment)


def invent(data: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Fill it with invented messages: what bin/invent does."""
    _run([sys.executable, "-m", "benchmarks.invented", *arguments, "--data", str(data)], environment)


def _run(command: Sequence[str], environment: Mapping[str, str] | None) -> str:
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def new_key(data: Path, environment: Mapping[str, str] | None = None) -> str:
    """An API key of the service role, by the command that people use."""
    said = run(data, "keys", "add", "bench", "--role", "service", environment=environment)
    return next(word for word in said.split() if word.startswith("fd_"))


@contextlib.asynccontextmanager
async def postgres_database() -> AsyncIterator[str | None]:
    """The address of a PostgreSQL database made for one run and dropped after it; None where no server runs."""
    import asyncpg

    base = os.environ.get("FRONTDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
    name = f"frontdesk_bench_{os.getpid()}_{time.monotonic_ns()}"
    try:
        server = await asyncpg.connect(base, timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        yield None
        return
    await server.execute(f"CREATE DATABASE {name}")
    try:
        yield base.rsplit("/", 1)[0] + f"/{name}"
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


@contextlib.contextmanager
def running(process: Process) -> Iterator[Process]:
    """Start a process and stop it afterwards."""
    process.start()
    try:
        yield process
    finally:
        process.stop()
