"""Leased work: claimed once, renewed, taken over, fenced."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from frontdesk.interfaces import Conflict, LeaseLost, NotFound
from frontdesk.model import NewMessage, WorkState
from frontdesk.storage.pipeline.work_queue import StoredWork, pass_fence
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container, new_id
from tests.fakes import ManualClock


async def fill(container: Container, count: int) -> None:
    await asyncio.gather(*(container.messages.inbox.accept(NewMessage(f"message {n}", "WEB")) for n in range(count)))


async def test_claimers_at_once_never_get_the_same_row(container: Container) -> None:
    await fill(container, 60)
    claims = await asyncio.gather(*(container.work.queue.claim(f"host:{n}", 10, 30) for n in range(10)))
    ids = [row.id for claim in claims for row, _ in claim]
    assert len(ids) == len(set(ids)) == 60


async def test_the_oldest_come_first(container: Container) -> None:
    await fill(container, 10)
    first = await container.work.queue.claim("host:1", 4, 30)
    second = await container.work.queue.claim("host:1", 6, 30)
    assert max(row.id for row, _ in first) < min(row.id for row, _ in second)


async def test_a_lease_that_ended_is_taken_over_and_the_old_owner_is_fenced_off(container: Container) -> None:
    clock = ManualClock()
    clock.time = container.pipeline.clock()
    queue = StoredWork(container.database, clock, new_id)
    await fill(container, 1)
    clock.move(1)
    [(_, old)] = await queue.claim("host:1", 1, 30)
    clock.move(31)
    [(row, _)] = await queue.claim("host:2", 1, 30)
    assert row.attempts == 2
    assert not await queue.renew(old, 30)
    with pytest.raises(LeaseLost):
        await container.database.write(lambda c: pass_fence(c, old, "next"))


async def test_a_renewed_lease_is_not_taken_over(container: Container) -> None:
    clock = ManualClock()
    clock.time = container.pipeline.clock()
    queue = StoredWork(container.database, clock, new_id)
    await fill(container, 1)
    clock.move(1)
    [(_, lease)] = await queue.claim("host:1", 1, 30)
    clock.move(20)
    assert await queue.renew(lease, 30)
    clock.move(20)
    assert await queue.claim("host:2", 1, 30) == []


async def test_a_clock_that_jumps_back_loses_no_work(container: Container) -> None:
    clock = ManualClock()
    clock.time = container.pipeline.clock() - timedelta(days=400)
    queue = StoredWork(container.database, clock, new_id)
    await fill(container, 3)
    assert await queue.claim("host:1", 5, 30) == []
    clock.move(401 * 86_400)
    assert len(await queue.claim("host:1", 5, 30)) == 3


async def test_leases_of_a_dead_process_are_freed_by_its_prefix_alone(container: Container) -> None:
    await fill(container, 4)
    await container.work.queue.claim("host_a:1", 2, 300)
    await container.work.queue.claim("host%a:1", 2, 300)
    assert await container.work.queue.free("host%a:1:") == 2
    assert len(await container.work.queue.claim("host:3", 9, 30)) == 2


async def test_postponed_work_keeps_its_reason(container: Container) -> None:
    await fill(container, 1)
    [(_, lease)] = await container.work.queue.claim("host:1", 1, 30)
    await container.work.queue.postpone(lease, 60, "the other side is down")
    reasons = await container.database.read(lambda c: c.execute(select(work.c.last_error)).scalars().all())
    assert reasons == ["the other side is down"]
    assert await container.work.queue.claim("host:1", 1, 30) == []


@pytest.mark.parametrize("action", ["retry", "drop"])
async def test_only_failed_work_can_be_retried_or_dropped(container: Container, action: str) -> None:
    await fill(container, 1)
    [(row, lease)] = await container.work.queue.claim("host:1", 1, 30)
    with pytest.raises(Conflict, match="only failed work"):
        await getattr(container.work.queue, action)(row.id)
    with pytest.raises(NotFound):
        await getattr(container.work.queue, action)("nothing")
    await container.work.queue.fail(lease, "broken")
    assert [each.id for each in await container.work.queue.list(WorkState.FAILED)] == [row.id]
    await getattr(container.work.queue, action)(row.id)
    assert await container.work.queue.list(WorkState.FAILED) == ()


async def test_done_work_is_not_claimed_again(container: Container) -> None:
    await fill(container, 1)
    await container.database.write(lambda c: c.execute(update(work).values(state="done")).rowcount)
    assert await container.work.queue.claim("host:1", 1, 30) == []
