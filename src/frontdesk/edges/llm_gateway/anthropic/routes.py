"""Anthropic's Messages: an existing client only changes its base URL to `…/llm`."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from litestar import Response, post
from litestar.response import Stream

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.anthropic.errors import anthropic_handlers, told
from frontdesk.edges.llm_gateway.anthropic.requests import messages_request
from frontdesk.edges.llm_gateway.openai.routes import JSON, answered
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, check_model
from frontdesk.edges.llm_gateway.streams import data
from frontdesk.edges.rest.bodies import check_media_type
from frontdesk.interfaces import Invalid
from frontdesk.llm.chat import ChatOutcome, ChatStream
from frontdesk.llm.prices import likely_input
from frontdesk.model import Role


class AnthropicRoutes(GatewayRouteGroup):
    """Messages."""

    include_in_schema = False
    exception_handlers = anthropic_handlers()

    @post("/messages", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def messages(self, request: Asked) -> Response[bytes] | Stream:
        """A message, whole or streamed."""
        check_media_type(request)
        wanted, is_streamed = messages_request(await request.body(), self.services.chat_tokens)
        if not wanted.sets_limit:
            raise Invalid("max_tokens: field required", "max_tokens")
        path = request.scope["path"]
        return await answered(
            self.services, request, wanted, is_streamed, whole, events, lambda error: failure(error, path), "request-id"
        )

    @post("/messages/count_tokens", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def count(self, request: Asked) -> Response[bytes]:
        """About how many tokens a message has: an approximation, since tokenizers differ by model."""
        check_media_type(request)
        wanted, _ = messages_request(await request.body(), self.services.chat_tokens)
        check_model(request, wanted.model)
        counted = {"input_tokens": likely_input(wanted), "estimated": True}
        return Response(msgspec.json.encode(counted), media_type=JSON)


def whole(outcome: ChatOutcome) -> bytes:
    """A whole answer, as the service gave it; what every client needs is there even if it left it out."""
    head = {"id": f"msg_{outcome.run_id}", "type": "message", "role": "assistant", "model": outcome.model}
    return msgspec.json.encode({**head, "stop_sequence": None, **outcome.answer.body})


async def events(stream: ChatStream) -> AsyncGenerator[bytes]:
    """An answer as server-sent events."""
    async for event in stream.events:
        if event.body:
            yield _event(event.body)


def failure(error: Exception, path: str) -> bytes:
    """An error as an event, which clients raise."""
    return _event(told(error, path)[1])


def _event(body: Any) -> bytes:
    return f"event: {body.get('type', 'message')}\n".encode() + data(body)
