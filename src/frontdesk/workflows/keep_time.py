"""Watches deadlines: one row of work for the whole desk, which is due again when it has looked.

What is due is struck oldest first, each in a transaction of its own that no second process can repeat.
"""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.interfaces import WorkQueue
from frontdesk.model import Lease, Work
from frontdesk.timing.deadlines import Deadline
from frontdesk.workflows.dependencies import PriorityOrder

REVIEW = "review"
PORTION = 100
EVERY_SECONDS, WHEN_HELD = 15.0, 5.0


class DueTimes(Protocol):
    """Deadlines whose time has come."""

    async def follow(self, work: Work, lease: Lease) -> None:
        """Bring all that is open up to date, where something was set up meanwhile. Raises LeaseLost."""
        ...

    async def due(self, most: int) -> Sequence[Deadline]:
        """The oldest that are due."""
        ...

    async def strike(self, due: Deadline, priorities: Sequence[str]) -> bool:
        """Note it or begin its rule's actions, if it is still due; one that cannot be done is put off.

        False where too many were begun just now.
        """
        ...


async def keep_time(
    times: DueTimes, queue: WorkQueue, priorities: PriorityOrder, work: Work, lease: Lease, _last_try: bool
) -> None:
    """Strike all that is due, then give the work back for a while."""
    await times.follow(work, lease)
    is_free = True
    while is_free and (due := await times.due(PORTION)):
        for each in due:
            is_free = is_free and await times.strike(each, await priorities())
    await queue.postpone(lease, EVERY_SECONDS if is_free else WHEN_HELD, "", counted=False)
