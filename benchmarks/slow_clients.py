"""Slow clients: how long others wait for an answer while 2,000 connections do as little as they can."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import cycle
from pathlib import Path

from benchmarks.measure import Figure, percentile
from benchmarks.servers import Process, free_port, running, wait_until_ready

Slow = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CLIENTS, SECONDS, PAUSE = 2_000, 20.0, 0.02
# Other addresses of the loopback network, so that the limit for one place does not help.
PLACES = [f"127.0.0.{number}" for number in range(2, 42)]
HEAD = b"POST /webhooks/channels/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n"
ASKED = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


async def slow_clients() -> AsyncIterator[Figure]:
    """2,000 clients that say nothing, half a head, or a byte of a body a second; one that is closed comes again."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = Process(["serve", "--port", str(port), "--no-work"], Path(folder))
        with running(server):
            await wait_until_ready(port)
            stop = asyncio.Event()
            kinds, places = cycle((_silent, _half_head, _slow_body)), cycle(PLACES)
            slow = [asyncio.create_task(_again(next(kinds), port, next(places), stop)) for _ in range(CLIENTS)]
            await asyncio.sleep(3)
            waits, refused = await _others(port)
            stop.set()
            for each in slow:
                each.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
    yield Figure("slow_clients_accept_p50", percentile(waits, 50) * 1000, "ms", "")
    yield Figure("slow_clients_accept_p99", percentile(waits, 99) * 1000, "ms", "< 250")
    yield Figure("slow_clients_others_refused", refused, "requests", "0")


async def _others(port: int) -> tuple[list[float], int]:
    """Seconds from connecting to the end of an answer, of one client after the other; and how many got none."""
    waits, refused, until = [], 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED)
            refused += not (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
        except OSError:
            refused += 1
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)
    return waits, refused


async def _again(kind: Slow, port: int, place: str, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(place, 0))
            try:
                await kind(reader, writer)
            finally:
                writer.close()
        await asyncio.sleep(0.5)


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _half_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD)
    await reader.read()


async def _slow_body(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)
