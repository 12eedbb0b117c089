"""Leased work: claimed once, renewed, taken over, fenced."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from frontdesk.app import House, new_id
from frontdesk.interfaces import Conflict, LeaseLost, NotFound
from frontdesk.model import NewMessage, WorkState
from frontdesk.storage.tables import work
from frontdesk.storage.working import StoredWork, pass_fence
from tests.fakes import Hand


async def fill(house: House, count: int) -> None:
    await asyncio.gather(*(house.inbox.accept(NewMessage(f"message {n}", "WEB")) for n in range(count)))


async def test_claimers_at_once_never_get_the_same_row(house: House) -> None:
    await fill(house, 60)
    claims = await asyncio.gather(*(house.work.claim(f"host:{n}", 10, 30) for n in range(10)))
    ids = [row.id for claim in claims for row, _ in claim]
    assert len(ids) == len(set(ids)) == 60


async def test_the_oldest_come_first(house: House) -> None:
    await fill(house, 10)
    first = await house.work.claim("host:1", 4, 30)
    second = await house.work.claim("host:1", 6, 30)
    assert max(row.id for row, _ in first) < min(row.id for row, _ in second)


async def test_a_lease_that_ended_is_taken_over_and_the_old_owner_is_fenced_off(house: House) -> None:
    clock = Hand()
    clock.time = house.desk.clock()
    queue = StoredWork(house.database, clock, new_id)
    await fill(house, 1)
    clock.move(1)
    [(_, old)] = await queue.claim("host:1", 1, 30)
    clock.move(31)
    [(row, _)] = await queue.claim("host:2", 1, 30)
    assert row.attempts == 2
    assert not await queue.renew(old, 30)
    with pytest.raises(LeaseLost):
        await house.database.write(lambda c: pass_fence(c, old, "next"))


async def test_a_renewed_lease_is_not_taken_over(house: House) -> None:
    clock = Hand()
    clock.time = house.desk.clock()
    queue = StoredWork(house.database, clock, new_id)
    await fill(house, 1)
    clock.move(1)
    [(_, lease)] = await queue.claim("host:1", 1, 30)
    clock.move(20)
    assert await queue.renew(lease, 30)
    clock.move(20)
    assert await queue.claim("host:2", 1, 30) == []


async def test_a_clock_that_jumps_back_loses_no_work(house: House) -> None:
    clock = Hand()
    clock.time = house.desk.clock() - timedelta(days=400)
    queue = StoredWork(house.database, clock, new_id)
    await fill(house, 3)
    assert await queue.claim("host:1", 5, 30) == []
    clock.move(401 * 86_400)
    assert len(await queue.claim("host:1", 5, 30)) == 3


async def test_leases_of_a_dead_process_are_freed_by_its_prefix_alone(house: House) -> None:
    await fill(house, 4)
    await house.work.claim("host_a:1", 2, 300)
    await house.work.claim("host%a:1", 2, 300)
    assert await house.work.free("host%a:1:") == 2
    assert len(await house.work.claim("host:3", 9, 30)) == 2


async def test_postponed_work_keeps_its_reason(house: House) -> None:
    await fill(house, 1)
    [(_, lease)] = await house.work.claim("host:1", 1, 30)
    await house.work.postpone(lease, 60, "the other side is down")
    reasons = await house.database.read(lambda c: c.execute(select(work.c.last_error)).scalars().all())
    assert reasons == ["the other side is down"]
    assert await house.work.claim("host:1", 1, 30) == []


@pytest.mark.parametrize("action", ["retry", "drop"])
async def test_only_failed_work_can_be_retried_or_dropped(house: House, action: str) -> None:
    await fill(house, 1)
    [(row, lease)] = await house.work.claim("host:1", 1, 30)
    with pytest.raises(Conflict, match="only failed work"):
        await getattr(house.work, action)(row.id)
    with pytest.raises(NotFound):
        await getattr(house.work, action)("nothing")
    await house.work.fail(lease, "broken")
    assert [each.id for each in await house.work.list(WorkState.FAILED)] == [row.id]
    await getattr(house.work, action)(row.id)
    assert await house.work.list(WorkState.FAILED) == ()


async def test_done_work_is_not_claimed_again(house: House) -> None:
    await fill(house, 1)
    await house.database.write(lambda c: c.execute(update(work).values(state="done")).rowcount)
    assert await house.work.claim("host:1", 1, 30) == []
