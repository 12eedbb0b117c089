"""The whole way: accepted, analysed, recorded, decided, acted on and answered, in messages a second."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.servers import Process, new_key, postgres_database
from benchmarks.texts import message
from frontdesk.model import NewMessage, Sender
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container

MESSAGES = 400


async def whole_way() -> AsyncIterator[Figure]:
    """Work off a backlog: on SQLite by one process, on PostgreSQL by one and by two workers."""
    sqlite = await _backlog({}, workers=1)
    yield Figure("whole_way_sqlite_1_worker", sqlite, "messages/s", "≥ 25/s")
    figures = []
    for workers in (1, 2):
        async with postgres_database() as url:
            if url is None:
                return
            figures.append(await _backlog({"FRONTDESK_STORAGE_URL": url}, workers))
            yield Figure(f"whole_way_postgresql_{workers}_workers", figures[-1], "messages/s")
    yield Figure("whole_way_postgresql_2_workers_over_sqlite", figures[1] / sqlite, "×", "> 1")
    yield Figure("whole_way_postgresql_2_workers_over_1", figures[1] / figures[0], "×")


async def _backlog(environment: Mapping[str, str], workers: int) -> float:
    """Messages a second from the first to the last handled, engines warm, by `workers` processes."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data = Path(folder)
        new_key(data, environment)
        processes = [Process(["worker"], data, environment) for _ in range(workers)]
        async with open_container(load(data=data, environment=environment)) as container:
            try:
                await hand_in(container, 60 * workers, "warm")
                for process in processes:
                    process.start()
                await until_handled(container)
                await hand_in(container, MESSAGES, "run")
                began = time.perf_counter()
                await until_handled(container)
                return MESSAGES / (time.perf_counter() - began)
            finally:
                for process in processes:
                    with contextlib.suppress(OSError):
                        process.stop()


async def hand_in(container: Container, count: int, name: str) -> None:
    """Store so many messages at once."""
    await asyncio.gather(
        *(
            container.messages.inbox.accept(
                NewMessage(message(n), "WEB", Sender(f"Kim {n}", f"kim{n}@example.com"), provider_id=f"{name}-{n}")
            )
            for n in range(count)
        )
    )


async def until_handled(container: Container, seconds: float = 300) -> None:
    """Wait until nothing is open. Raises RuntimeError when something failed, TimeoutError."""
    ends = time.perf_counter() + seconds
    while (counts := await container.work.queue.counts())["open"]:
        if counts["failed"]:
            raise RuntimeError(f"{counts['failed']} messages failed")
        if time.perf_counter() > ends:
            raise TimeoutError(f"{counts['open']} messages are still open after {seconds} s")
        await asyncio.sleep(0.05)
