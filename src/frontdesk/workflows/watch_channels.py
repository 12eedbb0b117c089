"""Runs the channels that go and look (a mailbox, a feed): each in one process at a time, and again when it fails."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable, Mapping

from frontdesk.interfaces import Failed
from frontdesk.interfaces.channel_stores import WatchLeases
from frontdesk.interfaces.channels import Channel, Counting, Watching
from frontdesk.workflows.schedule import keep_running

log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0


class ChannelWatch:
    """Watches the channels that ask for it."""

    def __init__(
        self, channels: Mapping[str, Channel], leases: WatchLeases, owner: str, seconds: Callable[[], float]
    ) -> None:
        """`owner` is this process in leases; `seconds` is a clock that only goes forward."""
        self._channels, self._leases, self._owner, self._seconds = channels, leases, owner, seconds

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, channel in self._channels.items():
                if isinstance(channel, Watching):
                    watching = functools.partial(self._watch, name, channel)
                    group.create_task(keep_running(f"watching {name}", watching, most_deaths=None))

    async def count(self) -> Mapping[str, str]:
        """Ask every vendor that can tell what it holds, for the ledger; why not, of those that could not be asked."""
        troubles: dict[str, str] = {}
        for name, channel in self._channels.items():
            if isinstance(channel, Counting):
                try:
                    await channel.count(self._leases.taker(name))
                except Failed as error:
                    troubles[name] = str(error)
        return troubles

    async def _watch(self, name: str, channel: Watching) -> None:
        pause = FIRST_PAUSE
        while True:
            if await self._is_mine(name):
                began = self._seconds()
                await self._watch_once(name, channel)
                pause = FIRST_PAUSE if self._seconds() - began > LONGEST_PAUSE else pause * 2
            await asyncio.sleep(min(pause, LONGEST_PAUSE))

    async def _is_mine(self, name: str) -> bool:
        try:
            return await self._leases.begin_watch(name, self._owner, LEASE_SECONDS)
        except Failed as error:
            log.warning("%s cannot be watched now: %s", name, error)
            return False

    async def _watch_once(self, name: str, channel: Watching) -> None:
        """Watch while the lease holds. Whatever goes wrong is logged; it is begun again after a pause."""
        looking = asyncio.create_task(channel.watch(self._leases.taker(name)))
        try:
            while not looking.done():
                await asyncio.wait({looking}, timeout=LEASE_SECONDS / 3)
                if not looking.done() and not await self._is_mine(name):
                    break
            if looking.done() and (error := looking.exception()) is not None:
                log.warning("watching %s failed and is begun again: %s: %s", name, type(error).__name__, error)
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await looking
            with contextlib.suppress(Failed):
                await self._leases.end_watch(name, self._owner)
