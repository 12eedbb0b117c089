"""Connections to one origin that are kept and reused, so many at most."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing.wire import Connection


class Pool:
    """Hands out connections; each that was taken must be given back."""

    def __init__(self, open: Callable[[], Awaitable[Connection]], most: int, keep_seconds: float) -> None:
        """At most `most` connections; one that lay idle longer than `keep_seconds` is not used again."""
        self._open, self._keep_seconds = open, keep_seconds
        self._places = asyncio.Semaphore(most)
        self._idle: deque[Connection] = deque()
        self._is_closed = False

    async def take(self, seconds: float, *, fresh: bool = False) -> Connection:
        """A connection (`fresh`: a new one), waiting up to `seconds` for a place. Raises NoAnswer: nothing was sent."""
        if self._is_closed:
            raise NoAnswer("the client is closed", may_be_done=False, permanent=True)
        await self._place(seconds)
        try:
            return (None if fresh else self._reuse()) or await self._open()
        except BaseException:  # also a cancelled attempt gives its place back
            self._places.release()
            raise

    def give_back(self, connection: Connection) -> None:
        """Take back a connection after its exchange; it is kept when it may carry another."""
        if connection.finish():
            if self._is_closed:
                connection.abort()
            else:
                connection.idle_since = asyncio.get_running_loop().time()
                self._idle.append(connection)
        self._places.release()

    def close(self) -> None:
        """Close what is idle; what is taken is closed when it comes back."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().abort()

    async def _place(self, seconds: float) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            raise NoAnswer(f"no free connection within {seconds:g} s", may_be_done=False, timed_out=True) from None

    def _reuse(self) -> Connection | None:
        """The connection used last, so that those beyond need grow old; the old ones are closed."""
        oldest = asyncio.get_running_loop().time() - self._keep_seconds
        while self._idle and (not self._idle[0].is_open or self._idle[0].idle_since < oldest):
            self._idle.popleft().abort()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None
