"""The field service over real HTTP while the process dies between any two steps: one call, one reply that names it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from frontdesk.model import NewMessage, WorkState
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.simulators.faults import Faults
from frontdesk.storage.schema.interactions import outbound_message
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.runner import runner_over
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from tests.fakes import Crash, CrashingCases
from tests.field import FieldService, field, with_fsm

__all__ = ["field"]

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
WRITES = 5  # analysis, decision, service call, reply, end
WRITES_APART = 8  # analysis, decision, call postponed, reply waits, end; then call, reply by themselves


@pytest.fixture
async def container(settings: Settings, builtin: Builtin, field: FieldService) -> AsyncIterator[Container]:
    async with open_container(with_fsm(settings, field.url), builtin) as opened:
        yield opened


async def due_now(container: Container) -> None:
    """As if the time of all leases and pauses had passed."""
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.pipeline.clock())).rowcount)


async def die_at(container: Container, at: int, after: bool) -> None:
    """Work until the n-th write, die there, and let another process go on."""
    with pytest.raises(Crash):
        await work_off(container, CrashingCases(container.pipeline.cases, at, after))
    for _ in range(10):
        await due_now(container)
        await runner_over(container.work.queue, container.settings, container.pipeline).run_until_idle()


async def work_off(container: Container, cases: CrashingCases) -> None:
    dependencies = replace(container.pipeline, cases=cases)
    for _ in range(20):
        await due_now(container)
        for row, lease in await container.work.queue.claim("dies", 1, 30):
            if row.kind == "effect":
                await handle_effect(*await cases.load_effect(row, lease), dependencies, False)
            else:
                await handle_message(await cases.load(row, lease), dependencies)


async def check(container: Container, field: FieldService) -> None:
    [call] = field.calls
    [text] = await container.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert f"service call {call['code']}" in text
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    assert {line.detail.get("reference") for line in await container.work.journal.since(0)} >= {call["code"]}
    assert await container.work.queue.list(WorkState.DONE)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
async def test_a_death_at_any_step_opens_one_call_and_names_it(
    container: Container, field: FieldService, at: int, after: bool
) -> None:
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    await die_at(container, at, after)
    await check(container, field)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(3, WRITES_APART))
@pytest.mark.parametrize("fault", ["fail_share", "cut_share"])
async def test_nor_does_a_death_while_an_effect_goes_its_own_way(
    container: Container, field: FieldService, at: int, after: bool, fault: str
) -> None:
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    await container.back_ends.action_handlers["create_service_call"].find("ask for a token while all is well")
    field.break_once(Faults(**{fault: 1.0}))
    await die_at(container, at, after)
    await check(container, field)
