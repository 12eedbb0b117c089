"""The runner: claims due work, renews its leases, and alone decides about retries."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from frontdesk.interfaces import Failed, FrontdeskError, Held, LeaseLost, Stale, WorkQueue
from frontdesk.model import Lease, Work
from frontdesk.workflows.schedule import ON_PURPOSE

log = logging.getLogger(__name__)

# Seconds between two looks whether requests wait; at most so many seconds of rest for each second of work meanwhile.
GLANCE = 0.02
REST_PER_WORK, LONGEST_REST, SHARE = 4.0, 1.0, 4
MOST_FAILED_CLAIMS = 3

Handler = Callable[[Work, Lease, bool], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """How a runner works; times in seconds."""

    slots: int = 8
    lease: float = 30.0
    idle: float = 0.25
    most_attempts: int = 8
    first_delay: float = 0.5
    longest_delay: float = 300.0
    claim_pause: float = 1.0


class Runner:
    """Runs the kinds of work that it has handlers for, `pace.slots` at a time, until it is told to stop."""

    def __init__(
        self,
        queue: WorkQueue,
        handlers: Mapping[str, Handler],
        owner: str,
        pace: RunnerSettings,
        paces: Mapping[str, RunnerSettings] | None = None,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        """`owner` names this process in leases. `paces` holds the settings of kinds of work that differ from `pace`;
        a kind with no slots goes on beside the others and takes none of theirs.

        While `gives_way` is true (requests wait for the database), work takes a quarter of the slots and a fifth of
        the time.
        """
        self._queue, self._handlers, self._owner, self._pace = queue, handlers, owner, pace
        self._paces, self._gives_way, self._rested = paces or {}, gives_way, 0.0
        self._running: set[asyncio.Task[None]] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._failed_claims, self._has_died = 0, False

    @property
    def is_down(self) -> bool:
        """Whether `run` ended by a fault and was not begun again yet, or could not look for work when it last tried."""
        return self._has_died or self._failed_claims > 0

    def wake(self) -> None:
        """Look for work now, because some has just been stored."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; then finish what is under way."""
        self._has_died = False
        try:
            await self._run()
        except BaseException:  # whatever ended it, it is down
            self._has_died = True
            raise

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            await self._make_way()
            free = max(0, self._slots() - self._taken())
            claimed = await self._claim(free) if free else []
            for work, lease in claimed:
                self._start(work, lease)
            if len(claimed) < max(free, 1):
                await self._rest()
        if self._running:
            await asyncio.wait(self._running)

    async def run_until_idle(self) -> None:
        """Do all work that is due now, then return. For commands that handle one message."""
        while True:
            claimed = await self._claim(self._pace.slots - self._taken())
            for work, lease in claimed:
                self._start(work, lease)
            if not claimed and not self._running:
                return
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    def stop(self) -> None:
        """End `run` after what is under way."""
        self._stopping = True
        self._wake.set()

    async def _claim(self, free: int) -> list[tuple[Work, Lease]]:
        """Work to do. A database that is away is waited for; what nobody expected is raised when it comes again."""
        try:
            claimed = await self._queue.claim(self._owner, free, self._pace.lease)
        except Exception as error:  # whatever is wrong with the database, the runner must be there when it is back
            self._failed_claims += 1
            if self._failed_claims >= MOST_FAILED_CLAIMS and not isinstance(error, FrontdeskError):
                raise
            log.exception("claiming work failed; trying again")
            await asyncio.sleep(self._pace.claim_pause)
            return []
        self._failed_claims = 0
        return claimed

    def _slots(self) -> int:
        """At least one slot, so that work goes on; more where slots only wait for models, which delays no request."""
        return max(1, self._pace.slots // SHARE) if self._gives_way() else self._pace.slots

    def _taken(self) -> int:
        return len(self._running) - len(self._beside)

    async def _make_way(self) -> None:
        """Sleep until no request waits, or it is our turn again."""
        while self._gives_way() and time.monotonic() < self._rested and not self._stopping:
            await asyncio.sleep(GLANCE)

    async def _rest(self) -> None:
        """Wait until `wake` is called, a slot is free, or it is time to look anyway."""
        waiting = asyncio.create_task(self._wake.wait())
        await asyncio.wait({waiting, *self._running}, timeout=self._pace.idle, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    def _start(self, work: Work, lease: Lease) -> None:
        task = asyncio.create_task(self._do(work, lease))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if not self._pace_of(work).slots:
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)

    async def _do(self, work: Work, lease: Lease) -> None:
        beat, began = asyncio.create_task(self._keep(lease)), time.monotonic()
        try:
            await self._attempt(work, lease)
        except LeaseLost as lost:
            log.info("%s", lost)
        except Exception:  # the queue itself failed: the lease expires and the work becomes due again
            log.exception("work %s could not be given back", work.id)
        finally:
            beat.cancel()
            now = time.monotonic()
            self._rested = now + min(REST_PER_WORK * (now - began), LONGEST_REST)

    async def _attempt(self, work: Work, lease: Lease) -> None:
        last_try = work.attempts >= self._pace_of(work).most_attempts
        try:
            await self._handlers[work.kind](work, lease, last_try)
        except LeaseLost:
            raise
        except Stale:
            await self._queue.postpone(lease, 0, "")
        except Held as held:
            await self._queue.postpone(lease, _spread(held.after_seconds or 1.0), str(held), counted=False)
        except FrontdeskError as error:
            await self._give_back(work, lease, error, permanent=error.permanent or last_try)
        except ON_PURPOSE:
            raise
        except BaseException as error:  # a bug of ours, or a panic, must neither lose the message nor stop other work
            log.exception("work %s (%s) failed", work.id, work.kind)
            await self._give_back(work, lease, error, permanent=last_try)

    async def _give_back(self, work: Work, lease: Lease, error: BaseException, *, permanent: bool) -> None:
        reason = f"{type(error).__name__}: {error}"
        if permanent:
            log.error("work %s (%s) needs a person: %s: %s", work.id, work.kind, type(error).__name__, error)
            await self._queue.fail(lease, reason)
            return
        wanted = error.after_seconds if isinstance(error, Failed) else None
        await self._queue.postpone(lease, wanted or delay(work.attempts, self._pace_of(work)), reason)

    def _pace_of(self, work: Work) -> RunnerSettings:
        return self._paces.get(work.kind, self._pace)

    async def _keep(self, lease: Lease) -> None:
        """Renew the lease while the work goes on."""
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            try:
                if not await self._queue.renew(lease, self._pace.lease):
                    return
            except Exception:  # the next renewal may succeed; if not, the fence refuses stale results
                log.warning("lease of work %s could not be renewed", lease.work_id)


def delay(attempt: int, pace: RunnerSettings) -> float:
    """Seconds before the next attempt: doubling up to `longest_delay`, with jitter over the upper half."""
    longest: float = min(pace.longest_delay, pace.first_delay * 2.0 ** max(0, attempt - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


def _spread(seconds: float) -> float:
    """A random time later, so that not all held work comes back at once."""
    return seconds * random.uniform(1.0, 1.5)  # noqa: S311 - jitter, not a secret
