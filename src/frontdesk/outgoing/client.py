"""A client of one outside system. See interfaces.Http. Errors name its host only: paths and headers may hold keys."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.interfaces import HttpAnswer, NoAnswer
from frontdesk.outgoing.pool import Pool
from frontdesk.outgoing.request import Writer
from frontdesk.outgoing.wire import Broken, Connection, Exchange

# Asking twice does no harm (RFC 9110, 9.2.1), so a connection that the other side has just closed is no reason to fail.
SAFE_METHODS = ("GET", "HEAD")
GZIP_OR_ZLIB = 47


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds and sizes of one client.

    `wait` is for a free connection, `first_byte` runs until the headers of the answer, `idle` between pieces of a
    streamed one, `stream` over all of it.
    """

    wait: float = 10.0
    connect: float = 5.0
    first_byte: float = 30.0
    idle: float = 30.0
    total: float = 60.0
    stream: float = 600.0
    bytes: int = 10_000_000
    connections: int = 64
    keep: float = 15.0


class Client:
    """See interfaces.Http."""

    def __init__(self, writer: Writer, pool: Pool, limits: Limits) -> None:
        """Made by Outgoing."""
        self._writer, self._pool, self._limits = writer, pool, limits
        self._host = writer.base.host

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """See interfaces.Http."""
        request = self._writer.write(method, path, json, content, form, params, headers)
        progress = _Progress()
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._whole(method, request, progress)
        except TimeoutError:
            raise self._late("no whole answer", self._limits.total, may_be_done=progress.is_sent) from None

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator["Stream"]:
        """See interfaces.Http."""
        request = self._writer.write(method, path, json, params=params, headers=headers)
        async with self._exchange(request, _Progress(), is_streamed=True) as (connection, exchange):
            yield Stream(connection, exchange, self._host, self._limits)

    async def _whole(self, method: str, request: bytes, progress: "_Progress") -> HttpAnswer:
        try:
            return await self._once(method, request, progress)
        except _Stale:
            # A connection from the pool died before a byte came back.
            if method not in SAFE_METHODS:
                raise
        return await self._once(method, request, progress, fresh=True)

    async def _once(self, method: str, request: bytes, progress: "_Progress", *, fresh: bool = False) -> HttpAnswer:
        has_body = method != "HEAD"
        async with self._exchange(request, progress, fresh=fresh, has_body=has_body) as (_, exchange):
            try:
                body = await exchange.whole()
            except Broken as error:
                raise self._broken(error) from None
        packing = exchange.headers.get("content-encoding", "identity")
        body = body if packing == "identity" or not body else self._unpacked(body, packing)
        return HttpAnswer(exchange.status, exchange.headers, body)

    @contextlib.asynccontextmanager
    async def _exchange(
        self,
        request: bytes,
        progress: "_Progress",
        *,
        fresh: bool = False,
        has_body: bool = True,
        is_streamed: bool = False,
    ) -> AsyncIterator[tuple[Connection, Exchange]]:
        """An answer whose headers have come, on a connection of the pool."""
        limits = self._limits
        connection = await self._pool.take(limits.wait, fresh=fresh)
        try:
            exchange = connection.begin(request, limits.bytes, has_body=has_body, is_streamed=is_streamed)
            progress.is_sent = True
            await self._head(connection, exchange)
            yield connection, exchange
        finally:
            self._pool.give_back(connection)

    async def _head(self, connection: Connection, exchange: Exchange) -> None:
        try:
            async with asyncio.timeout(self._limits.first_byte):
                await exchange.head()
        except TimeoutError:
            raise self._late("no answer", self._limits.first_byte, may_be_done=True) from None
        except Broken as error:
            if connection.exchanges > 1 and exchange.received == 0:
                raise _Stale(f"{self._host}: {error}", may_be_done=True) from None
            raise self._broken(error) from None

    def _unpacked(self, body: bytes, packing: str) -> bytes:
        """We ask for unpacked answers; some servers pack them nevertheless."""
        most = self._limits.bytes
        unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
        try:
            whole = unpacker.decompress(body, most)
        except zlib.error:
            raise NoAnswer(f"{self._host}: the answer is packed in an unknown way", may_be_done=True) from None
        if unpacker.unconsumed_tail:
            raise NoAnswer(f"{self._host}: the answer is larger than {most:,} bytes", may_be_done=True)
        return whole

    def _late(self, what: str, seconds: float, *, may_be_done: bool) -> NoAnswer:
        return NoAnswer(f"{self._host}: {what} within {seconds:g} s", may_be_done=may_be_done, timed_out=True)

    def _broken(self, error: Broken) -> NoAnswer:
        return NoAnswer(f"{self._host}: the answer broke off: {error}", may_be_done=True)


class Stream:
    """See interfaces.HttpStream."""

    def __init__(self, connection: Connection, exchange: Exchange, host: str, limits: Limits) -> None:
        """Reads on from the headers."""
        self.status: int = exchange.status
        self.headers: Mapping[str, str] = exchange.headers
        self._connection, self._exchange = connection, exchange
        self._host, self._limits = host, limits

    async def chunks(self) -> AsyncIterator[bytes]:
        """See interfaces.HttpStream."""
        ends = asyncio.get_running_loop().time() + self._limits.stream
        if self.headers.get("content-encoding", "identity") != "identity":
            raise NoAnswer(f"{self._host}: the stream is packed, although it was not asked for", may_be_done=True)
        while piece := await self._piece(ends):
            yield piece

    async def _piece(self, ends: float) -> bytes:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(now + self._limits.idle, ends)):
                piece = await self._exchange.piece()
        except TimeoutError:
            raise NoAnswer(f"{self._host}: the stream stalled", may_be_done=True, timed_out=True) from None
        except Broken as error:
            raise NoAnswer(f"{self._host}: the stream broke off: {error}", may_be_done=True) from None
        self._connection.relieve()
        return piece


class _Stale(NoAnswer):
    """A connection from the pool was dead; the request may still have arrived."""


class _Progress:
    """How far a request has come."""

    is_sent = False
