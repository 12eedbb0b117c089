"""The whole pipeline with a model that takes 300 ms: messages a second of one worker, and what accepting feels."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.gateway import KEY, stand_in
from benchmarks.handling import hand_in, until_handled
from benchmarks.measure import Figure, percentile
from benchmarks.servers import Client, Process, free_port, new_key, running, wait_until_ready
from benchmarks.texts import message
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container

LATENCY = 300
AT_ONCE = 32
MESSAGES, WARM_UP = 320, 64
PACE, SECONDS = 20, 20
SETTINGS = """
[work]
slots = {slots}
[llm.services.main]
kind = "openai"
base_url = "{url}/v1"
key = "{key}"
model = "mock"
[llm.chains]
default = ["main", "builtin"]
"""


async def llm_pipeline() -> AsyncIterator[Figure]:
    """A backlog worked off 32 at once; then accepting at an even pace with the work off and on."""
    async with stand_in(LATENCY) as url:
        rate, calls = await _backlog(url)
        yield Figure("llm_pipeline_messages_per_second_per_worker", rate, "messages/s", "≥ 25/s")
        yield Figure("llm_pipeline_model_calls_per_message", calls, "calls")
        alone = await _accepting(url, "--no-work")
        working = await _accepting(url)
    yield Figure("llm_pipeline_accept_p50_alone", percentile(alone, 50) * 1000, "ms")
    yield Figure("llm_pipeline_accept_p50_while_working", percentile(working, 50) * 1000, "ms")
    yield Figure("llm_pipeline_accept_p99_alone", percentile(alone, 99) * 1000, "ms")
    yield Figure("llm_pipeline_accept_p99_while_working", percentile(working, 99) * 1000, "ms", "as alone")


async def _backlog(url: str) -> tuple[float, float]:
    """Messages a second from the first to the last handled, and how often the model was asked for each."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data = _furnished(Path(folder), url)
        new_key(data)
        worker = Process(["worker"], data)
        async with open_container(load(data=data, environment={})) as container:
            try:
                await hand_in(container, WARM_UP, "warm")
                worker.start()
                await until_handled(container)
                await hand_in(container, MESSAGES, "run")
                began = time.perf_counter()
                await until_handled(container)
                took = time.perf_counter() - began
            finally:
                with contextlib.suppress(OSError):
                    worker.stop()
            asked = await container.llm.calls.report(["tier"])
            by_model = sum(each.calls for each in asked if each.group["tier"] == "model")
            if by_model < MESSAGES + WARM_UP:
                raise RuntimeError(f"the model was asked {by_model} times only: {asked}")
            return MESSAGES / took, by_model / (MESSAGES + WARM_UP)


async def _accepting(url: str, *arguments: str) -> list[float]:
    """Seconds that each message waited to be accepted, at an even pace."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data, port = _furnished(Path(folder), url), free_port()
        key = new_key(data)
        with running(Process(["serve", "--port", str(port), *arguments], data)):
            await wait_until_ready(port)
            await _paced(port, key, 2, "warm")
            return await _paced(port, key, SECONDS, "run")


async def _paced(port: int, key: str, seconds: int, name: str) -> list[float]:
    waits: list[float] = []
    idle: list[Client] = []

    async def send(number: int) -> None:
        client = idle.pop() if idle else Client(port, key)
        body = {"text": message(number), "channel": "WEB", "provider_id": f"{name}-{number}"}
        began = time.perf_counter()
        status, answer = await client.post("/api/v1/messages", body)
        waits.append(time.perf_counter() - began)
        idle.append(client)
        if status != 202:
            raise RuntimeError(f"{status}: {answer}")

    begun, tasks = time.perf_counter(), []
    for number in range(seconds * PACE):
        await asyncio.sleep(max(0.0, begun + number / PACE - time.perf_counter()))
        tasks.append(asyncio.create_task(send(number)))
    await asyncio.gather(*tasks)
    for client in idle:
        await client.close()
    return waits


def _furnished(data: Path, url: str) -> Path:
    (data / "frontdesk.toml").write_text(SETTINGS.format(slots=AT_ONCE, url=url, key=KEY), "utf-8")
    return data
