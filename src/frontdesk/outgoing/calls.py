"""Tracks one request: whether it may have arrived, whether it may be repeated, and why no answer came.

Errors name the host only: addresses and headers may hold keys.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import cast

import aiohttp
from aiohttp.connector import Connection
from typing_extensions import override

from frontdesk.interfaces import NoAnswer

# Safe methods (RFC 9110, 9.2.1), which may be repeated. aiohttp would also repeat PUT and DELETE; we do not.
SAFE_METHODS = ("GET", "HEAD")
CONNECTIONS_TRIED = 3
# The errors of aiohttp; its timeouts are OSError too.
FAILURES = (aiohttp.ClientError, OSError)


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


class Call:
    """One request. `is_sent` is set when its first byte may have been sent; from then on it may have arrived."""

    def __init__(self, method: str, host: str, limits: Limits) -> None:
        """Must be created in the event loop that sends it."""
        self.method, self.is_sent = method, False
        self.first_byte = asyncio.timeout(None)
        self._host, self._limits = host, limits

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """The middleware around each attempt. Errors become our own, which aiohttp does not retry."""
        cast(Sending, request).call = self
        for _ in range(CONNECTIONS_TRIED):
            try:
                return await handler(request)
            except Unusable:  # it is closed by now, and nothing was sent
                continue
            except aiohttp.ClientConnectionError as error:
                if self.method in SAFE_METHODS:
                    raise
                raise self.failed(error) from None
        raise self.no_answer("no connection: it speaks before it is asked")

    def leaves(self) -> None:
        """The request is about to be written; the time for the answer begins."""
        self.is_sent = True
        self.first_byte.reschedule(asyncio.get_running_loop().time() + self._limits.first_byte)

    def failed(self, error: Exception) -> NoAnswer:
        """What an error of aiohttp means."""
        return self.no_answer(self._words(error), timed_out=isinstance(error, TimeoutError))

    def no_answer(self, words: str, *, timed_out: bool = False) -> NoAnswer:
        """The error that there is no answer, for this reason."""
        return NoAnswer(f"{self._host}: {words}", may_be_done=self.is_sent, timed_out=timed_out)

    def _words(self, error: Exception) -> str:
        match error:
            case aiohttp.ConnectionTimeoutError():
                return f"no connection within {self._limits.connect:g} s"
            case TimeoutError():
                return f"no answer within {self._limits.first_byte:g} s"
            case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as reason):
                return f"no secure connection: the certificate is not valid: {reason.verify_message}"
            case aiohttp.ClientConnectorSSLError():
                return f"no secure connection: {getattr(error.os_error, 'reason', None) or 'TLS failed'}"
            case aiohttp.ClientHttpProxyError():
                return f"the proxy answered {error.status}"
            case aiohttp.InvalidURL():
                return "no such host"
            case aiohttp.ClientConnectorError():
                return f"no connection: {error.strerror or type(error.os_error).__name__}"
            case _ if not self.is_sent:
                return "no connection: it broke off"
            case aiohttp.ClientResponseError():
                return "the answer broke off: it is not HTTP, or its headers are too large"
        return "the answer broke off: the connection was closed before its end"


class Unusable(aiohttp.ClientConnectionError):
    """A kept connection received data that nobody asked for."""


class Sending(aiohttp.ClientRequest):
    """A request that tells its call when it is about to be written."""

    call: Call

    @override
    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """An answer that came unasked must not be taken for the one to this request."""
        if conn.protocol is None or conn.protocol.should_close:
            raise Unusable
        self.call.leaves()
        return await super().send(conn)
