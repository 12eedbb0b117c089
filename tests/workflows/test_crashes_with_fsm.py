"""The field service over real HTTP while the process dies between any two steps: one call, one reply that names it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from frontdesk.app import House, open_house, runner_over
from frontdesk.model import NewMessage, WorkState
from frontdesk.providers.builtin import Builtin
from frontdesk.settings import Settings
from frontdesk.simulators.faults import Faults
from frontdesk.storage.tables import outbound_message, work
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from tests.fakes import Crash, CrashingCases
from tests.field import FieldService, field, with_fsm

__all__ = ["field"]

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
WRITES = 6  # analysis, record, decision, service call, reply, end
WRITES_APART = 9  # analysis, record, decision, call postponed, reply waits, end; then call, reply by themselves


@pytest.fixture
async def house(settings: Settings, builtin: Builtin, field: FieldService) -> AsyncIterator[House]:
    async with open_house(with_fsm(settings, field.url), builtin) as opened:
        yield opened


async def due_now(house: House) -> None:
    """As if the time of all leases and pauses had passed."""
    await house.database.write(lambda c: c.execute(update(work).values(due_at=house.desk.clock())).rowcount)


async def die_at(house: House, at: int, after: bool) -> None:
    """Work until the n-th write, die there, and let another process go on."""
    with pytest.raises(Crash):
        await work_off(house, CrashingCases(house.desk.cases, at, after))
    for _ in range(10):
        await due_now(house)
        await runner_over(house.work, house.settings, house.desk).run_until_idle()


async def work_off(house: House, cases: CrashingCases) -> None:
    desk = replace(house.desk, cases=cases)
    for _ in range(20):
        await due_now(house)
        for row, lease in await house.work.claim("dies", 1, 30):
            if row.kind == "effect":
                await handle_effect(*await cases.load_effect(row, lease), desk, False)
            else:
                await handle_message(await cases.load(row, lease), desk)


async def check(house: House, field: FieldService) -> None:
    [call] = field.calls
    [text] = await house.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert f"service call {call['code']}" in text
    assert await house.work.counts() == {"open": 0, "failed": 0}
    assert {line.detail.get("reference") for line in await house.journal.since(0)} >= {call["code"]}
    assert await house.work.list(WorkState.DONE)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
async def test_a_death_at_any_step_opens_one_call_and_names_it(
    house: House, field: FieldService, at: int, after: bool
) -> None:
    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    await die_at(house, at, after)
    await check(house, field)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(4, WRITES_APART))
@pytest.mark.parametrize("fault", ["fail_share", "cut_share"])
async def test_nor_does_a_death_while_an_effect_goes_its_own_way(
    house: House, field: FieldService, at: int, after: bool, fault: str
) -> None:
    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    await house.back_ends.performers["create_service_call"].find("ask for a token while all is well")
    field.break_once(Faults(**{fault: 1.0}))
    await die_at(house, at, after)
    await check(house, field)
