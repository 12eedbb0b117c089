"""Gives interactions to people: soon after something happened here, and now and then for what happens elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable

EVERY, AT_MOST_EVERY = 5.0, 0.25


class Assigning:
    """Repeats a run of the assignment."""

    def __init__(self, run_once: Callable[[], Awaitable[int]]) -> None:
        """Repeat this."""
        self._run_once, self._wake = run_once, asyncio.Event()

    def wake(self) -> None:
        """Look now: a message was handled, somebody came, or closed something."""
        self._wake.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            self._wake.clear()
            await self._run_once()
            await asyncio.sleep(AT_MOST_EVERY)
            try:
                async with asyncio.timeout(EVERY):
                    await self._wake.wait()
            except TimeoutError:
                pass
