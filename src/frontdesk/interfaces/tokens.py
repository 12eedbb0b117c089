"""Access tokens that an outside service gives out for a while (OAuth 2.0, RFC 6749): asked for once, kept, renewed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

USUAL_SECONDS = 300.0
# A token that is about to end is no longer used.
EARLY_SECONDS = 60.0


class KeptToken:
    """One token at a time, asked for once however many wait for it."""

    def __init__(self, ask: Callable[[], Awaitable[tuple[str, float]]], seconds: Callable[[], float]) -> None:
        """`ask` brings a token and for how many seconds it is good; `seconds` is a clock that only goes forward."""
        self._ask, self._seconds = ask, seconds
        self._value, self._until = "", 0.0
        self._asking = asyncio.Lock()

    async def value(self) -> str:
        """A token that is good now as far as we know. Raises what `ask` raises."""
        async with self._asking:
            if not self._value or self._seconds() >= self._until:
                self._value, good_for = await self._ask()
                self._until = self._seconds() + usable(good_for)
            return self._value

    def refused(self, value: str) -> None:
        """This token was not taken: ask for another next time."""
        if value == self._value:
            self._value = ""


def usable(good_for: float) -> float:
    """How many seconds of a token's life it is used: not the last minute, nor the second half of a short life."""
    return max(good_for - EARLY_SECONDS, good_for / 2)


def lifetime(given: Any, usual: float = USUAL_SECONDS) -> float:
    """The seconds that `expires_in` of an answer says, as number or text; `usual` where it says nothing of use."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return usual
    return seconds if 0 <= seconds < float("inf") else usual
