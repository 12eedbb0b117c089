"""Answers as OpenAI's clients read them: whole ones, streams of events, vectors, models."""

import base64
import struct
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import msgspec

from frontdesk.edges.llm_gateway.openai.errors import told
from frontdesk.edges.llm_gateway.streams import data, service_headers
from frontdesk.llm.chat import ChatOutcome, ChatStream

DONE = b"data: [DONE]\n\n"
CURRENCY_UNIT = 1_000_000


def completion(outcome: ChatOutcome) -> bytes:
    """A whole answer, as the service gave it; what every client needs is there even if it left it out."""
    head = {"id": f"chatcmpl-{outcome.question.run_id}", "object": "chat.completion", "created": int(time.time())}
    return msgspec.json.encode({**head, "model": outcome.model, **outcome.answer.body})


def headers_of(outcome: ChatOutcome) -> dict[str, str]:
    """Who answered and what it took; `x-request-id` is what clients show when they are asked for it."""
    took = outcome.question
    headers = {"x-request-id": took.run_id, "x-frontdesk-cost": f"{took.cost / CURRENCY_UNIT:.6f}"}
    return headers | {"x-frontdesk-retries": str(took.calls - 1)} | service_headers(outcome)


async def events(stream: ChatStream, *, wants_usage: bool) -> AsyncGenerator[bytes]:
    """An answer as server-sent events."""
    head = {"id": f"chatcmpl-{stream.question.run_id}", "object": "chat.completion.chunk", "created": int(time.time())}
    head["model"] = stream.model
    told_usage = False
    async for event in stream.events:
        body = dict(event.body)
        if not body.get("usage") or not wants_usage:
            body.pop("usage", None)
        told_usage |= "usage" in body
        if body.get("choices") or "usage" in body:
            yield data({**head, **body})
    if wants_usage and not told_usage:
        used = stream.question
        usage = {"prompt_tokens": used.input_tokens, "completion_tokens": used.output_tokens, "estimated": True}
        usage["total_tokens"] = used.input_tokens + used.output_tokens
        yield data({**head, "choices": [], "usage": usage})
    yield DONE


def failure(error: Exception, path: str) -> bytes:
    """An error as an event, which clients raise."""
    return data(told(error, path)[1])


def vectors(found: Sequence[Sequence[float]], model: str, tokens: int, *, packed: bool) -> bytes:
    """Embeddings; `packed` as clients ask for them by default: little-endian 32-bit floats in base64."""
    listed = [
        {"object": "embedding", "index": place, "embedding": _packed(each) if packed else each}
        for place, each in enumerate(found)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return msgspec.json.encode({"object": "list", "data": listed, "model": model, "usage": usage})


def models(names: Mapping[str, Sequence[str]]) -> bytes:
    """What can be asked for, with what each can do."""
    return msgspec.json.encode({"object": "list", "data": [model(name, can) for name, can in names.items()]})


def model(name: str, can: Sequence[str]) -> dict[str, Any]:
    """One that can be asked for."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "frontdesk", "capabilities": can}


def _packed(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
