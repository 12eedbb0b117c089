"""Webhooks: events of a channel at a fixed rate, whoever waits for whom, and whether all of them are stored."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.measure import Figure, percentile
from benchmarks.servers import Process, free_port, running, wait_until_ready
from benchmarks.texts import message

RATE = 1_000
SECONDS = 10
WARM_UP = 500
CONNECTIONS = 64
SECRET = "app secret"
ENVIRONMENT = {
    "FRONTDESK_CHANNELS_WHATSAPP_PHONE_ID": "1",
    "FRONTDESK_CHANNELS_WHATSAPP_ACCESS_TOKEN": "token",
    "FRONTDESK_CHANNELS_WHATSAPP_APP_SECRET": SECRET,
    "FRONTDESK_CHANNELS_WHATSAPP_VERIFY_TOKEN": "word",
    "FRONTDESK_CHANNELS_WHATSAPP_API_URL": "http://127.0.0.1:9",
}


async def webhooks() -> AsyncIterator[Figure]:
    """Signed events of WhatsApp, 1,000 a second for 10 s, on SQLite; first with the work off, then on."""
    for name, arguments in (("webhooks_sqlite", ["--no-work"]), ("webhooks_sqlite_while_working", [])):
        with tempfile.TemporaryDirectory() as folder:
            port, data = free_port(), Path(folder)
            server = Process(["serve", "--port", str(port), *arguments], data, ENVIRONMENT)
            with running(server):
                await wait_until_ready(port)
                await _send(port, _events("warm", WARM_UP), RATE)
                began, cpu = time.perf_counter(), server.cpu_seconds()
                waits = await _send(port, _events("event", RATE * SECONDS), RATE)
                seconds, cpu = time.perf_counter() - began, server.cpu_seconds() - cpu
            stored = _stored(data)
        yield Figure(f"{name}_stored", stored, "events", f"{RATE * SECONDS:,}")
        yield Figure(f"{name}_rate", len(waits) / seconds, "events/s", "~1,000")
        yield Figure(f"{name}_p50", percentile(waits, 50) * 1000, "ms", "")
        yield Figure(f"{name}_p99", percentile(waits, 99) * 1000, "ms", "< 50")
        yield Figure(f"{name}_server_cpu_per_event", cpu / len(waits) * 1000, "ms")


def _events(name: str, count: int) -> list[bytes]:
    """Whole requests, signed beforehand: the client must not be what is measured."""
    return [_request(json.dumps(_event(name, number)).encode()) for number in range(count)]


def _event(name: str, number: int) -> dict[str, object]:
    sender = f"1555{number:07d}"
    told = {"from": sender, "id": f"wamid.{name}.{number}", "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": "1"},
        "contacts": [{"profile": {"name": "Kim Doe"}, "wa_id": sender}],
        "messages": [{**told, "text": {"body": message(number)}}],
    }
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def _request(body: bytes) -> bytes:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return (
        "POST /webhooks/channels/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def _send(port: int, requests: list[bytes], rate: int) -> list[float]:
    """Each at its own time, whatever became of those before; seconds from that time to its answer."""
    waits: list[float] = []
    numbers = iter(range(len(requests)))
    begin = time.perf_counter() + 0.05

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            due = begin + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            writer.write(requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            waits.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return waits


def _stored(data: Path) -> int:
    with sqlite3.connect(data / "frontdesk.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM channel_event").fetchone()[0]) - WARM_UP
