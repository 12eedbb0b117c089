"""Anthropic's Messages: an existing client only changes its base URL to `…/llm`."""

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post
from litestar.response import Stream
from litestar.types import ExceptionHandlersMap
from msgspec import Meta

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.failures import handlers, headers_of, meaning_of
from frontdesk.edges.llm_gateway.openai.requests import MOST_TURNS, Alias, Document, Tokens, check_media, document
from frontdesk.edges.llm_gateway.openai.routes import JSON, answered
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, check_model
from frontdesk.edges.llm_gateway.streams import data
from frontdesk.edges.problems import problem_of
from frontdesk.edges.rest.bodies import check_media_type, decode
from frontdesk.interfaces import Form, Invalid, ModelRequest, ProviderFailed
from frontdesk.llm.chat import ChatOutcome, ChatStream
from frontdesk.llm.prices import likely_input
from frontdesk.model import Role

TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


def anthropic_handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`."""
    return handlers(told)


def told(error: Exception, path: str) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """Status, body and headers of an error."""
    if isinstance(error, ProviderFailed):
        meaning = meaning_of(error)
        return meaning.status, body_of(str(error), meaning.anthropic_type), headers_of(error)
    problem, headers = problem_of(error, path)
    kind = TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "api_error")
    return problem.status, body_of(str(problem.detail), kind), headers


def body_of(message: str, kind: str) -> dict[str, Any]:
    """An error's body."""
    return {"type": "error", "error": {"type": kind, "message": message}}


Content = str | list[Document]


class AnthropicMessage(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: Content


class Format(msgspec.Struct, frozen=True):
    """The form of the answer."""

    type: Literal["json_schema"]
    schema: Document


class OutputConfig(msgspec.Struct, frozen=True):
    """What the answer has to be like."""

    format: Format | None = None


class MessagesBody(msgspec.Struct, frozen=True):
    """The fields of a request for a message that are looked at here."""

    model: Alias
    messages: Annotated[list[AnthropicMessage], Meta(min_length=1, max_length=MOST_TURNS)]
    max_tokens: Tokens | None = None
    system: Content | None = None
    stream: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    output_config: OutputConfig | None = None
    tools: list[Document] | None = None


_decode = msgspec.json.Decoder(MessagesBody).decode


def messages_request(raw: bytes, most_tokens: int) -> tuple[ModelRequest, bool]:
    """What to ask of a chain, and whether as a stream. Raises Invalid that names the field."""
    body, sent = decode(_decode, raw), decode(document, raw)
    del sent["model"]
    sent.pop("stream", None)
    check_media(sent)
    form = body.output_config.format if body.output_config else None
    schema: dict[str, Any] | None = form.schema if form else None
    return ModelRequest(body.model, sent, Form.ANTHROPIC, schema, most_tokens=most_tokens), bool(body.stream)


class AnthropicRoutes(GatewayRouteGroup):
    """Messages."""

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
    head = {"id": f"msg_{outcome.question.run_id}", "type": "message", "role": "assistant", "model": outcome.model}
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
