"""The protocol Chat Completions, which several services use; adapters supply addresses and credentials.

Known from OpenAI's reference; servers that are compatible with it are tolerated where they leave things out.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from typing_extensions import override

from frontdesk.interfaces import (
    Document,
    Embeddings,
    Finish,
    Form,
    Http,
    HttpAnswer,
    HttpStream,
    ModelAnswer,
    ModelEvent,
    ModelFailed,
    ModelRequest,
    ModelService,
    NoAnswer,
    Transcript,
    Usage,
)
from frontdesk.providers import errors as failures
from frontdesk.providers import to_anthropic, to_openai
from frontdesk.providers.dialects import Dialect
from frontdesk.providers.events import documents, events
from frontdesk.providers.multipart import audio_form
from frontdesk.providers.strict_schema import without_nulls

T = TypeVar("T")
EVENTS = "text/event-stream"
MOST_TEXTS_AT_ONCE = 256
MOST_TRIES = 5
FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool",
    "function_call": "tool",
}


class Operation(StrEnum):
    """The operations of a service; the values are the usual paths."""

    CHAT = "chat/completions"
    EMBED = "embeddings"
    TRANSCRIBE = "audio/transcriptions"


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """Where a service takes a request. `model` is what the body says, empty where the path says it."""

    path: str
    model: str
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Models:
    """The models that are asked where a request names none."""

    chat: str = ""
    embedding: str = ""
    speech: str = ""


class Vector(msgspec.Struct):
    """One embedding."""

    embedding: tuple[float, ...]
    index: int = 0


class Vectors(msgspec.Struct):
    """Embeddings."""

    data: list[Vector]
    model: str = ""
    usage: dict[str, Any] | None = None


class Spoken(msgspec.Struct):
    """A transcription."""

    text: str
    language: str | None = None
    languages: list[Any] | None = None
    duration: float | None = None
    usage: dict[str, Any] | None = None


class ChatCompletions(ModelService):
    """Adapters override `_place`, and `_renewed` where keys can be renewed."""

    def __init__(self, name: str, http: Http, models: Models, dialect: Dialect) -> None:
        """`dialect` is what to begin with."""
        self.name = name
        self._http, self._models, self._first = http, models, dialect
        self._dialects: dict[str, Dialect] = {}

    @override
    async def complete(self, request: ModelRequest) -> ModelAnswer:
        model, document = request.model or self._models.chat, self._document(request)
        dialect = self._dialects.get(model, self._first)
        for _ in range(MOST_TRIES):
            answer = await self._send(Operation.CHAT, model, lambda m, d=dialect: self._body(d, request, document, m))
            other = self._other(model, dialect, answer, request)
            if other is None:
                break
            dialect = other
        if answer.ok:
            return self._answer(answer, request, model, dialect)
        if answer.status == 400 and failures.problem_of(answer.body).is_filtered:
            return ModelAnswer("", model, 0, 0, "content_filter")
        raise failures.failed(self.name, answer, document)

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        model, document = request.model or self._models.chat, self._document(request)
        dialect = self._dialects.get(model, self._first)
        try:
            for _ in range(MOST_TRIES):
                place = await self._place(Operation.CHAT, model)
                body = self._body(dialect, request, document, place.model, stream=True)
                opening = self._http.stream("POST", place.path, json=body, params=place.params, headers=place.headers)
                async with opening as answer:
                    if 200 <= answer.status < 300:
                        if not answer.headers.get("content-type", EVENTS).startswith(EVENTS):
                            raise failures.unreadable(self.name, "a stream of events")
                        async for event in self._events(answer, request, dialect):
                            yield event
                        return
                    whole = HttpAnswer(answer.status, answer.headers, await _read(answer))
                other = self._other(model, dialect, whole, request)
                if other is None and not await self._renewed(whole, place):
                    break
                dialect = other or dialect
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        raise failures.failed(self.name, whole, document)

    @override
    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """Many texts are asked for in parts."""
        chosen = model or self._models.embedding
        vectors: list[tuple[float, ...]] = []
        used, said = 0, chosen
        for start in range(0, len(texts), MOST_TEXTS_AT_ONCE):
            part = list(texts[start : start + MOST_TEXTS_AT_ONCE])
            answer = await self._send(Operation.EMBED, chosen, lambda m, p=part: {"input": p} | _named(m))
            if not answer.ok:
                raise failures.failed(self.name, answer)
            found = self._read(answer.body, Vectors, "a list of embeddings")
            if len(found.data) != len(part):
                raise failures.unreadable(self.name, "one embedding for each text")
            vectors += [each.embedding for each in sorted(found.data, key=lambda each: each.index)]
            usage = _usage(found.usage)
            used += usage.input if usage else failures.tokens_in(part)
            said = found.model or said
        return Embeddings(tuple(vectors), said, used)

    @override
    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        chosen = model or self._models.speech
        place = await self._place(Operation.TRANSCRIBE, chosen)
        fields = _named(place.model) | {"response_format": "json"} | ({"language": language} if language else {})
        body, kind = audio_form(audio, media_type, fields)
        headers = {**place.headers, "Content-Type": kind}
        try:
            answer = await self._http.send("POST", place.path, content=body, params=place.params, headers=headers)
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        if not answer.ok:
            raise failures.failed(self.name, answer)
        spoken = self._read(answer.body, Spoken, "a transcription")
        return Transcript(spoken.text.strip(), _language(spoken) or language, chosen, _seconds(spoken))

    async def _place(self, operation: Operation, model: str) -> RequestTarget:
        """Where to ask. Raises ModelFailed (UNSUPPORTED, or no key to be had)."""
        raise NotImplementedError

    async def _renewed(self, answer: HttpAnswer, place: RequestTarget) -> bool:
        """Whether the request may be repeated with a new key after this refusal."""
        return False

    def _document(self, request: ModelRequest) -> Document:
        """The request's body in OpenAI's form. Raises ModelFailed (UNSUPPORTED)."""
        if request.form is Form.OPENAI:
            return request.body
        return failures.translated(to_openai.request, self.name, request.body)

    def _body(
        self, dialect: Dialect, request: ModelRequest, document: Document, model: str, *, stream: bool = False
    ) -> dict[str, Any]:
        return dialect.body(request, document, model, stream=stream)

    async def _send(self, operation: Operation, model: str, body: Any) -> HttpAnswer:
        """Any answer of the service; `body` is made from the model that the place wants to be named."""
        try:
            for _ in range(2):
                place = await self._place(operation, model)
                answer = await self._http.send(
                    "POST", place.path, json=body(place.model), params=place.params, headers=place.headers
                )
                if answer.ok or not await self._renewed(answer, place):
                    break
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        return answer

    def _other(self, model: str, dialect: Dialect, answer: HttpAnswer, request: ModelRequest) -> Dialect | None:
        """How to ask again when the server did not understand; remembered for the model."""
        if answer.status not in (400, 404, 422, 501):
            return None
        problem = failures.problem_of(answer.body)
        other = None if problem.is_filtered else dialect.after(problem, request)
        if other is not None and not problem.is_about_schema:
            self._dialects[model] = other
        return other

    def _answer(self, answer: HttpAnswer, request: ModelRequest, model: str, dialect: Dialect) -> ModelAnswer:
        return self._checked(self._read(answer.body, dict, "a chat completion"), request, model, dialect)

    def _checked(self, body: dict[str, Any], request: ModelRequest, model: str, dialect: Dialect) -> ModelAnswer:
        try:
            choice = (body["choices"] or [{}])[0]
            words: Document = choice.get("message") or {}
            text, finish, usage = (
                words.get("refusal") or _text(words),
                _finish(choice, words),
                _usage(body.get("usage")),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise failures.unreadable(self.name, "a chat completion") from None
        if finish in (None, "stop") and (words.get("tool_calls") or words.get("function_call")):
            finish = "tool"
        if not text.strip() and finish in (None, "stop", "other") and not words.get("audio"):
            raise failures.empty(self.name)
        if request.schema is not None and dialect.narrows and finish in (None, "stop"):
            text = without_nulls(text, request.schema)
        told = body if request.form is Form.OPENAI else to_anthropic.answer(body)
        estimate = (failures.tokens_in([str(request.body)]), failures.tokens_in([str(body["choices"])]))
        tokens = (usage.input, usage.output) if usage else estimate
        return ModelAnswer(text, str(body.get("model") or model), *tokens, finish or "stop", told, usage)

    async def _events(self, answer: HttpStream, request: ModelRequest, dialect: Dialect) -> AsyncIterator[ModelEvent]:
        """The events of a stream in the form of its request."""
        message = to_anthropic.Events() if request.form is Form.ANTHROPIC else None
        finish: Finish | None = None
        async with aclosing(events(answer.chunks())) as stream:
            async for event in stream:
                try:
                    chunks, ends = documents(event.data)
                except msgspec.DecodeError:
                    raise failures.unreadable(self.name, "a piece of a chat completion") from None
                if not chunks:
                    yield ModelEvent()
                for chunk in chunks:
                    piece = self._event(chunk)
                    finish = finish if finish == "refusal" else piece.finish or finish
                    for told in message.of(chunk) if message else ():
                        yield ModelEvent(told)
                    yield ModelEvent({} if message else chunk, piece.finish and finish, piece.usage)
                if ends:
                    break
            else:
                if finish is None:
                    raise failures.cut(self.name)
        for told in message.end() if message else ():
            yield ModelEvent(told)

    def _event(self, chunk: dict[str, Any]) -> ModelEvent:
        if chunk.get("error") is not None:
            raise failures.failed_in_stream(self.name, failures.problem_in(chunk["error"]))
        try:
            chunk["choices"] = [
                {**choice, "delta": choice.get("delta") or {}} for choice in chunk.get("choices") or ()
            ]  # some servers say null, which clients do not expect
            ends = [_finish(choice, choice["delta"]) for choice in chunk["choices"]]
            return ModelEvent(chunk, next(filter(None, ends), None), _usage(chunk.get("usage")))
        except (AttributeError, TypeError, ValueError):
            raise failures.unreadable(self.name, "a piece of a chat completion") from None

    def _read(self, body: bytes, kind: type[T], expected: str) -> T:
        try:
            return msgspec.json.decode(body, type=kind, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise failures.unreadable(self.name, expected) from None


async def _read(answer: HttpStream) -> bytes:
    return b"".join([chunk async for chunk in answer.chunks()])


def _text(words: Document) -> str:
    """The text of a message, also in the form of parts that some servers use."""
    content = words.get("content")
    return "".join(part.get("text") or "" for part in content) if isinstance(content, list) else content or ""


def _finish(choice: Document, words: Document) -> Finish | None:
    reason = choice.get("finish_reason")
    return "refusal" if words.get("refusal") else FINISHES.get(reason, "other") if reason else None


def _usage(used: Document | None) -> Usage | None:
    if not used:
        return None
    cached = (used.get("prompt_tokens_details") or {}).get("cached_tokens")
    return Usage(int(used.get("prompt_tokens") or 0), int(used.get("completion_tokens") or 0), int(cached or 0))


def _named(model: str) -> dict[str, Any]:
    return {"model": model} if model else {}


def _language(spoken: Spoken) -> str:
    """The language that was heard, in either of the forms in which servers say it."""
    first = spoken.languages[0] if spoken.languages else spoken.language
    told = first.get("code", "") if isinstance(first, dict) else first
    return str(told or "")


def _seconds(spoken: Spoken) -> float:
    told = spoken.duration if spoken.duration is not None else (spoken.usage or {}).get("seconds", 0.0)
    return float(told) if isinstance(told, int | float) else 0.0


__all__ = ["ChatCompletions", "ModelFailed", "Models", "Operation", "RequestTarget"]
