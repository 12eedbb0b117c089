"""The webhooks that channel vendors call: verify, store durably, answer. Stored events are read later by workers.

Thousands of events may come in a second, so these are bare ASGI routes: nothing is parsed that no signature needs.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import parse_qs

from litestar import asgi
from litestar.exceptions import ClientException, MethodNotAllowedException, NotAuthorizedException, NotFoundException
from litestar.handlers import ASGIRouteHandler
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from litestar.types import HTTPScope, Receive, Scope, Send

from frontdesk.interfaces import Unavailable
from frontdesk.interfaces.channels import Admitting, Channel, Forged, Handshake, WebhookRequest
from frontdesk.model import Role
from frontdesk.model.channels import RawEvent

PATH = "/webhooks/channels"
MOST_FIELDS = 1000
METHODS = ("GET", "POST")


Take = Callable[[RawEvent], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ChannelEndpoint:
    """One channel's address: its name, who verifies, and how large an event may be.

    `take` stores an event, `wake` is told of a new one, and vendors know us by `public_url`. `forged` is told the name,
    the place and the reason where somebody else called.
    """

    name: str
    channel: Channel
    most_bytes: int
    take: Take
    wake: Callable[[], None]
    public_url: str
    forged: Callable[[str, str, str], Awaitable[None]]
    is_paused: bool = False


Endpoints = Mapping[str, ChannelEndpoint]


def channel_routes(names: Iterable[str], endpoints: Endpoints) -> list[ASGIRouteHandler]:
    """The routes of all channels that vendors may call; whether one is set up is seen when it is called."""
    return [_route(name, endpoints) for name in names]


def _route(name: str, endpoints: Endpoints) -> ASGIRouteHandler:
    @asgi(f"{PATH}/{name}", opt={"role": Role.ANYONE}, name=f"channel:{name}", copy_scope=False)
    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        """A handshake or an event. Vendors call again later where a channel is paused."""
        endpoint = endpoints.get(name)
        if endpoint is None:
            raise NotFoundException
        if endpoint.is_paused:
            raise Unavailable(f"{name} is paused")
        asked = _asked(cast("HTTPScope", scope), endpoint.public_url)
        try:
            if isinstance(endpoint.channel, Admitting):
                await endpoint.channel.admit(asked)
            asked = replace(asked, body=await _body(receive, endpoint.most_bytes))
            verified = await endpoint.channel.verify(asked)
        except Forged as error:
            await endpoint.forged(endpoint.name, scope["auth"].place, str(error))
            raise NotAuthorizedException(str(error)) from None
        if isinstance(verified, Handshake):
            return await _answer(send, verified)
        body = asked.body if verified.body is None else verified.body
        content_type = asked.headers.get("content-type", "")
        if await endpoint.take(RawEvent(endpoint.name, verified.provider_id, body, content_type)):
            endpoint.wake()
        return await _answer(send, verified.answer)

    return called


def _asked(scope: HTTPScope, public_url: str) -> WebhookRequest:
    """The request, without its body, with the public address that the vendor called. Raises HTTPException."""
    method = scope["method"]
    if method not in METHODS:
        raise MethodNotAllowedException(headers={"Allow": ", ".join(METHODS)})
    raw_query = scope["query_string"].decode("latin-1")
    try:
        query = parse_qs(raw_query, keep_blank_values=True, max_num_fields=MOST_FIELDS) if raw_query else {}
    except ValueError:
        raise ClientException("the query has too many fields") from None
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    base = public_url or f"{scope['scheme']}://{headers.get('host', '')}"
    url = f"{base}{scope['path']}?{raw_query}" if raw_query else f"{base}{scope['path']}"
    return WebhookRequest(method, url, query, headers, b"")


async def _body(receive: Receive, most_bytes: int) -> bytes:
    """The whole body. Raises ClientException for one that is too large or breaks off."""
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        piece = await receive()
        if piece["type"] == "http.disconnect":
            raise ClientException("the request broke off")
        if piece["type"] == "http.request":
            pieces.append(piece["body"])
            size, more = size + len(piece["body"]), piece["more_body"]
        if size > most_bytes:
            raise ClientException(
                f"an event has at most {most_bytes:,} bytes here", status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE
            )
    return b"".join(pieces)


async def _answer(send: Send, told: Handshake) -> None:
    headers = [(b"content-type", told.media_type.encode("latin-1")), (b"content-length", str(len(told.body)).encode())]
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": told.body, "more_body": False})
