"""Anthropic's Messages. It has no embeddings and no transcription.

The key goes into `x-api-key` with the version 2023-06-01, as its reference says; the official client 2.12 sends it as
`Authorization: Bearer` with a newer version, which `headers` and `api_version` in the settings can do too.
Answers of a given form are asked for by `output_config` (as in the official client 2.12), and of models that do not
know it by a tool that they must use.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec
from typing_extensions import override

from frontdesk.interfaces import (
    Document,
    Finish,
    Form,
    Http,
    HttpAnswer,
    HttpStream,
    ModelAnswer,
    ModelEvent,
    ModelRequest,
    Usage,
)
from frontdesk.providers import errors as failures
from frontdesk.providers import to_anthropic, to_openai
from frontdesk.providers.chat_completions import ChatCompletions, Models, Operation, RequestTarget
from frontdesk.providers.dialects import Dialect, Structure
from frontdesk.providers.events import documents, events
from frontdesk.providers.strict_schema import is_expressible, narrowed

ANTHROPIC = "https://api.anthropic.com"
API_VERSION = "2023-06-01"
PATH = "v1/messages"
ABSENT = {Operation.EMBED: "embeddings", Operation.TRANSCRIBE: "transcription"}
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool",
    "pause_turn": "tool",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


class MessagesDialect(Dialect):
    """What a model supports. Of one that does not take a schema, a tool that it must use has its form."""

    @override
    def body(self, request: ModelRequest, document: Document, model: str, *, stream: bool = False) -> dict[str, Any]:
        body = {**document, "model": model}
        if self.takes_temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        if stream:
            body["stream"] = True
        if request.schema is None:
            return body
        config = body.get("output_config") or {}
        if not self.is_forced(request, document):
            form = {"type": "json_schema", "schema": narrowed(request.schema, requires_all=False)}
            return body | {"output_config": {"format": form, **config}}
        tool = {"name": request.schema_name, "description": "Give the answer.", "input_schema": request.schema}
        forced: dict[str, Any] = {"tools": [tool], "tool_choice": {"type": "tool", "name": request.schema_name}}
        rest = {name: value for name, value in config.items() if name != "format"}
        return body | forced | ({"output_config": rest} if config else {})

    @override
    def after(self, problem: failures.ServiceProblem, request: ModelRequest) -> Dialect | None:
        takes_schema = request.schema is not None and self.structure is Structure.SCHEMA
        if takes_schema and problem.names("output_config", "output_format", "structured output", "schema"):
            return replace(self, structure=Structure.TEXT)
        wishes = self.takes_temperature and request.temperature is not None
        if wishes and problem.is_unknown and problem.names("temperature"):
            return replace(self, takes_temperature=False)
        return None

    def is_forced(self, request: ModelRequest, document: Document) -> bool:
        """Whether the answer comes as the input of a tool that the caller did not send."""
        if request.schema is None:
            return False
        has_form = (document.get("output_config") or {}).get("format") or is_expressible(request.schema)
        return not (self.structure is Structure.SCHEMA and has_form)


class Anthropic(ChatCompletions):
    """An account at Anthropic, or a compatible server: other documents, asked for as chat completions are."""

    def __init__(self, name: str, http: Http, models: Models, *, knows_schema: bool) -> None:
        """`knows_schema` False forces a tool from the start."""
        super().__init__(name, http, models, MessagesDialect(Structure.SCHEMA if knows_schema else Structure.TEXT))

    @override
    async def _place(self, operation: Operation, model: str) -> RequestTarget:
        if operation is not Operation.CHAT:
            raise failures.unsupported(self.name, ABSENT[operation])
        return RequestTarget(PATH, model)

    @override
    def _document(self, request: ModelRequest) -> Document:
        native = request.form is Form.ANTHROPIC
        body = request.body if native else failures.translated(to_anthropic.request, self.name, request.body)
        return {**body, "max_tokens": request.longest_answer}

    @override
    def _body(
        self, dialect: Dialect, request: ModelRequest, document: Document, model: str, *, stream: bool = False
    ) -> dict[str, Any]:
        if document.get("tools") and self._is_forced(dialect, request):
            raise failures.unsupported(self.name, "tools beside an answer of this form")
        return super()._body(dialect, request, document, model, stream=stream)

    def _is_forced(self, dialect: Dialect, request: ModelRequest) -> bool:
        return isinstance(dialect, MessagesDialect) and dialect.is_forced(request, self._document(request))

    @override
    def _answer(self, answer: HttpAnswer, request: ModelRequest, model: str, dialect: Dialect) -> ModelAnswer:
        body = self._read(answer.body, dict, "a message")
        try:
            if self._is_forced(dialect, request):
                body = _as_text(body)
            text = "".join(block.get("text") or "" for block in body["content"] if block.get("type") == "text")
            usage = _usage(body.get("usage"))
        except (msgspec.MsgspecError, AttributeError, KeyError, TypeError, ValueError):
            raise failures.unreadable(self.name, "a message") from None
        finish = FINISHES.get(body.get("stop_reason") or "end_turn", "other")
        if not text.strip() and finish in ("stop", "other"):
            raise failures.empty(self.name)
        told = body if request.form is Form.ANTHROPIC else to_openai.answer(body)
        estimate = (failures.tokens_in([str(request.body)]), failures.tokens_in([str(body["content"])]))
        tokens = (usage.input, usage.output) if usage else estimate
        return ModelAnswer(text, str(body.get("model") or model), *tokens, finish, told, usage)

    @override
    async def _events(self, answer: HttpStream, request: ModelRequest, dialect: Dialect) -> AsyncIterator[ModelEvent]:
        chunks = to_openai.Chunks() if request.form is Form.OPENAI else None
        is_forced = self._is_forced(dialect, request)
        used: dict[str, Any] = {}
        async with aclosing(events(answer.chunks())) as stream:
            async for raw in stream:
                for event in self._documents(raw.data):
                    if event.get("error") is not None:
                        raise failures.failed_in_stream(self.name, failures.problem_in(event["error"]))
                    used |= (event.get("message") or {}).get("usage") or event.get("usage") or {}
                    reason = (event.get("delta") or {}).get("stop_reason")
                    finish = FINISHES.get(reason, "other") if reason else None
                    usage = _usage(used) if finish else None
                    told = _text_event(event) if is_forced else event
                    for chunk in chunks.of(told) if chunks else ():
                        yield ModelEvent(chunk)
                    yield ModelEvent({} if chunks else told, finish, usage)
                    if event.get("type") == "message_stop":
                        break
                else:
                    yield ModelEvent()
                    continue
                break
            else:
                raise failures.cut(self.name)
        for chunk in chunks.end() if chunks else ():
            yield ModelEvent(chunk)

    def _documents(self, data: bytes) -> list[dict[str, Any]]:
        try:
            return documents(data)[0]
        except msgspec.DecodeError:
            raise failures.unreadable(self.name, "an event of a message") from None


def _usage(used: Mapping[str, Any] | None) -> Usage | None:
    if not used:
        return None
    cached, written = (int(used.get(f"cache_{kind}_input_tokens") or 0) for kind in ("read", "creation"))
    return Usage(
        int(used.get("input_tokens") or 0) + cached + written, int(used.get("output_tokens") or 0), cached, written
    )


def _as_text(message: dict[str, Any]) -> dict[str, Any]:
    """The message with its text where the forced tool has it."""
    content = [
        {"type": "text", "text": msgspec.json.encode(block.get("input")).decode()} if _is_use(block) else block
        for block in message["content"]
    ]
    reason = message.get("stop_reason")
    return {**message, "content": content, "stop_reason": "end_turn" if reason == "tool_use" else reason}


def _text_event(event: dict[str, Any]) -> dict[str, Any]:
    delta = event.get("delta") or {}
    if _is_use(event.get("content_block") or {}):
        return {**event, "content_block": {"type": "text", "text": ""}}
    if delta.get("type") == "input_json_delta":
        return {**event, "delta": {"type": "text_delta", "text": delta.get("partial_json", "")}}
    return {**event, "delta": {**delta, "stop_reason": "end_turn"}} if delta.get("stop_reason") == "tool_use" else event


def _is_use(block: Mapping[str, Any]) -> bool:
    return block.get("type") == "tool_use"
