"""OData: lists with expands, aggregates, navigation on many rows, and inbound messages while a model takes its time.

The sample's own figures stand beside as targets (docs/benchmarks.md names the machine they were taken on).
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert
from ulid import ULID

from benchmarks.gateway import KEY, stand_in
from benchmarks.llm_pipeline import SETTINGS
from benchmarks.measure import Figure, median, percentile
from benchmarks.servers import Client, Process, free_port, run, running, wait_until_ready
from benchmarks.texts import message
from frontdesk.settings.loading import load
from frontdesk.storage.schema.interactions import analysis, inbound_message, interaction, outbound_message
from frontdesk.wiring.container import open_container

FEW, MANY = 310, 100_000
SAMPLE_LIST, SAMPLE_APPLY, SAMPLE_NAVIGATION, SAMPLE_POSTS = 13.0, 84.0, 2024.0, 1.0
READS = 60
STATUSES, CATEGORIES, PRIORITIES = ("NW", "IP", "SP", "CL"), ("SUP", "PRD", "CFD", "QNA"), ("L", "M", "H", "V")
LIST = "/admin/CustomerInteraction?$top=50&$expand=inboundMsgs,outboundMsgs"
APPLY = "/admin/InteractionInsight?$apply=groupby((status_code),aggregate(numberOfInteractions))"
BY_NAME = "/admin/InteractionInsight?$apply=groupby((category/name),aggregate(numberOfInteractions))"
CLIENTS = {1: 12, 8: 64, 32: 256}


async def odata() -> AsyncIterator[Figure]:
    """Reads on 310 and on 100,000 interactions; then messages by POST, each waiting until it is handled."""
    async for figure in _reads(FEW):
        yield figure
    async for figure in _reads(MANY):
        yield figure
    for latency in (0, 300):
        async for figure in _posts(latency):
            yield figure


async def _reads(rows: int) -> AsyncIterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data, port = Path(folder), free_port()
        await fill(data, rows)
        key = _agent(data)
        process = Process(["serve", "--port", str(port), "--no-work"], data)
        with running(process):
            await wait_until_ready(port)
            client = Client(port, key)
            small = rows == FEW
            name = f"odata_{rows}"
            took, cpu = await _timed(process, client, LIST)
            yield Figure(f"{name}_list_of_50_with_two_expands", took, "ms")
            target = f"≤ {SAMPLE_LIST / 3:.1f} ms" if small else ""
            yield Figure(f"{name}_list_of_50_with_two_expands_cpu", cpu, "ms", target)
            took, _ = await _timed(process, client, APPLY)
            yield Figure(f"{name}_apply_by_status", took, "ms", "" if small else f"≤ {SAMPLE_APPLY / 5:.1f} ms")
            took, _ = await _timed(process, client, BY_NAME)
            yield Figure(f"{name}_apply_by_name_of_category", took, "ms")
            took, _ = await _timed(process, client, f"/admin/CustomerInteraction({rows // 2})/messages")
            yield Figure(f"{name}_messages_of_one_interaction", took, "ms", "" if small else "< 50 ms")
            await client.close()


async def _timed(process: Process, client: Client, path: str) -> tuple[float, float]:
    """Milliseconds of one answer (the median), and of processor time for each."""
    for _ in range(3):
        status, answer = await client.get(path.replace(" ", "%20"))
        if status != 200:
            raise RuntimeError(f"{path}: {status} {answer}")
    waits, cpu = [], process.cpu_seconds()
    for _ in range(READS):
        began = time.perf_counter()
        await client.get(path)
        waits.append((time.perf_counter() - began) * 1000)
    return median(waits), (process.cpu_seconds() - cpu) / READS * 1000


async def _posts(latency: int) -> AsyncIterator[Figure]:
    async with stand_in(latency) as url:
        with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            data, port = Path(folder), free_port()
            (data / "frontdesk.toml").write_text(SETTINGS.format(slots=32, url=url, key=KEY), "utf-8")
            key = _agent(data)
            with running(Process(["serve", "--port", str(port)], data)):
                await wait_until_ready(port)
                await _post(port, key, 8, 16)
                for clients, count in CLIENTS.items():
                    began = time.perf_counter()
                    waits = await _post(port, key, clients, count)
                    rate = count / (time.perf_counter() - began)
                    name = f"odata_inbound_{latency}_ms_{clients}_clients"
                    target = f"≥ {20 * SAMPLE_POSTS:.0f}/s" if (latency, clients) == (300, 32) else ""
                    yield Figure(f"{name}_messages_per_second", rate, "messages/s", target)
                    yield Figure(f"{name}_p95", percentile(waits, 95) * 1000, "ms")


async def _post(port: int, key: str, clients: int, count: int) -> list[float]:
    """Seconds that each message waited for its answer with sentiment and intent in it."""
    waits: list[float] = []
    numbers = iter(range(count))

    async def work() -> None:
        client = Client(port, key)
        for number in numbers:
            _, matter = await client.post("/admin/CustomerInteraction", {})
            body = {"interaction_ID": matter["ID"], "inboundTextMsg": message(number), "channel_code": "WEB"}
            began = time.perf_counter()
            status, answer = await client.post("/admin/InboundCustomerMessage", body)
            waits.append(time.perf_counter() - began)
            if status != 201 or not answer["sentiment"]:
                raise RuntimeError(f"{status}: {answer}")
        await client.close()

    await asyncio.gather(*(work() for _ in range(clients)))
    return waits


def _agent(data: Path) -> str:
    said = run(data, "keys", "add", "bench", "--role", "agent")
    return next(word for word in said.split() if word.startswith("fd_"))


async def fill(data: Path, rows: int) -> None:
    """Store so many interactions, each with a message that was read and an answer."""
    at = datetime.now(UTC) - timedelta(seconds=rows)
    async with open_container(load(data=data, environment={})) as container:
        for start in range(1, rows + 1, 10_000):
            numbers = range(start, min(start + 10_000, rows + 1))
            await container.database.write(_storing(numbers, at))


def _storing(numbers: range, at: datetime) -> Callable[[Connection], None]:
    def store(connection: Connection) -> None:
        moments = {n: at + timedelta(seconds=n) for n in numbers}
        ids = {n: str(ULID.from_datetime(moments[n])) for n in numbers}
        connection.execute(insert(interaction), [_matter(n, moments[n]) for n in numbers])
        connection.execute(insert(inbound_message), [_message(n, ids[n], moments[n]) for n in numbers])
        connection.execute(insert(analysis), [_analysis(n, ids[n], moments[n]) for n in numbers])
        connection.execute(insert(outbound_message), [_reply(n, ids[n], moments[n]) for n in numbers])

    return store


def _matter(n: int, at: datetime) -> dict[str, Any]:
    return {
        "id": n,
        "reference": f"{n:08d}",
        "title": f"Matter {n}",
        "summary": message(n)[:300],
        "category": CATEGORIES[n % 4],
        "channel": "WEB",
        "status": STATUSES[n % 3],
        "priority": PRIORITIES[n % 4],
        "created_at": at,
        "updated_at": at,
    }


def _message(n: int, key: str, at: datetime) -> dict[str, Any]:
    row = {"id": key, "interaction_id": n, "sequence": 1, "channel": "WEB", "text": message(n)}
    return row | {"analysis_id": key, "recorded": True, "received_at": at}


def _analysis(n: int, key: str, at: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "message_id": key,
        "run": 1,
        "tier": "builtin",
        "model": "builtin",
        "language": "en",
        "sentiment": ("Positive", "Neutral", "Negative")[n % 3],
        "sentiment_probability": 0.9,
        "title": f"Matter {n}",
        "summary": message(n)[:300],
        "message_type": "IN",
        "type_probability": 0.9,
        "intent": ("TI", "PI", "WR")[n % 3],
        "intent_probability": 0.9,
        "intents": [],
        "entities": [],
        "milliseconds": 1.0,
        "created_at": at,
    }


def _reply(n: int, key: str, at: datetime) -> dict[str, Any]:
    row = {"id": str(ULID()), "interaction_id": n, "sequence": 1, "type": "AR", "channel": "WEB", "text": "Thank you."}
    return row | {"processed_by": "Frontdesk", "reply_to": key, "state": "sent", "created_at": at}
