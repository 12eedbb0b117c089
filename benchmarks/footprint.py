"""How soon a server answers and how much memory it holds while idle."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.measure import Figure, median
from benchmarks.servers import Process, free_port, running, wait_until_ready

STARTS = 3
SETTLE_SECONDS = 5


async def footprint() -> AsyncIterator[Figure]:
    """Start the whole server (web, work, engine loaded) on a data folder that exists, several times."""
    starts, idle = [], []
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        for number in range(STARTS + 1):
            port = free_port()
            began = time.perf_counter()
            with running(Process(["serve", "--port", str(port)], Path(folder))) as process:
                await wait_until_ready(port)
                if number:  # the first one makes the database
                    starts.append(time.perf_counter() - began)
                await asyncio.sleep(SETTLE_SECONDS)
                idle.append(process.resident_megabytes())
    yield Figure("start_to_first_answer", median(starts), "s", "< 5 s")
    yield Figure("idle_memory", median(idle), "MB", "< 250 MB")
