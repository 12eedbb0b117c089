"""Live pages: one task reads the journal while there are listeners, and notifies those whose interaction changed.

A listener is told "look again", not what to show: several changes at once are one notice, so nothing piles up.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

import msgspec

from frontdesk.model import AuditEvent
from frontdesk.storage.pipeline.journal import StoredJournal

log = logging.getLogger(__name__)

PACE = 0.25
HEARTBEAT = 15.0
# A stream ends after this long, so that whoever listens is asked again who they are.
LONGEST = 900.0
# PostgreSQL can commit lines in another order than it numbers them; so long we wait for a late one.
SETTLED_AFTER = 5.0
MOST_LISTENERS = 2000
KEPT_FOR_TEAM = 500
BATCH = 500
# The first notice of a stream, and what server-sent events are made of besides events.
OPENED = (0, "opened")
RETRY = b"retry: 2000\n\n"
STILL_HERE = b": nothing new\n\n"


class _Listener:
    """One open stream: the newest thing it has not been told yet."""

    def __init__(self, interaction_id: int | None) -> None:
        self.interaction_id = interaction_id
        self._told = asyncio.Event()
        self._newest: tuple[int, str] | None = None

    def tell(self, number: int, kind: str) -> None:
        self._newest = (number, kind)
        self._told.set()

    def wake(self) -> None:
        self._told.set()

    async def next(self, seconds: float) -> tuple[int, str] | None:
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return None
        self._told.clear()
        newest, self._newest = self._newest, None
        return newest


class Live:
    """Streams of server-sent events about interactions."""

    def __init__(self, journal: StoredJournal) -> None:
        """Follow this journal."""
        self._journal = journal
        self._listeners: set[_Listener] = set()
        self._following: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._wake = asyncio.Event()
        self._settled = 0
        self._seen: dict[int, float] = {}
        self._closed = False

    @property
    def is_full(self) -> bool:
        """Whether no more streams can be opened."""
        return self._closed or len(self._listeners) >= MOST_LISTENERS

    @property
    def is_full_for_strangers(self) -> bool:
        """Whether no more streams can be opened by those who have not signed in: some are kept for the team."""
        return self._closed or len(self._listeners) >= MOST_LISTENERS - KEPT_FOR_TEAM

    @property
    def is_following(self) -> bool:
        """Whether the journal is being read."""
        return self._following is not None and not self._following.done()

    def wake(self) -> None:
        """Look now: this process has just stored something."""
        self._wake.set()

    def touched(self, interaction_id: int) -> None:
        """Notify listeners of this interaction, or of all, about a new message (which is no line of the journal)."""
        for listener in self._listeners:
            if listener.interaction_id in (None, interaction_id):
                listener.tell(self._settled, "accepted")
        self.wake()

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closed = True
        for listener in self._listeners:
            listener.wake()
        if self._following is not None:
            self._following.cancel()

    async def stream(self, interaction_id: int | None) -> AsyncGenerator[bytes]:
        """Server-sent events about one interaction, or (None) about all: `refresh` whenever something happened."""
        async with contextlib.aclosing(self.notices(interaction_id)) as notices:
            async for newest in notices:
                if newest == OPENED:
                    yield RETRY
                else:
                    yield _event(*newest) if newest else STILL_HERE

    async def notices(self, interaction_id: int | None) -> AsyncGenerator[tuple[int, str] | None]:
        """OPENED once whatever comes next is noticed; then what happened last, or None when nothing did for a while."""
        listener = _Listener(interaction_id)
        self._listeners.add(listener)
        try:
            await self._follow()
            until = asyncio.get_running_loop().time() + LONGEST
            yield OPENED
            while self._goes_on(until):
                yield await listener.next(HEARTBEAT)
        finally:
            self._listeners.discard(listener)

    def _goes_on(self, until: float) -> bool:
        return not self._closed and asyncio.get_running_loop().time() < until

    async def _follow(self) -> None:
        """Start reading the journal if nobody does. Earlier lines are not sent: a page fetches those itself."""
        async with self._starting:
            if not self.is_following:
                self._settled, self._seen = await self._journal.last(), {}
                self._following = asyncio.create_task(self._read_on())

    async def _read_on(self) -> None:
        while self._listeners and not self._closed:
            try:
                async with asyncio.timeout(PACE):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._read()
            except Exception:  # the database may be away for a while; pages must be live again when it is back
                log.warning("the journal could not be read; trying again", exc_info=True)
                await asyncio.sleep(1)

    async def _read(self) -> None:
        """Notify about new lines, starting after the last line that cannot be overtaken any more."""
        now, after = asyncio.get_running_loop().time(), self._settled
        while lines := await self._journal.since(after, BATCH):
            for line in lines:
                if self._seen.setdefault(line.id, now) == now:
                    self._tell(line)
            after = lines[-1].id
            if len(lines) < BATCH:
                break
        old = (number for number, since in self._seen.items() if since < now - SETTLED_AFTER)
        self._settled = max(old, default=self._settled)
        self._seen = {number: since for number, since in self._seen.items() if number > self._settled}

    def _tell(self, line: AuditEvent) -> None:
        for listener in self._listeners:
            if listener.interaction_id in (None, line.interaction_id):
                listener.tell(line.id, line.kind)


def _event(number: int, kind: str) -> bytes:
    return b"id: %d\nevent: refresh\ndata: %s\n\n" % (number, msgspec.json.encode({"kind": kind}))
