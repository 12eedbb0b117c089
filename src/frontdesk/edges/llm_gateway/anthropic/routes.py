"""Anthropic's Messages: an existing client only changes its base URL to `…/llm`."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Response, post
from litestar.response import Stream

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.anthropic.errors import anthropic_handlers, told
from frontdesk.edges.llm_gateway.anthropic.requests import messages_body, messages_request
from frontdesk.edges.llm_gateway.openai.answers import headers_of
from frontdesk.edges.llm_gateway.openai.routes import routes_of
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, asker_of, check_model
from frontdesk.edges.rest.bodies import check_media_type
from frontdesk.interfaces import ErrorKind, ModelFailed
from frontdesk.llm.chat import ChatOutcome, ChatStream
from frontdesk.model import Role

JSON, EVENTS = "application/json", "text/event-stream"
FINISHES = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
# These end a stream rather than break it.
ENDINGS = {ErrorKind.CUT_OFF: "max_tokens", ErrorKind.REFUSED: "refusal"}


class AnthropicRoutes(GatewayRouteGroup):
    """Messages."""

    include_in_schema = False
    exception_handlers = anthropic_handlers()

    @post("/messages", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def messages(self, request: Asked) -> Response[bytes] | Stream:
        """A message, whole or streamed."""
        check_media_type(request)
        body = messages_body(await request.body())
        check_model(request, body.model)
        wanted, asker = messages_request(body), asker_of(request)
        routes_of(self.services, body.model, "text")
        if body.stream:
            stream = await self.services.llm.room.chat.stream(wanted, asker)
            headers = {"request-id": stream.run_id, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return Stream(events(stream, request.scope["path"]), media_type=EVENTS, headers=headers)
        try:
            outcome = await self.services.llm.room.chat.complete(wanted, asker)
        except ModelFailed as error:
            if error.trouble is not ErrorKind.REFUSED:
                raise
            refused = _message("msg_refused", body.model, [], "refusal", 0, 0)
            return Response(msgspec.json.encode(refused), media_type=JSON)
        headers = headers_of(outcome) | {"request-id": outcome.run_id}
        return Response(msgspec.json.encode(whole(outcome)), media_type=JSON, headers=headers)


def whole(outcome: ChatOutcome) -> dict[str, Any]:
    """A whole answer."""
    answer = outcome.answer
    content = [{"type": "text", "text": answer.text}]
    reason = FINISHES.get(answer.finish, "end_turn")
    name, tokens = answer.model or outcome.model, (answer.input_tokens, answer.output_tokens)
    return _message(f"msg_{outcome.run_id}", name, content, reason, *tokens)


async def events(stream: ChatStream, path: str) -> AsyncIterator[bytes]:
    """An answer as server-sent events; closed early, it stops the model and books what was spent."""
    yield _event("message_start", message=_message(f"msg_{stream.run_id}", stream.model, [], None, 0, 0))
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    reason = "end_turn"
    async with aclosing(stream.pieces) as pieces:  # type: ignore[type-var]  # it is a generator
        try:
            async for piece in pieces:
                yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        except ModelFailed as error:
            if error.trouble not in ENDINGS:
                yield _event("error", **{key: part for key, part in told(error, path)[1].items() if key != "type"})
                return
            reason = ENDINGS[error.trouble]
    used = stream.question
    usage = {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens}
    yield _event("content_block_stop", index=0)
    yield _event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage)
    yield _event("message_stop")


def _message(
    name: str, model: str, content: list[dict[str, str]], reason: str | None, asked: int, answered: int
) -> dict[str, Any]:
    return {
        "id": name,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": asked, "output_tokens": answered},
    }


def _event(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode({"type": kind, **more}) + b"\n\n"
