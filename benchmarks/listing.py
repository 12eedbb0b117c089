"""The list of interactions over many messages: server time of pages as people ask for them, cold pages included.

Needs data that `bin/invent --messages 1000000` made: FRONTDESK_BENCH_DATA names its folder,
FRONTDESK_BENCH_DATABASE a PostgreSQL database that it filled; where both are named both are measured.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import URL, func, select

from benchmarks.measure import Figure, percentile
from frontdesk.model.console import ListSort
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.opening.open import open_database, parse_url, sqlite_url
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.wiring.container import new_id, now

ROUNDS = 20
ASKED = (
    "",
    "status=NW&status=IP&status=RO&status=AA",
    "status=RO&team=TEC",
    "status=CL&sentiment=Negative",
    "sentiment=Negative&priority=H&priority=V&status=NW&status=IP&status=RO",
    "intent=TI&tier=model",
    "confidence=low&sort=confidence",
    "sort=-priority",
    "sort=status",
    "sort=-created",
    "q=order",
    "q=washing+machine",
    "q=%22washing+machine%22+-dryer&status=CL",
    "q=4500012345",
)


async def listing() -> AsyncIterator[Figure]:
    """On SQLite, then on PostgreSQL, whichever is there."""
    folder, url = os.environ.get("FRONTDESK_BENCH_DATA"), os.environ.get("FRONTDESK_BENCH_DATABASE")
    if folder:
        async for figure in _measured("listing_sqlite", sqlite_url(Path(folder))):
            yield figure
    if url:
        async for figure in _measured("listing_postgresql", parse_url(url)):
            yield figure


async def _measured(name: str, url: URL) -> AsyncIterator[Figure]:
    """First and second pages of fourteen lists, in random order, one after another."""
    database = await open_database(url, 8)
    lists = StoredLists(database, StoredCodes(database, now, new_id), now)
    messages = await database.read(lambda c: c.execute(select(func.count()).select_from(inbound_message)).scalar_one())
    yield Figure(f"{name}_messages", messages, "")
    waits: dict[str, list[float]] = {"page": [], "count": []}
    chance, asked = random.Random(1), list(ASKED) * ROUNDS
    chance.shuffle(asked)
    for query in asked:
        wanted = ListQuery.read(query)
        cursor = ""
        for _ in range(2):
            began = time.perf_counter()
            page = await lists.page(wanted.filter(), ListSort(wanted.sort), 50, cursor)
            waits["page"].append(time.perf_counter() - began)
            cursor = page.next_cursor or ""
            if not cursor:
                break
        began = time.perf_counter()
        await lists.count(wanted.filter())
        waits["count"].append(time.perf_counter() - began)
        await asyncio.sleep(0)
    for what, seconds in waits.items():
        yield Figure(f"{name}_{what}_p50", percentile(seconds, 50) * 1000, "ms")
        yield Figure(f"{name}_{what}_p95", percentile(seconds, 95) * 1000, "ms", "< 200 ms" if what == "page" else "")
        yield Figure(f"{name}_{what}_max", max(seconds) * 1000, "ms")
    await database.close()
