"""Opens connections to one origin: resolves, checks, connects, through a proxy where one is configured, then TLS."""

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from frontdesk.interfaces import Invalid, NoAnswer
from frontdesk.outgoing.addresses import AddressRules, check, resolve
from frontdesk.outgoing.wire import Broken, Connection

MOST_PROXY_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpProxy:
    """An HTTP proxy that tunnels (CONNECT) all connections but those to hosts ending in one of `besides`."""

    host: str
    port: int
    besides: tuple[str, ...] = ()
    authorization: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, besides: tuple[str, ...] = ()) -> "HttpProxy":
        """The proxy of an address like `http://user:password@proxy.example:3128`. Raises Invalid."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise Invalid("outgoing.proxy must be like http://proxy.example:3128", "outgoing.proxy")
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
        given = f"Basic {base64.b64encode(login).decode()}" if parts.username else ""
        return cls(parts.hostname, parts.port or 3128, besides, given)

    def serves(self, host: str) -> bool:
        """Whether connections to this host go through it."""
        return not any(host == end or host.endswith(f".{end.lstrip('.')}") for end in self.besides)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a client's connections go and how they are made. `rules` None: the address was given by us, not checked."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    rules: AddressRules | None
    proxy: HttpProxy | None
    connect_seconds: float

    async def open(self) -> Connection:
        """A new connection. Raises NoAnswer; nothing has been sent then."""
        try:
            async with asyncio.timeout(self.connect_seconds):
                return await (self._through(self.proxy) if self.proxy else self._direct())
        except TimeoutError:
            message = f"{self.host}: no connection within {self.connect_seconds:g} s"
            raise NoAnswer(message, may_be_done=False, timed_out=True) from None
        except ssl.SSLError as error:
            raise NoAnswer(f"{self.host}: no secure connection: {_reason(error)}", may_be_done=False) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise NoAnswer(f"{self.host}: no connection: {reason}", may_be_done=False) from None

    async def _direct(self) -> Connection:
        return await _connect(await self._addresses(), self.port, self.connect_seconds, self.tls, self.host)

    async def _addresses(self) -> tuple[str, ...]:
        addresses = await resolve(self.host, self.port)
        if self.rules is not None:
            check(self.host, self.port, addresses, self.rules)
        return addresses

    async def _through(self, proxy: HttpProxy) -> Connection:
        # A checked address is also what the proxy is asked for: it must not resolve the name to another one.
        target = (await self._addresses())[0] if self.rules is not None else self.host
        addresses = await resolve(proxy.host, proxy.port)
        connection = await _connect(addresses, proxy.port, self.connect_seconds, None, proxy.host)
        try:
            await self._tunnel(connection, proxy, target)
            if self.tls is not None:
                await connection.secure(self.tls, self.host)
        except BaseException:  # also a cancelled attempt must not leave its connection open
            connection.abort()
            raise
        return connection

    async def _tunnel(self, connection: Connection, proxy: HttpProxy, target: str) -> None:
        authority = f"[{target}]:{self.port}" if ":" in target else f"{target}:{self.port}"
        login = f"HttpProxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
        request = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{login}\r\n".encode()
        exchange = connection.begin(request, MOST_PROXY_ANSWER_BYTES)
        try:
            await exchange.head()
        except Broken as error:
            raise NoAnswer(f"{self.host}: the proxy failed: {error}", may_be_done=False) from None
        if exchange.status != 200:
            raise NoAnswer(f"{self.host}: the proxy answered {exchange.status}", may_be_done=False)


async def _connect(
    addresses: tuple[str, ...], port: int, seconds: float, tls: ssl.SSLContext | None, host: str
) -> Connection:
    """To the first address that answers; each gets its share of the time."""
    loop = asyncio.get_running_loop()
    name = host if tls else None
    for place, address in enumerate(addresses):
        is_last = place == len(addresses) - 1
        try:
            async with asyncio.timeout(None if is_last else seconds / len(addresses)):
                _, connection = await loop.create_connection(Connection, address, port, ssl=tls, server_hostname=name)
                return connection
        except (OSError, TimeoutError):
            if is_last:
                raise
    raise OSError("no address")


def _reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {error.verify_message}"
    return error.reason or "TLS failed"
