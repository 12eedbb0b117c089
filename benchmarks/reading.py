"""The built-in engine: milliseconds for one message, messages a second in bulk, on one core."""

import os
import time
from collections.abc import AsyncIterator

from benchmarks.measure import Figure, percentile
from benchmarks.texts import message
from frontdesk.engine import Engine, IntentSpec
from frontdesk.model import CodeList
from frontdesk.providers.e5 import hearing
from frontdesk.storage.schema.seeds import code_lists

MESSAGES = 400


async def engine() -> AsyncIterator[Figure]:
    """Read messages one by one, with second opinions, then all together without, pinned to one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        began = time.perf_counter()
        loaded, second = Engine.load(), hearing()
        specs = [
            IntentSpec(c.code, c.name, c.description, c.examples) for c in code_lists() if c.list is CodeList.INTENT
        ]
        index = loaded.intent_index(specs)
        loaded.read(message(0), index)
        if second is not None:
            second(message(0))
        yield Figure("engine_load", time.perf_counter() - began, "s")
        texts = [message(n) for n in range(1, MESSAGES + 1)]
        waits = []
        for text in texts:
            began = time.perf_counter()
            loaded.read(text, index, second=second)
            waits.append(time.perf_counter() - began)
        yield Figure("engine_p50", percentile(waits, 50) * 1000, "ms", "≤ 25 ms")
        yield Figure("engine_p99", percentile(waits, 99) * 1000, "ms")
        fresh = [message(n) for n in range(10_000, 10_000 + MESSAGES)]
        began = time.perf_counter()
        loaded.read_many(fresh, index)
        yield Figure("engine_bulk", MESSAGES / (time.perf_counter() - began), "messages/s/core", "≥ 40")
    finally:
        os.sched_setaffinity(0, cores)
