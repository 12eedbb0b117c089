"""Values that are fetched when they are asked for and believed for some seconds."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

MOST_KEPT = 10_000


class Cached(Generic[T]):
    """One value. Those who ask while it is being fetched wait for it; what the fetch raises is never kept."""

    def __init__(self, seconds: float | Callable[[T], float], clock: Callable[[], float] = time.monotonic) -> None:
        """How long a value is believed, always or by the value; `clock` counts seconds and only goes forward."""
        self._seconds, self._clock = seconds, clock
        self.known: T | None = None  # the last value, believed or not
        self._until = -math.inf
        self._changes = 0
        self._fetching = asyncio.Lock()

    async def get(self, fetch: Callable[[], Awaitable[T]]) -> T:
        """The value, fetched unless it is still believed. Raises what `fetch` raises."""
        if self._is_believed():
            return self.known  # type: ignore[return-value]  # it was put
        async with self._fetching:
            if self._is_believed():
                return self.known  # type: ignore[return-value]  # as above
            changes = self._changes
            value = await fetch()
            if changes == self._changes:  # else it was forgotten or put meanwhile: this one may be outdated
                self.put(value)
            return value

    def put(self, value: T) -> None:
        """Believe this value from now on: it is known without a fetch."""
        self.known = value
        self._until = self._clock() + (self._seconds(value) if callable(self._seconds) else self._seconds)
        self._changes += 1

    def forget(self) -> None:
        """Fetch it the next time that it is asked for."""
        self._until = -math.inf
        self._changes += 1

    def _is_believed(self) -> bool:
        return self._clock() < self._until


class CachedByKey(Generic[K, T]):
    """A value for each key, as in Cached; when there are too many keys, all are forgotten."""

    def __init__(
        self, seconds: float | Callable[[T], float], clock: Callable[[], float] = time.monotonic, most: int = MOST_KEPT
    ) -> None:
        """See Cached; at most `most` keys are kept."""
        self._seconds, self._clock, self._most = seconds, clock, most
        self._kept: dict[K, Cached[T]] = {}

    async def get(self, key: K, fetch: Callable[[], Awaitable[T]]) -> T:
        """The value of this key, fetched unless it is still believed. Raises what `fetch` raises."""
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            kept = self._kept[key] = Cached(self._seconds, self._clock)
        return await kept.get(fetch)

    def forget(self, key: K) -> None:
        """Fetch the value of this key the next time that it is asked for."""
        self._kept.pop(key, None)

    def clear(self) -> None:
        """Fetch the values of all keys the next time that they are asked for."""
        self._kept.clear()
