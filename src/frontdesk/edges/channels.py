"""The addresses that vendors call: verify, store durably, answer. What was stored is read afterwards, by the work."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.handlers import HTTPRouteHandler

from frontdesk.interfaces.channels import Channel, Forged, Handshake, WebhookRequest
from frontdesk.model import Role
from frontdesk.model.channels import RawEvent

PATH = "/webhooks/channels"
MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Door:
    """One channel's address: its name, who verifies, and how large an event may be."""

    name: str
    channel: Channel
    most_bytes: int


Take = Callable[[RawEvent], Awaitable[bool]]


def channel_routes(
    doors: Sequence[Door], take: Take, wake: Callable[[], None], public_url: str
) -> list[HTTPRouteHandler]:
    """The routes of all channels that vendors call."""
    return [route for door in doors for route in _routes(door, take, wake, public_url.rstrip("/"))]


def _routes(door: Door, take: Take, wake: Callable[[], None], public_url: str) -> list[HTTPRouteHandler]:
    path = f"{PATH}/{door.name}"

    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        asked = await _asked(request, public_url)
        try:
            verified = await door.channel.verify(asked)
        except Forged as error:
            raise NotAuthorizedException(str(error)) from None
        if isinstance(verified, Handshake):
            return _response(verified)
        body = asked.body if verified.body is None else verified.body
        content_type = asked.headers.get("content-type", "")
        if await take(RawEvent(door.name, verified.provider_id, body, content_type)):
            wake()
        return _response(verified.answer)

    @get(path, opt={"role": Role.ANYONE}, include_in_schema=False, name=f"channel:{door.name}:get")
    async def look(request: Request[Any, Any, Any]) -> Response[bytes]:
        """A handshake."""
        return await answer(request)

    @post(
        path,
        status_code=200,
        opt={"role": Role.ANYONE},
        include_in_schema=False,
        request_max_body_size=door.most_bytes,
        name=f"channel:{door.name}:post",
    )
    async def called(request: Request[Any, Any, Any]) -> Response[bytes]:
        """An event."""
        return await answer(request)

    return [look, called]


async def _asked(request: Request[Any, Any, Any], public_url: str) -> WebhookRequest:
    """The request as the vendor made it: it knows us by our public address. Raises ClientException."""
    scope = request.scope
    raw_query = scope["query_string"]
    try:
        query = parse_qs(raw_query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ClientException("the query has too many fields") from None
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    base = public_url or f"{scope['scheme']}://{headers.get('host', '')}"
    url = f"{base}{scope['path']}" + (f"?{raw_query.decode('latin-1')}" if raw_query else "")
    body = await request.body() if request.method != "GET" else b""
    return WebhookRequest(request.method, url, query, headers, body)


def _response(told: Handshake) -> Response[bytes]:
    return Response(told.body, status_code=told.status, media_type=told.media_type)
