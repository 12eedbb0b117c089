"""Connections that cost us something and give nothing: so many from one place, so long for headers and bodies.

uvicorn itself waits for ever for the first request of a connection, for the rest of a body, and for a client that reads
nothing of its answer.
"""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from frontdesk.edges.access.rate_limits import place

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 65_536
# What a body must bring a second on average to be waited for longer than `body_seconds`.
SLOWEST_BYTES = 5_000
UNREAD_SECONDS = 60.0
MOST_FILES, OWN_FILES = 65_536, 256


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there may be, in all and from one place (0: any number), and how long they are waited for.

    Behind a proxy all come from one place, so that only the proxy can limit those.
    """

    most: int = 8192
    per_place: int = 256
    header_seconds: float = 10.0
    body_seconds: float = 30.0


def most_connections() -> int:
    """How many connections this process may hold: the files it may open, less what it opens itself.

    Raises the soft limit to the hard one first: with 1,024 files a thousand idle clients would be all it takes.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return ConnectionLimits().most
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = wanted if soft == resource.RLIM_INFINITY else soft
    return max(files - OWN_FILES, files // 2)


def guarded(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """The protocol of a server whose connections keep to these limits."""
    return type("Guarded", (GuardedProtocol,), {"limits": limits, "places": Counter()})


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits; see `guarded`."""

    limits: ClassVar[ConnectionLimits]
    places: ClassVar[Counter[str]]

    _where = ""
    _timer: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = _body_bytes = 0
    _body_began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Count it and wait for its first request, or close it."""
        super().connection_made(transport)
        self._where = place(self.client[0]) if self.client else ""
        self.places[self._where] += 1
        if reason := self._too_many():
            log.warning("a connection was closed: %s", reason)
            transport.abort()
        else:
            self._wait(self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.places[self._where] -= 1
        if self.places[self._where] <= 0:
            del self.places[self._where]
        self._stop_waiting()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand it on; a head must come in time and not be too large."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._timer is None:
                self._wait(self.limits.header_seconds)
        super().data_received(data)
        if self._in_head and self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """From now on the body is waited for."""
        self._in_head, self._head_bytes, self._body_bytes = False, 0, 0
        self._body_began = self.loop.time()
        self._wait(self.limits.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count it."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All is here; the answer may take as long as it takes."""
        self._stop_waiting()
        self._in_head = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not read: not for ever."""
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def _too_many(self) -> str:
        if self.limits.per_place and self.places[self._where] > self.limits.per_place:
            return "there are too many from one place"
        return "there are too many" if len(self.connections) > self.limits.most else ""

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _late(self) -> None:
        self._timer = None
        if self._in_head and not self._head_bytes:
            self.transport.close()
        elif not self._in_head and (self._we_wait() or self._is_quick()):
            self._wait(self.limits.body_seconds)
        else:
            self._refuse(b"408 Request Timeout")

    def _we_wait(self) -> bool:
        """Whether it is we who read no more: the application has enough, or was not asked for the body yet."""
        return self.flow.read_paused or self.cycle.waiting_for_100_continue

    def _is_quick(self) -> bool:
        return self._body_bytes >= SLOWEST_BYTES * (self.loop.time() - self._body_began)

    def _refuse(self, status: bytes) -> None:
        """Say why where nothing was said yet, and close."""
        self._stop_waiting()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.response_started:
            self.transport.abort()
            return
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()
