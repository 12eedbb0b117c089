"""Work of one interaction is done one at a time, in order; that of others beside it."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from frontdesk.model import Accepted, Lease, NewMessage, Work, WorkState
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.pipeline.locking import add_work, let_stuck_go
from frontdesk.storage.pipeline.work_queue import pass_fence
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container, new_id, now
from frontdesk.workflows.runner import Runner, RunnerSettings


async def burst(container: Container, count: int, into: int | None = None) -> list[Accepted]:
    """Messages of one interaction, handed in one after the other."""
    accepted: list[Accepted] = []
    for number in range(count):
        joins = into if into is not None else accepted[0].interaction_id if accepted else None
        accepted.append(await container.messages.inbox.accept(NewMessage(f"message {number}", "WEB", joins=joins)))
    return accepted


async def claim(container: Container, limit: int = 10) -> list[tuple[Work, Lease]]:
    return await container.work.queue.claim("host:1", limit, 30)


async def end(container: Container, lease: Lease) -> None:
    await container.database.write(lambda c: pass_fence(c, lease, "", WorkState.DONE))


async def test_messages_of_one_interaction_are_claimed_one_at_a_time_in_order(container: Container) -> None:
    wanted = [each.message_id for each in await burst(container, 5)]
    order = []
    for _ in wanted:
        [(row, lease)] = await claim(container)
        order.append(row.subject)
        await end(container, lease)
    assert order == wanted


async def test_work_is_done_in_the_order_in_which_it_came_whatever_the_clocks_say(container: Container) -> None:
    [first] = await burst(container, 1)
    row = {"kind": "message", "state": "open", "lock_key": f"message:{first.interaction_id}"}
    for number in range(1, 4):
        at = now() - timedelta(seconds=number)
        added = row | {"id": f"{9 - number:026}", "subject": str(number), "due_at": at, "created_at": at}
        await container.database.write(partial(add_work, rows=[added]))
    order = []
    for _ in range(4):
        [(claimed, lease)] = await claim(container)
        order.append(claimed.subject)
        await end(container, lease)
    assert order == [first.message_id, "1", "2", "3"]


async def test_messages_of_others_are_claimed_beside_them(container: Container) -> None:
    for _ in range(3):
        await burst(container, 4)
    assert len(await claim(container)) == 3


async def test_one_that_waits_to_be_tried_again_holds_the_later_ones(container: Container) -> None:
    await burst(container, 2)
    [(_, lease)] = await claim(container)
    await container.work.queue.postpone(lease, 60, "no model answers")
    assert await claim(container) == []


async def test_one_that_failed_lets_the_next_go_and_waits_its_turn_when_it_is_retried(container: Container) -> None:
    first, second, third = await burst(container, 3)
    [(row, lease)] = await claim(container)
    await container.work.queue.fail(lease, "broken")
    [(next_row, next_lease)] = await claim(container)
    assert next_row.subject == second.message_id
    await container.work.queue.retry(row.id)
    assert await claim(container) == []
    await end(container, next_lease)
    [(again, lease)] = await claim(container)
    assert again.subject == first.message_id
    await end(container, lease)
    [(last, _)] = await claim(container)
    assert last.subject == third.message_id


async def test_a_lease_that_ended_is_taken_over_before_the_later_ones(container: Container) -> None:
    first, _ = await burst(container, 2)
    await claim(container)
    await container.work.queue.free("host:1:")
    [(row, _)] = await claim(container)
    assert row.subject == first.message_id


async def test_merged_interactions_are_one_line(container: Container) -> None:
    here, there = await burst(container, 2), await burst(container, 2)
    into, other = [await container.interactions.records.get(each[0].reference) for each in (here, there)]
    await StoredMerging(container.database, container.pipeline.clock).merge(into, other, "kim")
    order = []
    for _ in range(4):
        [(row, lease)] = await claim(container)
        order.append(row.subject)
        await end(container, lease)
    assert order == [each.message_id for each in (*here, *there)]


async def test_what_runs_while_its_interaction_is_merged_runs_on_and_the_rest_waits_for_it(
    container: Container,
) -> None:
    here, there = await burst(container, 2), await burst(container, 2)
    leases = [lease for _, lease in await claim(container)]
    into, other = [await container.interactions.records.get(each[0].reference) for each in (here, there)]
    await StoredMerging(container.database, container.pipeline.clock).merge(into, other, "kim")
    await end(container, leases[0])
    assert await claim(container) == []
    await end(container, leases[1])
    assert len(await claim(container)) == 1


async def test_work_whose_elders_are_gone_without_a_word_is_found(container: Container) -> None:
    await burst(container, 3)
    await container.database.write(
        lambda c: c.execute(update(work).where(~work.c.blocked).values(state="done")).rowcount
    )
    assert await claim(container) == []
    assert await container.work.queue.free_stuck() == 1
    assert len(await claim(container)) == 1
    assert await container.database.write(let_stuck_go) == 0


@dataclass
class Watcher:
    """Takes note of who works on which interaction, and complains where two do."""

    container: Container
    at_once: Counter[int] = field(default_factory=Counter)
    order: dict[int, list[str]] = field(default_factory=dict)
    clashes: int = 0

    async def handle(self, row: Work, lease: Lease, _last_try: bool) -> None:
        matter = (await self.container.pipeline.cases.load(row, lease)).interaction.id
        self.clashes += self.at_once[matter]
        self.at_once[matter] += 1
        self.order.setdefault(matter, []).append(row.subject)
        await asyncio.sleep(0.002)
        self.at_once[matter] -= 1
        await end(self.container, lease)


async def test_two_workers_that_hammer_never_work_on_one_interaction_at_once(container: Container) -> None:
    """Messages arrive while both work: nobody is overlooked, nobody overtakes."""
    matters = [(await burst(container, 1))[0] for _ in range(6)]
    watcher = Watcher(container)
    sent: dict[int, list[str]] = {each.interaction_id: [each.message_id] for each in matters}
    pace = RunnerSettings(slots=8, idle=0.01)
    workers = [Runner(container.work.queue, {"message": watcher.handle}, f"host:{n}", pace) for n in range(2)]
    running = [asyncio.create_task(each.run()) for each in workers]

    async def write(matter: int) -> None:
        for number in range(25):
            new = await container.messages.inbox.accept(NewMessage(f"and {number}", "WEB", joins=matter))
            sent[matter].append(new.message_id)

    await asyncio.gather(*(write(each.interaction_id) for each in matters))
    until = time.monotonic() + 120
    while (await container.work.queue.counts())["open"] and time.monotonic() < until:
        await asyncio.sleep(0.05)
    for each in workers:
        each.stop()
    await asyncio.gather(*running)
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    assert watcher.clashes == 0
    assert watcher.order == sent


@pytest.mark.slow
@pytest.mark.parametrize("keys", [1, 100_000], ids=["of-one-interaction", "of-many"])
async def test_claiming_stays_fast_with_100_000_open_rows(container: Container, keys: int) -> None:
    now = container.pipeline.clock() - timedelta(hours=1)
    common = {"kind": "message", "step": "analyse", "state": "open", "due_at": now}
    rows: list[dict[str, Any]] = [
        common
        | {
            "id": new_id(),
            "subject": str(number),
            "created_at": now + timedelta(milliseconds=number),
            "lock_key": f"message:{number % keys}",
            "blocked": number >= keys,
        }
        for number in range(100_000)
    ]
    for start in range(0, len(rows), 2_000):
        part = rows[start : start + 2_000]
        await container.database.write(lambda c, part=part: c.execute(insert(work), part).rowcount)  # type: ignore[misc]
    if container.database.dialect == "postgresql":
        await container.database.write(lambda c: c.exec_driver_sql("ANALYZE work").rowcount)
    wall = time.monotonic()
    began = time.process_time()  # of SQLite too, which works in this process; others share the machine
    for _ in range(50):
        [(_, lease)] = await container.work.queue.claim("host:1", 1, 30)
        await end(container, lease)
    assert (time.process_time() - began) / 50 < 0.01
    assert time.monotonic() - wall < 60
    assert (
        await container.database.read(lambda c: c.execute(select(func.count()).where(work.c.state == "done")).scalar())
        == 50
    )
