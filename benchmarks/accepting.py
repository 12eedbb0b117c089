"""Accept: how many messages a second a server takes durably, over HTTP, at 32 clients."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from benchmarks.measure import Figure, percentile
from benchmarks.servers import Client, Process, free_port, new_key, postgres_database, running, wait_until_ready
from benchmarks.texts import message

CLIENTS = 32
MESSAGES = 8_000
WARM_UP = 800


async def accept() -> AsyncIterator[Figure]:
    """POST /api/v1/messages with the work switched off, then with it on, on SQLite; then on PostgreSQL."""
    for name, arguments in (("accept_sqlite", ["--no-work"]), ("accept_sqlite_while_working", [])):
        async for figure in _measured(name, arguments, {}):
            yield figure
    async with postgres_database() as url:
        if url:
            async for figure in _measured("accept_postgresql", ["--no-work"], {"FRONTDESK_STORAGE_URL": url}):
                yield figure


async def _measured(name: str, arguments: list[str], environment: Mapping[str, str]) -> AsyncIterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data, port = Path(folder), free_port()
        key = new_key(data, environment)
        process = Process(["serve", "--port", str(port), *arguments], data, environment)
        with running(process):
            await wait_until_ready(port)
            await _load(port, key, WARM_UP, "warm")
            cpu = process.cpu_seconds()
            began = time.perf_counter()
            waits = await _load(port, key, MESSAGES, "run")
            took = time.perf_counter() - began
            cpu = process.cpu_seconds() - cpu
    target = "≥ 1,000/s" if name == "accept_sqlite" else ""
    yield Figure(f"{name}_messages_per_second", len(waits) / took, "messages/s", target)
    yield Figure(f"{name}_p50", percentile(waits, 50) * 1000, "ms")
    yield Figure(f"{name}_p99", percentile(waits, 99) * 1000, "ms", "< 100 ms" if name == "accept_sqlite" else "")
    yield Figure(f"{name}_server_cpu_per_message", cpu / len(waits) * 1000, "ms")


async def _load(port: int, key: str, count: int, name: str) -> list[float]:
    """Seconds that each of `count` messages waited for its durable answer, from 32 connections at once."""
    waits: list[float] = []
    numbers = iter(range(count))

    async def client() -> None:
        connection = Client(port, key)
        for number in numbers:
            body = {"text": message(number), "channel": "WEB", "provider_id": f"{name}-{number}"}
            began = time.perf_counter()
            status, answer = await connection.post("/api/v1/messages", body)
            waits.append(time.perf_counter() - began)
            if status != 202:
                raise RuntimeError(f"{status}: {answer}")
        await connection.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return waits
