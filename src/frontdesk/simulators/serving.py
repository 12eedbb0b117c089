"""Serves simulators, over aiohttp. It can do what a good server never does: cut and garble answers.

A simulator is one function from a request to an answer. Loopback only.
"""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

HOST = "127.0.0.1"
MOST_BODY_BYTES = 50_000_000
SECONDS_TO_FINISH = 0.05


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

    `cut_after`: close the connection after so many bytes of the body; 0 says nothing at all, not even a status.
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
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen; the address, like http://127.0.0.1:8123. Port 0 takes a free one. Raises OSError."""
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=SECONDS_TO_FINISH
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        return f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening and close all connections."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        asked = await _asked(request)
        try:
            answer = await self._answering(asked)
        except Exception as error:  # a simulator's mistake must show at the client, not end the server
            answer = told({"error": f"{type(error).__name__}: {error}"}, 500)
        return await _tell(request, answer)


@contextlib.asynccontextmanager
async def serving(answering: Answering, port: int = 0) -> AsyncIterator[str]:
    """A simulator that is served as long as the block runs; its address."""
    server = Server(answering)
    try:
        yield await server.start(port)
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


async def _asked(request: web.BaseRequest) -> Asked:
    return Asked(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )


async def _tell(request: web.BaseRequest, answer: Told) -> web.StreamResponse:
    """A piece that raises ConnectionAbortedError cuts the answer there."""
    if answer.pieces is None and answer.cut_after is None:
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    if answer.pieces is None:
        response.content_length = len(answer.body)
    try:
        if answer.cut_after == 0:
            raise ConnectionAbortedError
        await response.prepare(request)
        async for piece in answer.pieces or _cut(answer):
            if piece:  # an empty one would end the answer
                await response.write(piece)
    except ConnectionAbortedError:
        if request.transport is not None:
            request.transport.close()
    return response


async def _cut(answer: Told) -> AsyncIterator[bytes]:
    yield answer.body[: answer.cut_after]
    raise ConnectionAbortedError
