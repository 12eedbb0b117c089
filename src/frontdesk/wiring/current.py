"""The container that counts in a process: exchanged within a second whenever something is set up on a page.

Requests and work that are under way end with what they began with. The database and all connections stay the same.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from frontdesk.wiring.container import Container, wired

EVERY = 1.0


class Current:
    """The container of now; `on_change` is called with each new one before it counts."""

    def __init__(self, container: Container) -> None:
        """Begin with this one."""
        self.container = container
        self.on_change: Callable[[Container], Awaitable[None]] | None = None
        self._changed, self._looking = asyncio.Event(), asyncio.Lock()

    async def follow(self) -> None:
        """Look every second, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Take over what was set up on pages since."""
        async with self._looking:
            before = self.container
            if await before.set_up.stamp() == before.stamp:
                return
            new = await wired(before.ground, before)
            if self.on_change:
                await self.on_change(new)
            self.container = new
            self._changed.set()
            self._changed = asyncio.Event()

    async def changed(self, container: Container) -> None:
        """Wait until this container is no longer the one that counts."""
        while self.container is container:
            await self._changed.wait()


class Latest:
    """Stands for an object that is exchanged: whoever asks it for something asks the newest."""

    def __init__(self, newest: Any) -> None:
        """Begin with this one."""
        self.newest = newest

    def __getattr__(self, name: str) -> Any:
        """Of the newest."""
        return getattr(self.newest, name)
