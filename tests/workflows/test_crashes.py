"""A process may die between any two lines of the pipeline, or while a back end works: nothing is lost or repeated."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import Lease, NewMessage, Work
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.storage.pipeline.cases import StoredCases
from frontdesk.storage.pipeline.effects import EFFECT_WORK
from frontdesk.storage.schema.interactions import analysis, decision, outbound_message
from frontdesk.storage.schema.pipeline import effect, service_call, work
from frontdesk.wiring.container import Container
from frontdesk.workflows.dependencies import PipelineDependencies
from frontdesk.workflows.effects import handle_effect
from frontdesk.workflows.handle_message import handle_message
from frontdesk.workflows.runner import Runner, RunnerSettings
from tests.fakes import BackEnd, Crash, CrashingCases

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
WRITES = 2  # analysis; decision with service call, reply and end, which only write our own rows
FAST = RunnerSettings(first_delay=0.001, longest_delay=0.002, most_attempts=5)


async def count(container: Container, table: Any) -> int:
    return int(await container.database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()))


def handler(dependencies: PipelineDependencies) -> Callable[[Work, Lease, bool], Any]:
    async def handle(row: Work, lease: Lease, last_try: bool) -> None:
        if row.kind == EFFECT_WORK:
            return await handle_effect(*await dependencies.cases.load_effect(row, lease), dependencies, last_try)
        return await handle_message(await dependencies.cases.load(row, lease), dependencies)

    return handle


async def end_leases(container: Container) -> None:
    """As if the time of all leases had passed."""
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.pipeline.clock())).rowcount)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
async def test_a_death_at_any_step_loses_nothing_and_repeats_no_effect(
    container: Container, at: int, after: bool
) -> None:
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    cases = CrashingCases(container.pipeline.cases, at, after)
    [(row, lease)] = await container.work.queue.claim("dies", 1, 30)
    with pytest.raises(Crash):
        await handler(replace(container.pipeline, cases=cases))(row, lease, False)
    await end_leases(container)
    await container.runner.run_until_idle()
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    for table in (analysis, decision, service_call, outbound_message):
        assert await count(container, table) == 1, table.name


async def test_what_a_worker_writes_after_its_lease_has_passed_is_dropped(container: Container) -> None:
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    [(row, lease)] = await container.work.queue.claim("slow", 1, 30)
    case = await container.pipeline.cases.load(row, lease)
    await end_leases(container)
    await container.runner.run_until_idle()
    late = Runner(
        container.work.queue,
        {"message": handler(container.pipeline), EFFECT_WORK: handler(container.pipeline)},
        "slow",
        FAST,
    )
    await late._do(row, lease)
    assert case.analysis is None
    assert await count(container, analysis) == 1
    assert await count(container, outbound_message) == 1


@pytest.mark.parametrize("after_doing", [False, True], ids=["before-doing", "after-doing"])
async def test_a_back_end_that_fails_is_asked_again_and_acts_once(container: Container, after_doing: bool) -> None:
    back_end = BackEnd([ConnectorFailed("503"), ConnectorFailed("timeout")], after_doing)
    await run_with(container, back_end)
    assert list(back_end.done.values()) == [1]
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def test_the_reply_waits_until_the_service_call_exists(container: Container) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 3)
    await run_with(container, back_end)
    [text] = await container.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert "call-" in text


async def test_a_permanent_failure_is_kept_and_the_customer_is_told_nothing_false(container: Container) -> None:
    await run_with(container, BackEnd([ConnectorFailed("no such partner", permanent=True)]))
    states = await container.database.read(
        lambda c: c.execute(select(effect.c.kind, effect.c.state, effect.c.error)).all()
    )
    assert ("create_service_call", "failed", "no such partner") in [tuple(row) for row in states]
    [text] = await container.database.read(lambda c: c.execute(select(outbound_message.c.text)).scalars().all())
    assert "service call" not in text


async def test_a_back_end_that_never_recovers_ends_as_a_failed_effect(container: Container) -> None:
    back_end = BackEnd([ConnectorFailed("503")] * 50)
    await run_with(container, back_end)
    states = await container.database.read(lambda c: c.execute(select(effect.c.state)).scalars().all())
    assert "failed" in states
    assert back_end.asked == FAST.most_attempts + 1  # with its message, then by itself


async def test_a_message_that_breaks_our_own_code_ends_where_a_person_sees_it(container: Container) -> None:
    async def broken(row: Work, lease: Lease, last_try: bool) -> None:
        raise RuntimeError("a mistake of ours")

    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    runner = Runner(container.work.queue, {"message": broken}, "test", FAST)
    await drain(container, runner)
    [failed] = await container.work.queue.list(failed_state())
    assert "a mistake of ours" in failed.last_error
    last = (await container.work.journal.since(0))[-1]
    assert (last.kind, last.message_id) == ("failed", failed.subject)


async def test_failed_work_can_be_retried_by_a_person(container: Container) -> None:
    await test_a_message_that_breaks_our_own_code_ends_where_a_person_sees_it(container)
    [failed] = await container.work.queue.list(failed_state())
    await container.work.queue.retry(failed.id)
    await container.runner.run_until_idle()
    assert await count(container, outbound_message) == 1


async def test_many_messages_of_one_interaction_at_once_all_count(container: Container) -> None:
    first = await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    for number in range(12):
        await container.messages.inbox.accept(
            NewMessage(f"And problem number {number}: it leaks.", "WEB", joins=first.interaction_id)
        )
    await container.runner.run_until_idle()
    assert await count(container, decision) == 13
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def run_with(container: Container, back_end: BackEnd) -> None:
    assert isinstance(container.pipeline.cases, StoredCases)
    dependencies = replace(
        container.pipeline, action_handlers={**container.pipeline.action_handlers, CREATE_SERVICE_CALL: back_end}
    )
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    await drain(
        container,
        Runner(
            container.work.queue, {"message": handler(dependencies), EFFECT_WORK: handler(dependencies)}, "test", FAST
        ),
    )


async def drain(container: Container, runner: Runner) -> None:
    for _ in range(60):
        await end_leases(container)
        await runner.run_until_idle()
        if (await container.work.queue.counts())["open"] == 0:
            return


def failed_state() -> Any:
    from frontdesk.model import WorkState

    return WorkState.FAILED
