"""Anthropic's Messages. It has no embeddings and no transcription.

The key goes into `x-api-key` with the version 2023-06-01, as its reference says; the official client 2.12 sends it as
`Authorization: Bearer` with a newer version, which `headers` and `api_version` in the settings can do too.
Answers of a given form are asked for by `output_config` (as in the official client 2.12), and of models that do not
know it by a tool that they must use.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from typing_extensions import override

from frontdesk.interfaces import (
    Embeddings,
    Finish,
    Form,
    Http,
    HttpAnswer,
    HttpStream,
    ModelAnswer,
    ModelEvent,
    ModelRequest,
    ModelService,
    NoAnswer,
    Transcript,
    Usage,
)
from frontdesk.providers import errors as failures
from frontdesk.providers import to_anthropic, to_openai
from frontdesk.providers.chat_completions import EVENTS, Models
from frontdesk.providers.events import documents, events
from frontdesk.providers.strict_schema import is_expressible, narrowed

ANTHROPIC = "https://api.anthropic.com"
API_VERSION = "2023-06-01"
PATH = "v1/messages"
MOST_TRIES = 3
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool",
    "pause_turn": "tool",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


@dataclass(frozen=True, slots=True)
class ModelAbilities:
    """What a model supports. Without `knows_schema` it is forced to use a tool."""

    knows_schema: bool = True
    takes_temperature: bool = True

    def body(self, service: str, request: ModelRequest, model: str, *, stream: bool = False) -> dict[str, Any]:
        """The request's body. Raises ModelFailed (UNSUPPORTED)."""
        native = request.form is Form.ANTHROPIC
        body = dict(request.body) if native else failures.translated(to_anthropic.request, service, request.body)
        body |= {"model": model, "max_tokens": request.longest_answer}
        if self.takes_temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        if stream:
            body["stream"] = True
        return body | self._form(service, request, body)

    def after(self, problem: failures.ServiceProblem, request: ModelRequest) -> "ModelAbilities | None":
        """How to ask after a refusal, None where it is about something else."""
        wishes = self.takes_temperature and request.temperature is not None
        if (
            request.schema is not None
            and self.knows_schema
            and problem.names("output_config", "output_format", "structured output", "schema")
        ):
            return replace(self, knows_schema=False)
        if wishes and problem.is_unknown and problem.names("temperature"):
            return replace(self, takes_temperature=False)
        return None

    def _form(self, service: str, request: ModelRequest, body: Mapping[str, Any]) -> dict[str, Any]:
        if request.schema is None:
            return {}
        config = body.get("output_config") or {}
        if self.knows_schema and (config.get("format") or is_expressible(request.schema)):
            schema = narrowed(request.schema, requires_all=False)
            return {"output_config": {"format": {"type": "json_schema", "schema": schema}, **config}}
        if body.get("tools"):
            raise failures.unsupported(service, "tools beside an answer of this form")
        tool = {"name": request.schema_name, "description": "Give the answer.", "input_schema": request.schema}
        rest = {name: value for name, value in config.items() if name != "format"}
        forced: dict[str, Any] = {"tools": [tool], "tool_choice": {"type": "tool", "name": request.schema_name}}
        return forced | ({"output_config": rest} if config else {})


class Anthropic(ModelService):
    """An account at Anthropic, or a compatible server."""

    def __init__(self, name: str, http: Http, models: Models, *, knows_schema: bool) -> None:
        """`knows_schema` False forces a tool from the start."""
        self.name = name
        self._http, self._models = http, models
        self._first = ModelAbilities(knows_schema)
        self._abilities: dict[str, ModelAbilities] = {}

    @override
    async def complete(self, request: ModelRequest) -> ModelAnswer:
        model = request.model or self._models.chat
        abilities = self._abilities.get(model, self._first)
        try:
            for _ in range(MOST_TRIES):
                body = abilities.body(self.name, request, model)
                answer = await self._http.send("POST", PATH, json=body)
                other = self._other(model, abilities, answer, request)
                if other is None:
                    break
                abilities = other
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        if not answer.ok:
            raise failures.failed(self.name, answer, body)
        return self._answer(answer.body, request, body)

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        model = request.model or self._models.chat
        abilities = self._abilities.get(model, self._first)
        try:
            for _ in range(MOST_TRIES):
                body = abilities.body(self.name, request, model, stream=True)
                async with self._http.stream("POST", PATH, json=body) as answer:
                    if 200 <= answer.status < 300:
                        async for event in self._events(answer, request.form, _is_forced(request, body)):
                            yield event
                        return
                    chunks = [chunk async for chunk in answer.chunks()]
                whole = HttpAnswer(answer.status, answer.headers, b"".join(chunks))
                other = self._other(model, abilities, whole, request)
                if other is None:
                    break
                abilities = other
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        raise failures.failed(self.name, whole, body)

    @override
    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """There are none."""
        raise failures.unsupported(self.name, "embeddings")

    @override
    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        """There is none."""
        raise failures.unsupported(self.name, "transcription")

    def _other(
        self, model: str, abilities: ModelAbilities, answer: HttpAnswer, request: ModelRequest
    ) -> ModelAbilities | None:
        """How to ask again when the model did not understand; remembered."""
        if answer.status != 400:
            return None
        problem = failures.problem_of(answer.body)
        other = abilities.after(problem, request)
        if other is not None and not problem.is_about_schema:
            self._abilities[model] = other
        return other

    def _answer(self, raw: bytes, request: ModelRequest, sent: Mapping[str, Any]) -> ModelAnswer:
        try:
            body = msgspec.json.decode(raw, type=dict[str, Any])
            if _is_forced(request, sent):
                body = _as_text(body)
            text = "".join(block.get("text") or "" for block in body["content"] if block.get("type") == "text")
            usage = _usage(body.get("usage"))
        except (msgspec.MsgspecError, AttributeError, KeyError, TypeError, ValueError):
            raise failures.unreadable(self.name, "a message") from None
        finish = FINISHES.get(body.get("stop_reason") or "end_turn", "other")
        if not text.strip() and finish in ("stop", "other"):
            raise failures.empty(self.name)
        estimate = (failures.tokens_in([str(sent)]), failures.tokens_in([str(body["content"])]))
        tokens = (usage.input, usage.output) if usage else estimate
        told = body if request.form is Form.ANTHROPIC else to_openai.answer(body)
        return ModelAnswer(text, str(body.get("model") or sent["model"]), *tokens, finish, told, usage)

    async def _events(self, answer: HttpStream, form: Form, is_forced: bool) -> AsyncIterator[ModelEvent]:
        """The events of a stream in the form of its request."""
        if not answer.headers.get("content-type", EVENTS).startswith(EVENTS):
            raise failures.unreadable(self.name, "a stream of events")
        chunks = to_openai.Chunks() if form is Form.OPENAI else None
        used: dict[str, Any] = {}
        async with aclosing(events(answer.chunks())) as stream:
            async for raw in stream:
                for event in self._read(raw.data):
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

    def _read(self, data: bytes) -> list[dict[str, Any]]:
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


def _is_forced(request: ModelRequest, sent: Mapping[str, Any]) -> bool:
    """Whether the answer comes as the input of a tool that the caller did not send."""
    return request.schema is not None and "tools" in sent and not request.body.get("tools")


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
