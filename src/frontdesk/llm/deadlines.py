"""Deadlines over a fallback chain, and retries on one route."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from frontdesk.interfaces import ErrorKind, ModelFailed

T = TypeVar("T")

WORTH_REPEATING = frozenset(
    {ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED, ErrorKind.SERVER_ERROR, ErrorKind.EMPTY}
)
FIRST_DELAY = 0.2
SHORTEST_CALL = 0.05


class Deadline:
    """A moment by which an answer is wanted."""

    def __init__(self, seconds: float) -> None:
        """So many seconds from now."""
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(0.0, self._end - time.monotonic())

    def share(self, routes: int) -> "Deadline":
        """The time for one route when `routes` of them (with this one) still share it."""
        return Deadline(self.left / max(1, routes))


async def retry(attempts: int, deadline: Deadline, call: Callable[[float], Awaitable[T]]) -> T:
    """Call with the seconds that are left, up to `attempts` times while a retry can help and there is time.

    The service's Retry-After is honoured; a wait beyond the deadline ends the attempts. Raises ModelFailed of the last
    attempt.
    """
    for attempt in range(1, attempts + 1):
        if deadline.left < SHORTEST_CALL:
            raise ModelFailed(ErrorKind.TIMEOUT, "the deadline has passed", permanent=True)
        try:
            return await call(deadline.left)
        except ModelFailed as error:
            wait = _wait(error, attempt)
            hopeless = error.permanent or error.trouble not in WORTH_REPEATING
            if hopeless or attempt == attempts or wait >= deadline.left:
                raise
            await asyncio.sleep(wait)
    raise AssertionError("unreachable")


def _wait(error: ModelFailed, attempt: int) -> float:
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    if error.after_seconds is not None:
        return error.after_seconds + 0.05 * jitter
    return float(FIRST_DELAY * 2.0 ** (attempt - 1) * jitter)
