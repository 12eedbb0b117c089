"""A small, fast HTTP/1.1 server for simulators. It can do what a good server never does: cut and garble answers.

A simulator is one function from a request to an answer. Loopback only.
"""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import httptools
import msgspec

HOST = "127.0.0.1"
MOST_BODY_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. Header names are lower case; of repeated query fields the last counts."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None

    def form(self) -> dict[str, str]:
        """The body as an HTML form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: a body, or pieces that are sent as they come (chunked).

    `cut_after`: close the connection after so many bytes of the whole answer (headers too); 0 says nothing at all.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: AsyncIterator[bytes] | None = None
    cut_after: int | None = None


Answering = Callable[[Asked], Awaitable[Told]]


def told(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Told:
    """An answer in JSON."""
    return Told(status, msgspec.json.encode(value), {"content-type": "application/json", **(headers or {})})


class Server:
    """Serves one simulator on a loopback port."""

    def __init__(self, answering: Answering) -> None:
        """`answering` is asked for every request; what it raises becomes a 500."""
        self._answering = answering
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def start(self, port: int = 0) -> str:
        """Listen; the address, like http://127.0.0.1:8123. Port 0 takes a free one. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self._answering, self._connections), HOST, port)
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and close all connections."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()


@contextlib.asynccontextmanager
async def serving(answering: Answering, port: int = 0) -> AsyncIterator[str]:
    """A simulator that is served as long as the block runs; its address."""
    server = Server(answering)
    address = await server.start(port)
    try:
        yield address
    finally:
        await server.close()


@contextlib.contextmanager
def serving_beside(answering: Answering) -> Iterator[str]:
    """A simulator served by a thread of its own as long as the block runs, whatever else the process does."""
    started: concurrent.futures.Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]]
    started = concurrent.futures.Future()

    async def run() -> None:
        stop = asyncio.Event()
        async with serving(answering) as address:
            started.set_result((address, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="simulator", daemon=True)
    thread.start()
    address, loop, stop = started.result(timeout=10)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=5)


class _Connection(asyncio.Protocol):
    """One client. Requests are answered one after the other."""

    def __init__(self, answering: Answering, connections: set["_Connection"]) -> None:
        self._answering, self._connections = answering, connections
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: asyncio.Queue[tuple[Asked, bool]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._url, self._body = b"", bytearray()
        self._headers: dict[str, str] = {}

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._task = asyncio.create_task(self._answer_all())

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._write(Told(400, b"not HTTP"), keep=False)

    def on_message_begin(self) -> None:
        self._url, self._headers, self._body = b"", {}, bytearray()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > MOST_BODY_BYTES:
            self.abort()

    def on_message_complete(self) -> None:
        parts = urlsplit(self._url.decode("latin-1"))
        asked = Asked(
            method=self._parser.get_method().decode(),
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=self._headers,
            body=bytes(self._body),
        )
        self._waiting.put_nowait((asked, self._parser.should_keep_alive()))

    async def _answer_all(self) -> None:
        while True:
            asked, keep = await self._waiting.get()
            try:
                answer = await self._answering(asked)
            except Exception as error:  # a simulator's mistake must show at the client, not end the server
                answer = told({"error": f"{type(error).__name__}: {error}"}, 500)
            if answer.pieces is not None and answer.cut_after is None:
                await self._stream(answer, answer.pieces, keep)
            else:
                self._write(answer, keep)

    def _write(self, answer: Told, keep: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        length = {} if answer.status in (204, 304) else {"content-length": str(len(answer.body))}
        whole = _head(answer, length, keep) + answer.body
        if answer.cut_after is not None:
            if answer.cut_after:
                self._transport.write(whole[: answer.cut_after])
                self._transport.close()
            else:
                self._transport.abort()
            return
        self._transport.write(whole)
        if not keep:
            self._transport.close()

    async def _stream(self, answer: Told, pieces: AsyncIterator[bytes], keep: bool) -> None:
        """Chunked (RFC 9112, 7.1). A piece that raises ConnectionAbortedError cuts the answer there."""
        transport = self._transport
        if transport is None:
            return
        transport.write(_head(answer, {"transfer-encoding": "chunked"}, keep))
        try:
            async for piece in pieces:
                if transport.is_closing():
                    return
                if piece:
                    transport.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        except ConnectionAbortedError:
            transport.close()
            return
        transport.write(b"0\r\n\r\n")
        if not keep:
            transport.close()


def _head(answer: Told, more: Mapping[str, str], keep: bool) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    fields = {**answer.headers, **more, "connection": "keep-alive" if keep else "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{lines}\r\n".encode("latin-1")
