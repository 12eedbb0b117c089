"""A process may die between any two lines of the pipeline, or while a back end works: nothing is lost or repeated."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from frontdesk.app import House
from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import Lease, NewMessage, Work
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.storage.effects import EFFECT_WORK
from frontdesk.storage.handling import StoredCases
from frontdesk.storage.tables import analysis, decision, effect, outbound_message, service_call, work
from frontdesk.workflows.desk import Desk
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from frontdesk.workflows.runner import Pace, Runner
from tests.fakes import BackEnd, Crash, CrashingCases

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
WRITES = 6  # analysis, record, decision, service call, reply, end
FAST = Pace(first_delay=0.001, longest_delay=0.002, most_attempts=5)


async def count(house: House, table: Any) -> int:
    return int(await house.database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()))


def handler(desk: Desk) -> Callable[[Work, Lease, bool], Any]:
    async def handle(row: Work, lease: Lease, last_try: bool) -> None:
        if row.kind == EFFECT_WORK:
            return await handle_effect(*await desk.cases.load_effect(row, lease), desk, last_try)
        return await handle_message(await desk.cases.load(row, lease), desk)

    return handle


async def end_leases(house: House) -> None:
    """As if the time of all leases had passed."""
    await house.database.write(lambda c: c.execute(update(work).values(due_at=house.desk.clock())).rowcount)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
async def test_a_death_at_any_step_loses_nothing_and_repeats_no_effect(house: House, at: int, after: bool) -> None:
    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    cases = CrashingCases(house.desk.cases, at, after)
    [(row, lease)] = await house.work.claim("dies", 1, 30)
    with pytest.raises(Crash):
        await handler(replace(house.desk, cases=cases))(row, lease, False)
    await end_leases(house)
    await house.runner.run_until_idle()
    assert await house.work.counts() == {"open": 0, "failed": 0}
    for table in (analysis, decision, service_call, outbound_message):
        assert await count(house, table) == 1, table.name


async def test_what_a_worker_writes_after_its_lease_has_passed_is_dropped(house: House) -> None:
    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    [(row, lease)] = await house.work.claim("slow", 1, 30)
    case = await house.desk.cases.load(row, lease)
    await end_leases(house)
    await house.runner.run_until_idle()
    late = Runner(house.work, {"message": handler(house.desk), EFFECT_WORK: handler(house.desk)}, "slow", FAST)
    await late._do(row, lease)
    assert case.analysis is None
    assert await count(house, analysis) == 1
    assert await count(house, outbound_message) == 1


@pytest.mark.parametrize("after_doing", [False, True], ids=["before-doing", "after-doing"])
async def test_a_back_end_that_fails_is_asked_again_and_acts_once(house: House, after_doing: bool) -> None:
    back_end = BackEnd([ConnectorFailed("503"), ConnectorFailed("timeout")], after_doing)
    await run_with(house, back_end)
    assert list(back_end.done.values()) == [1]
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def test_the_reply_waits_until_the_service_call_exists(house: House) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 3)
    await run_with(house, back_end)
    [text] = await house.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert "call-" in text


async def test_a_permanent_failure_is_kept_and_the_customer_is_told_nothing_false(house: House) -> None:
    await run_with(house, BackEnd([ConnectorFailed("no such partner", permanent=True)]))
    states = await house.database.read(lambda c: c.execute(select(effect.c.kind, effect.c.state, effect.c.error)).all())
    assert ("create_service_call", "failed", "no such partner") in [tuple(row) for row in states]
    [text] = await house.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert "service call" not in text


async def test_a_back_end_that_never_recovers_ends_as_a_failed_effect(house: House) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 50)
    await run_with(house, back_end)
    states = await house.database.read(lambda c: c.execute(select(effect.c.state)).scalars().all())
    assert "failed" in states
    assert back_end.asked == FAST.most_attempts + 1  # with its message, then by itself


async def test_a_message_that_breaks_our_own_code_ends_where_a_person_sees_it(house: House) -> None:
    async def broken(row: Work, lease: Lease, last_try: bool) -> None:
        raise RuntimeError("a mistake of ours")

    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    runner = Runner(house.work, {"message": broken}, "test", FAST)
    await drain(house, runner)
    [failed] = await house.work.list(failed_state())
    assert "a mistake of ours" in failed.last_error
    last = (await house.journal.since(0))[-1]
    assert (last.kind, last.message_id) == ("failed", failed.subject)


async def test_failed_work_can_be_retried_by_a_person(house: House) -> None:
    await test_a_message_that_breaks_our_own_code_ends_where_a_person_sees_it(house)
    [failed] = await house.work.list(failed_state())
    await house.work.retry(failed.id)
    await house.runner.run_until_idle()
    assert await count(house, outbound_message) == 1


async def test_many_messages_of_one_interaction_at_once_all_count(house: House) -> None:
    first = await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    for number in range(12):
        await house.inbox.accept(
            NewMessage(f"And problem number {number}: it leaks.", "WEB", joins=first.interaction_id)
        )
    await house.runner.run_until_idle()
    assert await count(house, decision) == 13
    assert await house.work.counts() == {"open": 0, "failed": 0}


async def run_with(house: House, back_end: BackEnd) -> None:
    assert isinstance(house.desk.cases, StoredCases)
    desk = replace(house.desk, performers={**house.desk.performers, CREATE_SERVICE_CALL: back_end})
    await house.inbox.accept(NewMessage(BROKEN, "WEB"))
    await drain(house, Runner(house.work, {"message": handler(desk), EFFECT_WORK: handler(desk)}, "test", FAST))


async def drain(house: House, runner: Runner) -> None:
    for _ in range(60):
        await end_leases(house)
        await runner.run_until_idle()
        if (await house.work.counts())["open"] == 0:
            return


def failed_state() -> Any:
    from frontdesk.model import WorkState

    return WorkState.FAILED
