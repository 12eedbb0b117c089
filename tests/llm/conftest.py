"""Fixtures of the LLM services, over a real database with scripted model services."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from frontdesk.llm.proxy import Proxy
from frontdesk.llm.services import LlmOptions, LlmServices, ServiceEntry, Stores, build_llm
from frontdesk.model.llm import Asker, ModelCall, UseCaseOutcome
from frontdesk.storage.llm.admission import StoredAdmission
from frontdesk.storage.llm.cache import StoredAnswerCache
from frontdesk.storage.llm.calls import StoredCalls
from frontdesk.storage.llm.marks import StoredMarks
from frontdesk.storage.llm.use_cases import StoredUseCases
from frontdesk.wiring.container import Container, new_id, now
from frontdesk.wiring.language_models import rereading_handlers
from frontdesk.wiring.runner import runner_over
from tests.conftest import Front
from tests.llm.scripted import Scripted

ASKER = Asker("test")
# Longer than any test takes: whether a model is back is looked at when a test says so.
PAUSE = 3600.0


@dataclass
class Models:
    """The LLM services with their stores."""

    room: LlmServices
    calls: StoredCalls
    admission: StoredAdmission
    marks: StoredMarks
    proxy: Proxy

    async def run(self, name: str, asker: Asker = ASKER, **inputs: Any) -> UseCaseOutcome:
        return await self.room.use_cases.run(name, inputs, asker)

    async def recorded(self) -> list[ModelCall]:
        """All calls so far, in order."""
        await self.room.calling.drain()
        await self.calls.flush()
        rows = await self.calls.of_message("")
        return sorted(rows, key=lambda call: call.id)


BuildLlm = Callable[..., Models]


@pytest.fixture
def furnished(container: Container) -> BuildLlm:
    """Builds the LLM services over scripted ones, which without chains are asked in order, then the engine."""

    def make(*services: Scripted, clock: Any = now, **options: Any) -> Models:
        routes = [*(f"{service.name}/gpt-4o-mini" for service in services), "builtin"]
        options.setdefault("chains", {"default": routes})
        calls, admission = StoredCalls(container.database), StoredAdmission(container.database, clock, new_id)
        cache = StoredAnswerCache(container.database, clock, 1000, 1_000_000)
        stores = Stores(StoredUseCases(container.database, clock), admission, cache, calls)
        named = {service.name: ServiceEntry(service, "gpt-4o-mini", "text-embedding-3-small") for service in services}
        room = build_llm(
            LlmOptions(**options),
            named,
            stores,
            container.builtin,
            container.builtin,
            container.configuration.codes,
            clock,
            new_id,
        )
        marks = StoredMarks(container.database, clock, PAUSE)
        proxy = Proxy(container.builtin, container.configuration.codes, clock, new_id, room.messages, marks)
        return Models(room, calls, admission, marks, proxy)

    return make


class ModelFront(Front):
    """A customer at a desk whose messages are read by models."""

    def __init__(self, container: Container, models: Models) -> None:
        handlers = rereading_handlers(container.database, models.marks, models.proxy, container.work.rereadings, PAUSE)
        desk = replace(container.pipeline, analyst=models.proxy)
        super().__init__(
            replace(
                container, pipeline=desk, runner=runner_over(container.work.queue, container.settings, desk, handlers)
            )
        )

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table."""
        found = await self.container.database.read(lambda c: c.execute(select(table)).mappings().all())
        return [dict(row) for row in found]
