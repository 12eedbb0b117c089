"""Fixtures of the LLM room: the room over a real database with scripted services."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from frontdesk.app import House, new_id, now, runner_over
from frontdesk.language_models import rereading_handlers
from frontdesk.llm.proxy import Proxy
from frontdesk.llm.room import Options, Room, Service, Stores, furnish
from frontdesk.model.llm import Asker, ModelCall, Outcome
from frontdesk.storage.llm_admission import StoredAdmission
from frontdesk.storage.llm_cache import StoredAnswers
from frontdesk.storage.llm_calls import StoredCalls
from frontdesk.storage.marks import StoredMarks
from frontdesk.storage.use_cases import StoredUseCases
from tests.conftest import Front
from tests.llm.scripted import Scripted

ASKER = Asker("test")
# Longer than any test takes: whether a model is back is looked at when a test says so.
PAUSE = 3600.0


@dataclass
class Models:
    """A furnished room with its stores."""

    room: Room
    calls: StoredCalls
    admission: StoredAdmission
    marks: StoredMarks
    proxy: Proxy

    async def run(self, name: str, asker: Asker = ASKER, **inputs: Any) -> Outcome:
        return await self.room.use_cases.run(name, inputs, asker)

    async def recorded(self) -> list[ModelCall]:
        """All calls so far, in order."""
        await self.room.calling.drain()
        await self.calls.flush()
        rows = await self.calls.of_message("")
        return sorted(rows, key=lambda call: call.id)


Furnish = Callable[..., Models]


@pytest.fixture
def furnished(house: House) -> Furnish:
    """Makes the room over scripted services; without ladders the services are asked in order, then the engine."""

    def make(*services: Scripted, clock: Any = now, **options: Any) -> Models:
        rungs = [*(f"{service.name}/gpt-4o-mini" for service in services), "builtin"]
        options.setdefault("ladders", {"default": rungs})
        calls, admission = StoredCalls(house.database), StoredAdmission(house.database, clock, new_id)
        cache = StoredAnswers(house.database, clock, 1000, 1_000_000)
        stores = Stores(StoredUseCases(house.database, clock), admission, cache, calls)
        named = {service.name: Service(service, "gpt-4o-mini", "text-embedding-3-small") for service in services}
        room = furnish(Options(**options), named, stores, house.builtin, house.builtin, house.codes, clock, new_id)
        marks = StoredMarks(house.database, clock, PAUSE)
        proxy = Proxy(house.builtin, house.codes, clock, new_id, room.messages, marks)
        return Models(room, calls, admission, marks, proxy)

    return make


class ModelFront(Front):
    """A customer at a desk whose messages are read by models."""

    def __init__(self, house: House, models: Models) -> None:
        handlers = rereading_handlers(house.database, models.marks, models.proxy, house.rereadings, PAUSE)
        desk = replace(house.desk, analyst=models.proxy)
        super().__init__(replace(house, desk=desk, runner=runner_over(house.work, house.settings, desk, handlers)))

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table."""
        found = await self.house.database.read(lambda c: c.execute(select(table)).mappings().all())
        return [dict(row) for row in found]
