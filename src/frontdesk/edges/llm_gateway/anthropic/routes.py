"""Anthropic's Messages: an existing client only changes its base URL to `…/llm`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Response, post
from litestar.response import Stream

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.anthropic.errors import anthropic_handlers, told
from frontdesk.edges.llm_gateway.anthropic.requests import messages_request
from frontdesk.edges.llm_gateway.openai.answers import headers_of
from frontdesk.edges.llm_gateway.openai.routes import routes_of
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, asker_of, check_model
from frontdesk.edges.llm_gateway.streams import data, streamed
from frontdesk.edges.rest.bodies import check_media_type
from frontdesk.interfaces import Invalid, ModelFailed
from frontdesk.llm.chat import ChatOutcome, ChatStream
from frontdesk.llm.prices import likely_input
from frontdesk.model import Role

JSON = "application/json"


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
        check_model(request, wanted.model)
        routes_of(self.services, wanted.model, "text")
        chat, asker, path = self.services.llm.room.chat, asker_of(request), request.scope["path"]
        if is_streamed:
            opening = chat.stream(wanted, asker)
            return await streamed(
                opening, lambda stream: events(stream, path), lambda error: failure(error, path), "request-id"
            )
        outcome = await chat.complete(wanted, asker)
        headers = headers_of(outcome) | {"request-id": outcome.run_id}
        return Response(msgspec.json.encode(whole(outcome)), media_type=JSON, headers=headers)

    @post("/messages/count_tokens", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def count(self, request: Asked) -> Response[bytes]:
        """About how many tokens a message has: an approximation, since tokenizers differ by model."""
        check_media_type(request)
        wanted, _ = messages_request(await request.body(), self.services.chat_tokens)
        check_model(request, wanted.model)
        counted = {"input_tokens": likely_input(wanted), "estimated": True}
        return Response(msgspec.json.encode(counted), media_type=JSON)


def whole(outcome: ChatOutcome) -> dict[str, Any]:
    """A whole answer, as the service gave it; what every client needs is there even if it left it out."""
    head = {"id": f"msg_{outcome.run_id}", "type": "message", "role": "assistant", "model": outcome.model}
    return {**head, "stop_sequence": None, **outcome.answer.body}


async def events(stream: ChatStream, path: str) -> AsyncGenerator[bytes]:
    """An answer as server-sent events; closed early, it stops the model and books what was spent."""
    async with aclosing(stream.events) as found:
        try:
            async for event in found:
                if event.body:
                    yield _event(event.body)
        except ModelFailed as error:
            yield failure(error, path)


def failure(error: Exception, path: str) -> bytes:
    """An error as an event, which clients raise."""
    return _event(told(error, path)[1])


def _event(body: Any) -> bytes:
    return f"event: {body.get('type', 'message')}\n".encode() + data(body)
