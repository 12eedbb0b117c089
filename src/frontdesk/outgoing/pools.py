"""How one client reaches its system, and its pool of connections."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import aiohttp
from multidict import CIMultiDict

from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing.addresses import AddressRules, Guard, checked
from frontdesk.outgoing.calls import Limits, Sending
from frontdesk.outgoing.proxy import HttpProxy
from frontdesk.outgoing.request import Base

MOST_LINE_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    """The address of a system and the headers of all its requests. `rules` None: the address is ours, not a user's."""

    base: Base
    headers: CIMultiDict[str] = field(repr=False)
    tls: ssl.SSLContext | None
    rules: AddressRules | None
    proxy: HttpProxy | None

    def headers_with(self, more: Mapping[str, str]) -> CIMultiDict[str]:
        """The headers of one request. They are not set on the session, which would send them to the proxy too."""
        headers = self.headers.copy()
        headers.update(more)
        return headers

    def proxy_headers(self) -> dict[str, str] | None:
        """The headers for the proxy before a tunnel."""
        return {"User-Agent": self.headers["User-Agent"], **self.proxy.headers} if self.proxy else None

    async def checked(self) -> Base:
        """The base URL with its checked IP address. Raises NoAnswer for one that is not permitted."""
        return replace(self.base, host=(await checked(self.base.host, self.base.port, self.rules))[0])


class Pools:
    """The connections of one client. Each event loop that uses the client has its own."""

    def __init__(self, route: Route, limits: Limits) -> None:
        """Opens nothing yet."""
        self._route, self._limits = route, limits
        self._by_loop: dict[asyncio.AbstractEventLoop, tuple[aiohttp.ClientSession, asyncio.Semaphore]] = {}
        self._is_closed = False

    async def take(self) -> aiohttp.ClientSession:
        """A session with a free connection, after waiting for one. Raises NoAnswer; then nothing was sent."""
        if self._is_closed:
            raise NoAnswer("the client is closed", may_be_done=False, permanent=True)
        session, places = self._here()
        if places.locked():
            await self._wait_for(places)
        else:
            await places.acquire()
        return session

    def give_back(self) -> None:
        """Give a connection back."""
        self._here()[1].release()

    async def _wait_for(self, places: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._limits.wait):
                await places.acquire()
        except TimeoutError:
            words = f"no free connection within {self._limits.wait:g} s"
            raise NoAnswer(words, may_be_done=False, timed_out=True) from None

    async def close(self) -> None:
        """Close all."""
        self._is_closed = True
        for session, _ in self._by_loop.values():
            await session.close()

    def _here(self) -> tuple[aiohttp.ClientSession, asyncio.Semaphore]:
        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            self._by_loop[loop] = (self._opened(), asyncio.Semaphore(self._limits.connections))
        return self._by_loop[loop]

    def _opened(self) -> aiohttp.ClientSession:
        """A session that adds nothing by itself: no cookies, no content type, no proxy of the environment."""
        guard = Guard(self._route.base.host, None if self._route.proxy else self._route.rules)
        connector = aiohttp.TCPConnector(
            ssl=self._route.tls or True,
            resolver=guard,
            socket_factory=guard.socket,
            use_dns_cache=False,
            limit=0,  # connections are counted here, to tell waiting for a connection from waiting for the server
            keepalive_timeout=self._limits.keep,
        )
        return aiohttp.ClientSession(
            connector=connector,
            request_class=Sending,
            skip_auto_headers=("Content-Type",),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=self._limits.connect),
            max_line_size=MOST_LINE_BYTES,
            max_field_size=MOST_LINE_BYTES,
        )
