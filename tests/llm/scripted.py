"""A model service that says what the test tells it to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontdesk.interfaces import (
    Embeddings,
    ErrorKind,
    Form,
    ModelAnswer,
    ModelEvent,
    ModelFailed,
    ModelRequest,
    ModelService,
    Transcript,
    Usage,
)
from frontdesk.llm.documents import pieces

Said = str | ModelAnswer | Exception | Callable[[ModelRequest], str]

READ: dict[str, Any] = {
    "language": "en",
    "sentiment": "Negative",
    "sentiment_confidence": 0.9,
    "type": "Complaint",
    "type_confidence": 0.8,
    "intent": None,
    "intent_confidence": 0.5,
    "title": "Order is late",
    "summary": "The order has not arrived.",
    "entities": [],
    "signals": [],
    "concerns": [],
}


def reading(**changes: Any) -> str:
    """A valid answer of customer-message-process."""
    return json.dumps(READ | changes)


def answer(text: str, finish: Any = "stop", tokens: tuple[int, int] = (100, 20)) -> ModelAnswer:
    reason = {"stop": "stop", "length": "length"}.get(finish, finish)
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}]}
    return ModelAnswer(text, "scripted", *tokens, finish, body, Usage(*tokens))


def chunk(text: str) -> ModelEvent:
    """A piece of a streamed answer."""
    return ModelEvent({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})


def chat(*turns: tuple[str, str], model: str = "default", **more: Any) -> ModelRequest:
    """A question of these turns: role and text."""
    return ModelRequest(model, {"messages": [{"role": role, "content": text} for role, text in turns]}, **more)


def texts_of(request: ModelRequest) -> list[str]:
    """The texts of its turns."""
    assert request.form is Form.OPENAI
    return [turn["content"] for turn in request.body["messages"]]


async def said(events: AsyncIterator[ModelEvent]) -> str:
    """The text of a streamed answer."""
    return "".join([piece.text async for event in events for piece in pieces(event.body, Form.OPENAI)])


@dataclass
class Scripted:
    """Says the lines in turn, the last one for ever; an exception is raised."""

    name: str = "first"
    lines: list[Said] = field(default_factory=list)
    seconds: float = 0.0
    asked: list[ModelRequest] = field(default_factory=list)
    embedded: list[list[str]] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
            if isinstance(line, Exception):
                raise line
            if isinstance(line, ModelAnswer):
                return line
            return answer(line if isinstance(line, str) else line(request))
        finally:
            self.at_once -= 1

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        text = (await self.complete(request)).text
        for place in range(0, len(text), 3):
            yield chunk(text[place : place + 3])

    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        self.embedded.append(list(texts))
        return Embeddings(tuple((1.0, 0.0) for _ in texts), model, 5 * len(texts))

    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        return Transcript("hello", language or "en", model, 1.5)

    @property
    def wire(self) -> str:
        """Everything that was sent to this service."""
        turns = [text for request in self.asked for text in texts_of(request)]
        return "\n".join([*turns, *(text for texts in self.embedded for text in texts)])


def failed(trouble: ErrorKind, **more: Any) -> ModelFailed:
    return ModelFailed(trouble, f"scripted {trouble.value}", **more)


_: type[ModelService] = Scripted
