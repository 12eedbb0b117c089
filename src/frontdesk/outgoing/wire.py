"""One HTTP/1.1 connection (RFC 9112) and the answer that is being read from it. Parsing is httptools'."""

import asyncio
import ssl
from collections import deque
from typing import cast

import httptools

from frontdesk.interfaces import NoAnswer

MOST_HEAD_BYTES = 64 * 1024
PAUSE_ABOVE_BYTES = 256 * 1024


class Broken(Exception):
    """The answer cannot be read further; the text says why."""


class Exchange:
    """One answer as it arrives. Header names are lower case; repeated headers are joined by commas."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most_bytes: int, *, has_body: bool, is_streamed: bool) -> None:
        """Read at most `most_bytes` of body; `has_body` False is for HEAD; a streamed one may wait to be taken."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_done = False
        self.is_reusable = False
        self.received = 0
        self.buffered = 0
        self._loop = loop
        self._most_bytes = most_bytes
        self._has_body = has_body
        self._is_streamed = is_streamed
        self._has_head = False
        self._is_interim = False
        self._is_surplus = False
        self._pieces: deque[bytes] = deque()
        self._broken: Broken | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._parser = httptools.HttpResponseParser(self)

    async def head(self) -> None:
        """Wait for status and headers. Raises Broken."""
        while not self._has_head:
            await self._wait()

    async def whole(self) -> bytes:
        """The whole body. Raises Broken."""
        while not self.is_done:
            await self._wait()
        if self._broken:
            raise self._broken
        return b"".join(self._pieces)

    async def piece(self) -> bytes:
        """The next bytes of the body, none at its end. Raises Broken."""
        while not self._pieces:
            if self.is_done and not self._broken:
                return b""
            await self._wait()
        piece = self._pieces.popleft()
        self.buffered -= len(piece)
        return piece

    def feed(self, data: bytes) -> None:
        """Take in what came over the connection."""
        self.received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.fail("it wants another protocol")
        except httptools.HttpParserError:
            self.is_reusable = False
            if not self.is_done:
                self.fail("it is not HTTP")
        if not self._has_head and self.received > MOST_HEAD_BYTES:
            self.fail("its headers are too large")
        self._wake()

    def end(self) -> None:
        """The other side has closed the connection: that ends a body without a length and cuts any other."""
        self.is_reusable = False
        if not self.is_done:
            if self._has_head and not {"content-length", "transfer-encoding"} & self.headers.keys():
                self.is_done = True
            else:
                self.fail("the connection was closed before its end")
        self._wake()

    def fail(self, why: str) -> None:
        """Give up; what waits is told."""
        self._broken = self._broken or Broken(why)
        self.is_reusable = False
        self._wake()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        if self._is_surplus:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        if self._is_surplus:
            return
        self.status = self._parser.get_status_code()
        self._is_interim = self.status < 200
        if self._is_interim:
            self.headers.clear()
            return
        self._has_head = True
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._most_bytes and self._has_body:
            self.fail(f"it is larger than {self._most_bytes:,} bytes")
        if not self._has_body:
            self.is_done = True

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        if self._is_surplus:
            return
        self._most_bytes -= len(body)
        if self._most_bytes < 0:
            self.fail("it is too large")
            return
        if self._is_streamed:
            self.buffered += len(body)
        self._pieces.append(body)

    def on_message_begin(self) -> None:
        """Called by the parser. What follows a whole answer is nobody's, and its connection is not used again."""
        if self.is_done:
            self._is_surplus, self.is_reusable = True, False

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if self._is_interim or self.is_done:
            return
        self.is_done = True
        self.is_reusable = self._broken is None and self._parser.should_keep_alive()

    async def _wait(self) -> None:
        if self._broken:
            raise self._broken
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Connection(asyncio.Protocol):
    """A connection that carries one exchange at a time."""

    def __init__(self) -> None:
        """See asyncio.Protocol."""
        self.idle_since = 0.0
        self.exchanges = 0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._is_paused = False

    @property
    def is_open(self) -> bool:
        """Whether a request can be written."""
        return self._transport is not None and not self._transport.is_closing()

    def begin(self, request: bytes, most_bytes: int, *, has_body: bool = True, is_streamed: bool = False) -> Exchange:
        """Write a request; its answer can be awaited on what is returned. Raises NoAnswer when it was closed."""
        if self._transport is None or self._transport.is_closing():
            raise NoAnswer("the connection was closed", may_be_done=False)
        self.exchanges += 1
        self._exchange = Exchange(self._loop, most_bytes, has_body=has_body, is_streamed=is_streamed)
        self._transport.write(request)
        return self._exchange

    def finish(self) -> bool:
        """Forget the exchange; whether the connection may carry another."""
        exchange, self._exchange = self._exchange, None
        if exchange is None or not exchange.is_reusable or not self.is_open:
            self.abort()
            return False
        self.relieve()
        return True

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Put TLS on a tunnel that a proxy has made. Raises OSError."""
        self._exchange = None
        if self._transport is None:
            raise ConnectionResetError("the proxy closed the connection")
        self._transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)

    def relieve(self) -> None:
        """Read on where reading was paused because nobody took what had come."""
        waiting = self._exchange.buffered if self._exchange else 0
        if self._is_paused and self._transport is not None and waiting <= PAUSE_ABOVE_BYTES:
            self._is_paused = False
            self._transport.resume_reading()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol. Bytes that nobody asked for end the connection."""
        if self._exchange is None or self._exchange.is_done:
            self.abort()
            return
        self._exchange.feed(data)
        if self._exchange.buffered > PAUSE_ABOVE_BYTES and self._transport is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._exchange is None:
            return
        if error is not None:
            self._exchange.fail("the connection was broken")
        self._exchange.end()
