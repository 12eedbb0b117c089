"""Deadlines over a fallback chain, and retries on one route."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from frontdesk.interfaces import ErrorKind, ModelEvent, ModelFailed

T = TypeVar("T")

log = logging.getLogger(__name__)

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


async def within(seconds: float, act: Callable[[], Awaitable[T]]) -> T:
    """What it gives within so many seconds. Raises ModelFailed, whatever fails."""
    try:
        async with asyncio.timeout(seconds):
            return await act()
    except TimeoutError:
        raise ModelFailed(ErrorKind.TIMEOUT, f"no answer within {seconds:.1f} s") from None
    except ModelFailed:
        raise
    except Exception as error:  # a bug in one provider must not keep the next route from being asked
        raise _unnamed(error) from None


async def paced(events: AsyncIterator[ModelEvent], seconds: float) -> AsyncIterator[ModelEvent]:
    """The events, none of which may take longer than `seconds`. Raises ModelFailed (TIMEOUT)."""
    iterator = aiter(events)
    while True:
        try:
            async with asyncio.timeout(seconds):
                event = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ModelFailed(ErrorKind.TIMEOUT, f"nothing came for {seconds:.1f} s") from None
        except ModelFailed:
            raise
        except Exception as error:  # as above: the next route must be asked
            raise _unnamed(error) from None
        yield event


def _unnamed(error: Exception) -> ModelFailed:
    log.exception("a model service failed in a way that it should have named")
    return ModelFailed(ErrorKind.SERVER_ERROR, f"the service failed ({type(error).__name__})")
