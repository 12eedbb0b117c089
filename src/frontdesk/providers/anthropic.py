"""Anthropic's Messages. It has no embeddings and no transcription.

The key goes into `x-api-key` with the version 2023-06-01, as its reference says; the official client 2.12 sends it as
`Authorization: Bearer` with a newer version, which `headers` and `api_version` in the settings can do too.
Answers of a given form are asked for by `output_config` (as in the official client 2.12), and of models that do not
know it by a tool that they must use.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec
from typing_extensions import override

from frontdesk.interfaces import (
    Embeddings,
    Http,
    HttpAnswer,
    HttpStream,
    ModelAnswer,
    ModelRequest,
    ModelService,
    NoAnswer,
    Transcript,
)
from frontdesk.providers import errors as failures
from frontdesk.providers.chat_completions import EVENTS, Finish, Models
from frontdesk.providers.events import events
from frontdesk.providers.strict_schema import is_expressible, narrowed

ANTHROPIC = "https://api.anthropic.com"
API_VERSION = "2023-06-01"
PATH = "v1/messages"
MOST_TRIES = 3
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
SAMPLING = {"top_p": "top_p", "stop": "stop_sequences"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelAbilities:
    """What a model supports. Without `knows_schema` it is forced to use a tool."""

    knows_schema: bool = True
    takes_temperature: bool = True

    def body(self, request: ModelRequest, model: str, *, stream: bool = False) -> dict[str, Any]:
        """The request's body."""
        system = "\n\n".join(turn.text for turn in request.turns if turn.role == "system")
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": request.max_tokens,
            "messages": [{"role": t.role, "content": t.text} for t in request.turns if t.role != "system"],
        }
        if system:
            body["system"] = system
        if self.takes_temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        if stream:
            body["stream"] = True
        return body | self._form(request) | _sampling(request)

    def after(self, problem: failures.ServiceProblem) -> "ModelAbilities | None":
        """How to ask after a refusal, None where it is about something else."""
        if self.knows_schema and problem.names("output_config", "output_format", "structured output", "schema"):
            return replace(self, knows_schema=False)
        if self.takes_temperature and problem.is_unknown and problem.names("temperature"):
            return replace(self, takes_temperature=False)
        return None

    def _form(self, request: ModelRequest) -> dict[str, Any]:
        if request.schema is None:
            return {}
        if self.knows_schema and is_expressible(request.schema):
            schema = narrowed(request.schema, requires_all=False)
            return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
        tool = {"name": request.schema_name, "description": "Give the answer.", "input_schema": request.schema}
        return {"tools": [tool], "tool_choice": {"type": "tool", "name": request.schema_name}}


def _sampling(request: ModelRequest) -> dict[str, Any]:
    """The sampling parameters. Raises ModelFailed (UNSUPPORTED) for those that Anthropic does not have."""
    found: dict[str, Any] = {}
    for name, value in request.sampling.items():
        if name not in SAMPLING:
            raise failures.unsupported("anthropic", f"parameter {name}")
        found[SAMPLING[name]] = [value] if name == "stop" and isinstance(value, str) else value
    return found


class Block(msgspec.Struct):
    """A block of an answer."""

    type: str = ""
    text: str = ""
    input: Any = None


class Usage(msgspec.Struct):
    """Tokens that were used."""

    input_tokens: int = 0
    output_tokens: int = 0


class Message(msgspec.Struct):
    """A whole answer."""

    content: list[Block]
    model: str = ""
    stop_reason: str | None = None
    usage: Usage | None = None


class Delta(msgspec.Struct):
    """What an event of a stream adds."""

    text: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class StreamEvent(msgspec.Struct):
    """An event of a stream."""

    type: str = ""
    delta: Delta | None = None
    error: Any = None


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
                answer = await self._http.send("POST", PATH, json=abilities.body(request, model))
                other = self._other(model, abilities, answer)
                if other is None:
                    break
                abilities = other
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        if not answer.ok:
            raise failures.failed(self.name, answer)
        return self._answer(self._read(answer.body, Message, "a message"), request, model)

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """CUT_OFF and REFUSED are raised after what text there was."""
        model = request.model or self._models.chat
        abilities = self._abilities.get(model, self._first)
        try:
            for _ in range(MOST_TRIES):
                body = abilities.body(request, model, stream=True)
                async with self._http.stream("POST", PATH, json=body) as answer:
                    if 200 <= answer.status < 300:
                        async for text in self._texts(answer):
                            yield text
                        return
                    chunks = [chunk async for chunk in answer.chunks()]
                whole = HttpAnswer(answer.status, answer.headers, b"".join(chunks))
                other = self._other(model, abilities, whole)
                if other is None:
                    break
                abilities = other
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        raise failures.failed(self.name, whole)

    @override
    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """There are none."""
        raise failures.unsupported(self.name, "embeddings")

    @override
    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        """There is none."""
        raise failures.unsupported(self.name, "transcription")

    def _other(self, model: str, abilities: ModelAbilities, answer: HttpAnswer) -> ModelAbilities | None:
        """How to ask again when the model did not understand; remembered."""
        if answer.status != 400:
            return None
        problem = failures.problem_of(answer.body)
        other = abilities.after(problem)
        if other is not None and not problem.is_about_schema:
            self._abilities[model] = other
        return other

    def _answer(self, message: Message, request: ModelRequest, model: str) -> ModelAnswer:
        finish = FINISHES.get(message.stop_reason or "end_turn", "other")
        tools = [msgspec.json.encode(block.input).decode() for block in message.content if block.input is not None]
        text = tools[0] if tools else "".join(block.text for block in message.content if block.type == "text")
        if not text.strip() and finish in ("stop", "other"):
            raise failures.empty(self.name)
        usage = message.usage or Usage(
            failures.tokens_in([turn.text for turn in request.turns]), failures.tokens_in([text])
        )
        return ModelAnswer(text, message.model or model, usage.input_tokens, usage.output_tokens, finish)

    async def _texts(self, answer: HttpStream) -> AsyncIterator[str]:
        """The text of a stream; what else it says in the end is raised."""
        if not answer.headers.get("content-type", EVENTS).startswith(EVENTS):
            raise failures.unreadable(self.name, "a stream of events")
        reason: str | None = None
        async with aclosing(events(answer.chunks())) as stream:
            async for event in stream:
                audit_event = self._read(event.data, StreamEvent, "an event of a message")
                if audit_event.error is not None:
                    raise failures.failed_in_stream(self.name, failures.problem_in(audit_event.error))
                if audit_event.type == "message_stop":
                    break
                delta = audit_event.delta or Delta()
                reason = delta.stop_reason or reason
                if delta.text or delta.partial_json:
                    yield delta.text or delta.partial_json
            else:
                raise failures.cut(self.name)
        if failure := failures.stopped(self.name, FINISHES.get(reason or "end_turn", "other")):
            raise failure

    def _read(self, body: bytes, kind: type[T], expected: str) -> T:
        try:
            return msgspec.json.decode(body, type=kind, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise failures.unreadable(self.name, expected) from None
