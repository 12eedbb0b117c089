"""Fixtures of the LLM room: the room over a real database with scripted services."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from frontdesk.app import House, new_id, now
from frontdesk.llm.proxy import Proxy
from frontdesk.llm.room import Options, Room, Service, Stores, furnish
from frontdesk.model.llm import Asker, ModelCall, Outcome
from frontdesk.storage.llm_admission import StoredAdmission
from frontdesk.storage.llm_cache import StoredAnswers
from frontdesk.storage.llm_calls import StoredCalls
from frontdesk.storage.use_cases import StoredMarks, StoredUseCases
from tests.llm.scripted import Scripted

ASKER = Asker("test")


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
        marks = StoredMarks(house.database, clock)
        proxy = Proxy(house.builtin, house.codes, clock, new_id, room.messages, marks)
        return Models(room, calls, admission, marks, proxy)

    return make
