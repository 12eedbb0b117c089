"""The socket for HTTP to the outside: adapters are handed one client for their one system."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict, Unpack

import msgspec

from frontdesk.interfaces.errors import Failed


class NoAnswer(Failed):
    """No usable answer came: refused, timed out, cut, too large. `may_be_done`: the request may have arrived."""

    def __init__(self, message: str, *, may_be_done: bool, permanent: bool = False, timed_out: bool = False) -> None:
        """Say what happened; a request that certainly never arrived may simply be sent again."""
        super().__init__(message, permanent=permanent)
        self.may_be_done, self.timed_out = may_be_done, timed_out


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON. Raises NoAnswer when it is none (the request was carried out)."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise NoAnswer(f"the answer ({self.status}) is not JSON: {error}", may_be_done=True) from None

    def said(self) -> Any:
        """The body as JSON, an empty object where it is none: what a refusal tells beside its status."""
        try:
            return self.json()
        except NoAnswer:
            return {}

    def retry_after(self) -> float | None:
        """Seconds that the other side asks to wait (retry-after-ms, Retry-After), None where it does not say."""
        for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            try:
                return max(0.0, float(self.headers[name]) * unit)
            except (KeyError, ValueError):
                continue
        return None


class StreamParts(TypedDict, total=False):
    """What a request whose answer is streamed may carry: a body as JSON, fields of the query, headers."""

    json: Any
    params: Mapping[str, str] | None
    headers: Mapping[str, str] | None


class RequestParts(StreamParts, total=False):
    """What any request may carry: one body, as JSON, bytes or a form."""

    content: bytes | None
    form: Mapping[str, str] | None


class HttpStream(Protocol):
    """An answer whose body is read as it arrives."""

    status: int
    headers: Mapping[str, str]

    def chunks(self) -> AsyncIterator[bytes]:
        """The body in pieces, within the size limit. Raises NoAnswer when it is cut or stalls."""
        ...


class Http(Protocol):
    """A client of one outside system: base address, headers, time and size limits are set; connections are reused."""

    async def send(self, method: str, path: str, **parts: Unpack[RequestParts]) -> HttpAnswer:
        """One request and its whole answer, whatever its status. Follows no redirect. Raises NoAnswer."""
        ...

    def stream(self, method: str, path: str, **parts: Unpack[StreamParts]) -> AbstractAsyncContextManager[HttpStream]:
        """One request whose answer is read as it arrives. Raises NoAnswer."""
        ...
