"""Insights: how long each card and the whole dashboard take over a million messages, on both databases.

FRONTDESK_BENCH_MESSAGES makes it fewer for trials. FRONTDESK_BENCH_DATA names a data folder that holds such data
already (it gets a key and is kept), FRONTDESK_BENCH_DATABASE a PostgreSQL database that does.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from benchmarks.measure import Figure, percentile
from benchmarks.servers import Client, Process, free_port, invent, postgres_database, run, running, wait_until_ready
from frontdesk.insights.cards import CARDS

MESSAGES = int(os.environ.get("FRONTDESK_BENCH_MESSAGES", "1000000"))
PERIODS = ("last-30-days", "all")
ROUNDS = 15
DASHBOARDS = 8
# As many connections as a browser opens to one server.
CONNECTIONS = 6
SOURCES = {name: f"/api/v1/insights/cards/{name}?" for name in CARDS} | {
    "explore": "/api/v1/insights/figures?by=intent&by=week&",
    "filtered": "/api/v1/insights/figures?by=team&by=weekday&channel=EMI&channel=WEB&sentiment=Negative&language=de&",
    "rows": "/api/v1/insights/rows?measure=inbound&intent=TI&",
}
DASHBOARD = [name for name in SOURCES if name not in ("filtered", "rows")]


async def insights() -> AsyncIterator[Figure]:
    """On SQLite, then on PostgreSQL."""
    given = os.environ.get("FRONTDESK_BENCH_DATA")
    with contextlib.ExitStack() as stack:
        folder = given or stack.enter_context(tempfile.TemporaryDirectory(prefix="frontdesk-bench-"))
        async for figure in _measured("sqlite", Path(folder), {}, made=bool(given)):
            yield figure
    async with _database() as (url, made):
        if url:
            with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
                environment = {"FRONTDESK_STORAGE_URL": url}
                async for figure in _measured("postgresql", Path(folder), environment, made=made):
                    yield figure


@contextlib.asynccontextmanager
async def _database() -> AsyncIterator[tuple[str, bool]]:
    if given := os.environ.get("FRONTDESK_BENCH_DATABASE"):
        yield given, True
        return
    async with postgres_database() as url:
        yield url or "", False


async def _measured(name: str, data: Path, environment: Mapping[str, str], *, made: bool) -> AsyncIterator[Figure]:
    if not made:
        began = time.perf_counter()
        invent(data, "--messages", str(MESSAGES), "--journal-days", "5", environment=environment)
        yield Figure(f"insights_{name}_data_made", time.perf_counter() - began, "s")
    said = run(data, "keys", "add", "bench", "--role", "agent", environment=environment)
    port, key = free_port(), next(word for word in said.split() if word.startswith("fd_"))
    process = Process(["serve", "--port", str(port), "--no-work"], data, environment)
    with running(process):
        await wait_until_ready(port, 600)
        began = time.perf_counter()
        await _get(Client(port, key), "/api/v1/insights/figures?period=all")
        yield Figure(f"insights_{name}_load", time.perf_counter() - began, "s")
        for period in PERIODS:
            async for figure in _period(f"insights_{name}_{period.replace('-', '_')}", period, port, key):
                yield figure
        yield Figure(f"insights_{name}_memory", process.resident_megabytes(), "MB")


async def _period(name: str, period: str, port: int, key: str) -> AsyncIterator[Figure]:
    clients, slowest, worst = [Client(port, key)], 0.0, ""
    for card, source in SOURCES.items():
        waits = [await _get(clients[0], f"{source}period={period}") for _ in range(ROUNDS)]
        if (p95 := percentile(waits, 95)) > slowest:
            slowest, worst = p95, card
    yield Figure(f"{name}_slowest_card_p95 ({worst})", slowest * 1000, "ms", "< 300 ms")
    clients = [Client(port, key) for _ in range(CONNECTIONS)]  # the server hangs up on those that idle
    whole = [await _dashboard(clients, period) for _ in range(DASHBOARDS)]
    for each in clients:
        await each.close()
    yield Figure(f"{name}_dashboard_p95", percentile(whole, 95), "s", "< 1.5 s")


async def _dashboard(clients: list[Client], period: str) -> float:
    """All cards as a browser asks for them: over a few connections at once."""
    names = iter(DASHBOARD)

    async def work(client: Client) -> None:
        for name in names:
            await _get(client, f"{SOURCES[name]}period={period}")

    began = time.perf_counter()
    await asyncio.gather(*(work(client) for client in clients))
    return time.perf_counter() - began


async def _get(client: Client, path: str) -> float:
    began = time.perf_counter()
    status, answer = await client.get(path)
    assert status == 200, answer
    return time.perf_counter() - began
