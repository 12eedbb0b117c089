"""Work gives way to waiting requests, and still goes on."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from frontdesk.model import Lease, Work, WorkState
from frontdesk.workflows.runner import Runner, RunnerSettings

pytestmark = pytest.mark.timing

NOW = datetime(2026, 3, 29, tzinfo=UTC)


@dataclass
class Rows:
    """A queue of so many rows, each given out once."""

    left: int
    done: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    slow: str = ""

    async def claim(self, owner: str, limit: int, lease_seconds: float) -> list[tuple[Work, Lease]]:
        taken = min(limit, self.left)
        self.left -= taken
        return [(self._row(str(self.left + n)), Lease(str(self.left + n), owner, NOW)) for n in range(taken)]

    def _row(self, name: str) -> Work:
        return Work(name, "slow" if name == self.slow else "message", name, "analyse", WorkState.OPEN, NOW, 1, NOW)

    async def renew(self, lease: Lease, lease_seconds: float) -> bool:
        return True

    async def postpone(self, lease: Lease, seconds: float, error: str, *, counted: bool = True) -> None:
        raise AssertionError("nothing is postponed here")

    async def fail(self, lease: Lease, error: str) -> None:
        raise AssertionError("nothing fails here")

    async def free(self, owner_prefix: str) -> int:
        return 0

    async def do(self, work: Work, lease: Lease, last_try: bool) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.002)
        self.at_once -= 1
        self.done.append(work.id)


async def work_off(rows: Rows, *, somebody_waits: bool) -> None:
    wanted = rows.left
    runner = Runner(
        rows, {"message": rows.do}, "test", RunnerSettings(slots=4, idle=0.01), gives_way=lambda: somebody_waits
    )
    running = asyncio.create_task(runner.run())
    while len(rows.done) < wanted:
        await asyncio.sleep(0.005)
    runner.stop()
    await running


async def test_while_somebody_waits_at_the_door_a_quarter_of_the_slots_works() -> None:
    rows = Rows(6)
    await work_off(rows, somebody_waits=True)
    assert (len(rows.done), rows.most_at_once) == (6, 1)


async def test_with_nobody_at_the_door_all_slots_work() -> None:
    rows = Rows(12)
    await work_off(rows, somebody_waits=False)
    assert (len(rows.done), rows.most_at_once) == (12, 4)


async def test_work_without_slots_delays_no_other() -> None:
    rows, ended = Rows(9), asyncio.Event()

    async def first_waits(work: Work, lease: Lease, last_try: bool) -> None:
        if work.id == "8":
            await ended.wait()
        await rows.do(work, lease, last_try)

    pace = RunnerSettings(slots=1, idle=0.01)
    runner = Runner(rows, {"message": first_waits, "slow": first_waits}, "test", pace, {"slow": replace(pace, slots=0)})
    rows.slow = "8"
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(60):
        while len(rows.done) < 8:
            await asyncio.sleep(0.005)
    assert (rows.most_at_once, "8" in rows.done) == (1, False)
    ended.set()
    runner.stop()
    await running
    assert len(rows.done) == 9
