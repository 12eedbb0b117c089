"""Access tokens that a vendor gives out for an hour or two: asked for once by all who wait, and again when refused."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.interfaces import DeliveryFailed

# A token that is about to end is no longer used.
MARGIN_SECONDS = 120.0


class Token:
    """One token at a time."""

    def __init__(self, ask: Callable[[], Awaitable[tuple[str, float]]], seconds: Callable[[], float]) -> None:
        """`ask` brings a token and for how many seconds it is good; `seconds` only goes forward."""
        self._ask, self._seconds = ask, seconds
        self._value, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def value(self) -> str:
        """A token that is good. Raises DeliveryFailed, NoAnswer."""
        async with self._lock:
            if not self._value or self._seconds() >= self._until:
                value, good_for = await self._ask()
                if not value:
                    raise DeliveryFailed("the vendor gave no token: check its client and secret", after_seconds=60)
                self._value, self._until = value, self._seconds() + max(0.0, good_for - MARGIN_SECONDS)
            return self._value

    def refused(self, value: str) -> None:
        """The vendor does not take this one (any more)."""
        if value == self._value:
            self._value = ""
