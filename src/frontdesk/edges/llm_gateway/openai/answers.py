"""Answers as OpenAI's clients read them: whole ones, streams of events, vectors, models."""

import base64
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from frontdesk.edges.llm_gateway.openai.errors import told
from frontdesk.interfaces import ErrorKind, ModelFailed
from frontdesk.llm.chat import ChatOutcome, ChatStream

FINISHES = {"stop": "stop", "length": "length", "content_filter": "content_filter", "refusal": "stop"}
# These end a stream rather than break it.
ENDINGS = {ErrorKind.CUT_OFF: "length", ErrorKind.CONTENT_FILTER: "content_filter"}
DONE = b"data: [DONE]\n\n"
CURRENCY_UNIT = 1_000_000


class AnswerMessage(msgspec.Struct):
    """A message of the model."""

    content: str | None
    refusal: str | None = None
    role: str = "assistant"
    annotations: list[Any] = []


class Choice(msgspec.Struct):
    """The one answer."""

    message: AnswerMessage
    finish_reason: str
    index: int = 0
    logprobs: None = None


class Usage(msgspec.Struct):
    """Tokens that were used, over all attempts."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(msgspec.Struct):
    """A chat completion."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    object: str = "chat.completion"


def completion(outcome: ChatOutcome) -> bytes:
    """A whole answer."""
    answer = outcome.answer
    usage = Usage(answer.input_tokens, answer.output_tokens, answer.input_tokens + answer.output_tokens)
    choice = Choice(AnswerMessage(answer.text), FINISHES.get(answer.finish, "stop"))
    name = answer.model or outcome.model
    return msgspec.json.encode(Completion(f"chatcmpl-{outcome.run_id}", int(time.time()), name, [choice], usage))


def refusal(model: str, words: str) -> bytes:
    """The answer of a model that refused: for a client that is no error."""
    choice = Choice(AnswerMessage(None, words), "stop")
    return msgspec.json.encode(Completion("chatcmpl-refused", int(time.time()), model, [choice], Usage(0, 0, 0)))


async def refusal_events(model: str, words: str) -> AsyncIterator[bytes]:
    """The same as server-sent events."""
    head = {
        "id": "chatcmpl-refused",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }
    yield _chunk(head, {"role": "assistant", "refusal": words})
    yield _chunk(head, {}, "stop")
    yield DONE


def headers_of(outcome: ChatOutcome) -> dict[str, str]:
    """Who answered and what it took; `x-request-id` is what clients show when they are asked for it."""
    return {
        "x-request-id": outcome.run_id,
        "x-frontdesk-service": outcome.service,
        "x-frontdesk-cost": f"{outcome.cost / CURRENCY_UNIT:.6f}",
        "x-frontdesk-retries": str(outcome.retries),
    }


async def events(stream: ChatStream, path: str, *, wants_usage: bool) -> AsyncIterator[bytes]:
    """An answer as server-sent events; closed early, it stops the model and books what was spent."""
    head = {
        "id": f"chatcmpl-{stream.run_id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": stream.model,
    }
    finish = "stop"
    yield _chunk(head, {"role": "assistant", "content": ""})
    async with aclosing(stream.pieces) as pieces:  # type: ignore[type-var]  # it is a generator
        try:
            async for piece in pieces:
                yield _chunk(head, {"content": piece})
        except ModelFailed as error:
            if error.trouble not in ENDINGS:
                _, body, _ = told(error, path)
                yield b"data: " + msgspec.json.encode(body) + b"\n\n"
                return
            finish = ENDINGS[error.trouble]
    yield _chunk(head, {}, finish)
    if wants_usage:
        used = stream.question
        usage = Usage(used.input_tokens, used.output_tokens, used.input_tokens + used.output_tokens)
        yield b"data: " + msgspec.json.encode({**head, "choices": [], "usage": usage}) + b"\n\n"
    yield DONE


def vectors(found: Sequence[Sequence[float]], model: str, tokens: int, *, packed: bool) -> bytes:
    """Embeddings; `packed` as clients ask for them by default: little-endian 32-bit floats in base64."""
    data = [
        {"object": "embedding", "index": place, "embedding": _packed(each) if packed else each}
        for place, each in enumerate(found)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return msgspec.json.encode({"object": "list", "data": data, "model": model, "usage": usage})


def models(names: Sequence[str], owner: str = "frontdesk") -> bytes:
    """What can be asked for."""
    listed = [model(name, owner) for name in names]
    return msgspec.json.encode({"object": "list", "data": listed})


def model(name: str, owner: str = "frontdesk") -> dict[str, Any]:
    """One that can be asked for."""
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


def _chunk(head: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return b"data: " + msgspec.json.encode({**head, "choices": [choice]}) + b"\n\n"


def _packed(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
