"""SAP BTP's destination service, which stores addresses and credentials of back ends under names.

GET {service}/destination-configuration/v1/destinations/{name} with a token of the service; the answer holds the
address, and for most ways of signing in a header that is ready to be sent. See
docs/reference/connectors/destination.md.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Unpack
from urllib.parse import quote, urlsplit

from typing_extensions import override

from frontdesk.connectors.answers import basic, refusal
from frontdesk.interfaces import ConnectorFailed, Http, HttpAnswer, HttpStream
from frontdesk.interfaces.cached import CachedByKey
from frontdesk.interfaces.outgoing import RequestParts, StreamParts
from frontdesk.interfaces.tokens import KeptToken, lifetime, usable

NAME = "destination"
SCHEME = "destination:"
PLACE = "/destination-configuration/v1/destinations/"
CACHE_SECONDS = 300.0
UNAUTHORIZED = 401
EXTRA_HEADER, EXTRA_PARAM = "URL.headers.", "URL.queries."


@dataclass(frozen=True, slots=True)
class Destination:
    """A back end as the service describes it, good for so many seconds."""

    origin: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    params: Mapping[str, str]
    seconds: float


class Destinations:
    """Looks destinations up by name and remembers them for a while."""

    def __init__(self, http: Http, token: KeptToken, seconds: Callable[[], float]) -> None:
        """`http` leads to the service; `seconds` is a clock that only goes forward."""
        self._http, self._token = http, token
        self._known = CachedByKey[str, Destination](lambda found: found.seconds, seconds)

    async def find(self, name: str) -> Destination:
        """The destination of this name. Raises ConnectorFailed, NoAnswer."""

        async def ask() -> Destination:
            return _destination(name, await self._ask(name))

        return await self._known.get(name, ask)

    def forget(self, name: str) -> None:
        """Forget a destination that is no longer valid; the service is asked again next time."""
        self._known.forget(name)

    async def _ask(self, name: str) -> Any:
        path = PLACE + quote(name, safe="")
        answer = await self._token.answered(
            lambda token: self._http.send("GET", path, headers={"authorization": f"Bearer {token}"})
        )
        if not answer.ok:
            error = refusal(f"the destination service ({name})", answer)
            # A person corrects a missing or wrong destination; until then effects are retried, not given up.
            raise ConnectorFailed(str(error), permanent=False, after_seconds=error.after_seconds)
        return answer.json()


class ThroughDestination(Http):
    """The system that a destination names, with the sign-in that the service gives."""

    def __init__(self, name: str, destinations: Destinations, open_client: Callable[[str], Http]) -> None:
        """`open_client` opens a client of an address."""
        self._name, self._destinations, self._open_client = name, destinations, open_client
        self._clients: dict[str, Http] = {}

    @override
    async def send(self, method: str, path: str, **parts: Unpack[RequestParts]) -> HttpAnswer:
        """A sign-in that is refused is asked for once more. Raises ConnectorFailed too."""
        for is_last in (False, True):
            there = await self._destinations.find(self._name)
            whole: RequestParts = {**parts, **_completed(parts, there)}
            answer = await self._client(there).send(method, there.path + path, **whole)
            if answer.status != UNAUTHORIZED or is_last:
                break
            self._destinations.forget(self._name)
        return answer

    @asynccontextmanager
    @override
    async def stream(self, method: str, path: str, **parts: Unpack[StreamParts]) -> AsyncIterator[HttpStream]:
        there = await self._destinations.find(self._name)
        whole: StreamParts = {**parts, **_completed(parts, there)}
        async with self._client(there).stream(method, there.path + path, **whole) as it:
            yield it

    def _client(self, there: Destination) -> Http:
        if there.origin not in self._clients:
            self._clients[there.origin] = self._open_client(there.origin)
        return self._clients[there.origin]


def _completed(parts: StreamParts, there: Destination) -> StreamParts:
    """The request with what the destination adds."""
    return {
        "params": {**(parts.get("params") or {}), **there.params},
        "headers": {**(parts.get("headers") or {}), **there.headers},
    }


def named(url: str) -> str:
    """The name in `destination:NAME`, empty for an address."""
    return url.removeprefix(SCHEME).strip() if url.startswith(SCHEME) else ""


def _destination(name: str, body: Any) -> Destination:
    """Raises ConnectorFailed for one that cannot be used from here."""
    properties = body.get("destinationConfiguration") if isinstance(body, dict) else None
    if not isinstance(properties, dict) or not isinstance(properties.get("URL"), str):
        raise ConnectorFailed(f"the destination service gave no URL for {name}")
    if properties.get("ProxyType", "Internet") != "Internet":
        raise ConnectorFailed(f"the destination {name} is not reached by the internet: that is not supported")
    address = urlsplit(properties["URL"])
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ConnectorFailed(f"the destination {name} has no usable URL")
    signed, lasts = _sign_in(name, properties, body.get("authTokens"))
    return Destination(
        origin=f"{address.scheme}://{address.netloc}",
        path=address.path.rstrip("/"),
        headers={**_extra(properties, EXTRA_HEADER), **signed},
        params=_extra(properties, EXTRA_PARAM),
        seconds=min(CACHE_SECONDS, lasts),
    )


def _sign_in(name: str, properties: Mapping[str, Any], tokens: Any) -> tuple[dict[str, str], float]:
    """The headers that sign in, and how many seconds they are good for."""
    kind = properties.get("Authentication", "NoAuthentication")
    if kind == "NoAuthentication":
        return {}, CACHE_SECONDS
    token = tokens[0] if isinstance(tokens, list) and tokens and isinstance(tokens[0], dict) else {}
    if token.get("error"):
        raise ConnectorFailed(f"the destination service could not sign in at {name}: {str(token['error'])[:300]}")
    header = token.get("http_header")
    if isinstance(header, dict) and isinstance(header.get("value"), str):
        return {str(header.get("key", "Authorization")).lower(): header["value"]}, usable(
            lifetime(token.get("expires_in"), CACHE_SECONDS)
        )
    if kind == "BasicAuthentication":
        return basic(str(properties.get("User", "")), str(properties.get("Password", ""))), CACHE_SECONDS
    raise ConnectorFailed(f"the destination {name} signs in by {kind}, for which the service gave no header")


def _extra(properties: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Headers or query fields that a destination adds by itself."""
    return {
        name.removeprefix(prefix).lower() if prefix == EXTRA_HEADER else name.removeprefix(prefix): str(value)
        for name, value in properties.items()
        if name.startswith(prefix)
    }
