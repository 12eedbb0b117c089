"""A client of one outside system, over aiohttp."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Unpack

import aiohttp
from typing_extensions import override

from frontdesk.interfaces import Http, HttpAnswer, HttpStream, NoAnswer
from frontdesk.interfaces.outgoing import RequestParts, StreamParts
from frontdesk.outgoing.calls import FAILURES, Call, Limits
from frontdesk.outgoing.pools import Pools, Route
from frontdesk.outgoing.request import Base, Request

FIRST_OF_FINAL, LOGIN_WANTED = 200, 407


class Client(Http):
    """A client of one outside system: base address, headers, time and size limits are set; connections are reused."""

    def __init__(self, route: Route, limits: Limits) -> None:
        """Made by Outgoing."""
        self._route, self._limits, self._pools = route, limits, Pools(route, limits)

    @override
    async def send(self, method: str, path: str, **parts: Unpack[RequestParts]) -> HttpAnswer:
        request = Request.of(method, path, **parts)
        call = Call(method, self._route.base.host, self._limits)
        try:
            async with asyncio.timeout(self._limits.total), self._exchange(request, call) as response:
                body = b"".join([piece async for piece in _pieces(response, call, self._limits.bytes)])
                return HttpAnswer(response.status, _headers(response), body)
        except TimeoutError:
            raise call.no_answer(f"no whole answer within {self._limits.total:g} s", timed_out=True) from None
        except FAILURES as error:
            raise call.failed(error) from None

    @contextlib.asynccontextmanager
    @override
    async def stream(self, method: str, path: str, **parts: Unpack[StreamParts]) -> AsyncIterator["Stream"]:
        request = Request.of(method, path, **parts)
        call = Call(method, self._route.base.host, self._limits)
        async with self._exchange(request, call) as response:
            yield Stream(response, call, self._limits)

    async def close(self) -> None:
        """Close its connections; it cannot be used any more."""
        await self._pools.close()

    @contextlib.asynccontextmanager
    async def _exchange(self, request: Request, call: Call) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request and yield the answer once its headers are there. The connection is kept if the body is read
        to its end.
        """
        session = await self._pools.take()
        try:
            response = await self._head(session, request, call)
            try:
                self._check(response.status, call)
                yield response
            finally:
                if not response.closed:
                    response.close()
        finally:
            self._pools.give_back()

    async def _head(self, session: aiohttp.ClientSession, request: Request, call: Call) -> aiohttp.ClientResponse:
        route = self._route
        base = await self._target() if route.rules and route.proxy else route.base
        try:
            async with call.first_byte:
                return await session.request(
                    request.method,
                    base.url(request.path, request.params),
                    headers=route.headers_with(request.headers),
                    data=request.body,
                    server_hostname=route.base.host,
                    proxy=route.proxy.url if route.proxy else None,
                    proxy_headers=route.proxy_headers(),
                    allow_redirects=False,
                    middlewares=(call,),
                )
        except FAILURES as error:
            raise call.failed(error) from None

    async def _target(self) -> Base:
        """The target of a request. A proxy gets the checked address, so that it cannot resolve the name again."""
        try:
            async with asyncio.timeout(self._limits.connect):
                return await self._route.checked()
        except TimeoutError:
            words = f"{self._route.base.host}: no address within {self._limits.connect:g} s"
            raise NoAnswer(words, may_be_done=False, timed_out=True) from None

    def _check(self, status: int, call: Call) -> None:
        """Raises NoAnswer for answers that do not come from the system itself."""
        if status < FIRST_OF_FINAL:
            raise call.no_answer("the answer broke off: it wants another protocol")
        if status == LOGIN_WANTED and self._route.proxy and not self._route.tls:
            raise NoAnswer(f"{self._route.base.host}: the proxy answered {status}", may_be_done=False)


class Stream(HttpStream):
    """An answer whose body is read as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse, call: Call, limits: Limits) -> None:
        """The headers have been read already."""
        self.status: int = response.status
        self.headers: Mapping[str, str] = _headers(response)
        self._response, self._call, self._limits = response, call, limits

    @override
    async def chunks(self) -> AsyncIterator[bytes]:
        ends = asyncio.get_running_loop().time() + self._limits.stream
        pieces = _pieces(self._response, self._call, self._limits.bytes)
        while piece := await self._piece(pieces, ends):
            yield piece

    async def _piece(self, pieces: AsyncIterator[bytes], ends: float) -> bytes:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(now + self._limits.idle, ends)):
                return await anext(pieces, b"")
        except TimeoutError:
            raise self._call.no_answer("the stream stalled", timed_out=True) from None
        except FAILURES as error:
            raise self._call.failed(error) from None


async def _pieces(response: aiohttp.ClientResponse, call: Call, most: int) -> AsyncIterator[bytes]:
    """The body, unpacked, as it comes. Raises NoAnswer once it is larger than `most`, before it is all in memory."""
    too_large = f"the answer is larger than {most:,} bytes"
    if call.method != "HEAD" and (response.content_length or 0) > most:
        raise call.no_answer(too_large)
    while piece := await response.content.readany():
        most -= len(piece)
        if most < 0:
            raise call.no_answer(too_large)
        yield piece


def _headers(response: aiohttp.ClientResponse) -> Mapping[str, str]:
    """Names in lower case; repeated ones are joined."""
    found: dict[str, str] = {}
    for raw_name, raw_value in response.raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
