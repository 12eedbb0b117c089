"""OpenAI's Responses over chat completions: requests one way, answers and streams the other. Nothing is kept here.

Source: OpenAI's API reference, "Responses" and "Streaming events". An answer is the stream's last state, so that there
is one way to it: a whole answer is fed as one piece.
"""

import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from frontdesk.edges.llm_gateway.openai.errors import RequestRefused, told
from frontdesk.edges.llm_gateway.openai.requests import MOST_TURNS, Alias, Document, Tokens, document
from frontdesk.edges.llm_gateway.streams import data
from frontdesk.edges.rest.bodies import decode
from frontdesk.interfaces import ModelFailed
from frontdesk.llm.chat import ChatOutcome, ChatStream

# What the service would have to remember, or to run itself: there is no such thing in a chat completion.
KEPT = ("previous_response_id", "conversation", "prompt", "background")
OF_RESPONSES = {"input", "instructions", "tools", "tool_choice", "text", "reasoning", "max_output_tokens"}
# Fields that ask for more beside the answer than a chat completion has, and how the service shortens long input.
UNANSWERED = {"include", "truncation", "store", *KEPT}
ROLES = ("system", "developer", "user", "assistant")
PARTS = {"input_text": "text", "output_text": "text", "text": "text", "refusal": "refusal"}
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class ResponsesBody(msgspec.Struct, frozen=True):
    """The fields of a request that are looked at here."""

    model: Alias
    input: str | Annotated[list[Document], Meta(min_length=1, max_length=MOST_TURNS)]
    instructions: str | None = None
    stream: bool | None = None
    tools: list[Document] | None = None
    tool_choice: str | Document | None = None
    text: Document | None = None
    reasoning: Document | None = None
    max_output_tokens: Tokens | None = None


_decode = msgspec.json.Decoder(ResponsesBody).decode


def chat_body(raw: bytes) -> tuple[bytes, Document]:
    """The request as a chat completion's, and as it came. Raises Invalid that names the field."""
    body, sent = decode(_decode, raw), decode(document, raw)
    for name in KEPT:
        if sent.get(name):
            reason = f"{name} is not kept by this gateway: send the whole conversation as input"
            raise RequestRefused(reason, name, "unsupported_parameter")
    made = {name: value for name, value in sent.items() if name not in OF_RESPONSES | UNANSWERED}
    made["messages"] = _messages(body)
    if body.tools:
        made["tools"] = [_tool(place, tool) for place, tool in enumerate(body.tools)]
    if body.tool_choice is not None:
        made["tool_choice"] = _choice(body.tool_choice)
    if body.max_output_tokens:
        made["max_completion_tokens"] = body.max_output_tokens
    if effort := (body.reasoning or {}).get("effort"):
        made["reasoning_effort"] = effort
    text = dict(body.text or {})
    wanted = text.pop("format", None) or {}
    if wanted.get("type") == "json_schema":
        wanted = {"type": "json_schema", "json_schema": {k: v for k, v in wanted.items() if k != "type"}}
    made |= text | ({"response_format": wanted} if wanted else {})
    return msgspec.json.encode(made), sent


def _messages(body: ResponsesBody) -> list[Document]:
    made: list[Document] = [{"role": "system", "content": body.instructions}] if body.instructions else []
    items = [{"role": "user", "content": body.input}] if isinstance(body.input, str) else body.input
    for place, item in enumerate(items):
        kind = item.get("type", "message")
        if kind == "message":
            if item.get("role") not in ROLES or not isinstance(item.get("content"), str | list):
                reason = f"input.{place} needs a role ({', '.join(ROLES)}) and a content"
                raise RequestRefused(reason, f"input.{place}", "invalid_value")
            made.append({"role": item.get("role"), "content": _content(item.get("content"), f"input.{place}")})
        elif kind == "function_call":
            if not made or made[-1]["role"] != "assistant":  # calls at once are one turn, with what was said before
                made.append({"role": "assistant", "content": None})
            function = {"name": item.get("name"), "arguments": item.get("arguments")}
            call = {"id": item.get("call_id"), "type": "function", "function": function}
            made[-1].setdefault("tool_calls", []).append(call)
        elif kind == "function_call_output":
            content = _content(item.get("output"), f"input.{place}")
            made.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": content})
        elif kind != "reasoning":  # thoughts of before are no part of a chat completion
            reason = f"input.{place}: {str(kind)[:60]} has no counterpart in a chat completion"
            raise RequestRefused(reason, f"input.{place}.type", "unsupported_value")
    return made


def _content(content: Any, place: str) -> Any:
    """A message's content; texts alone are one text, as every service takes them."""
    if not isinstance(content, list):
        return content
    parts = [_part(part, f"{place}.content.{number}") for number, part in enumerate(content)]
    return "\n".join(part["text"] for part in parts) if all(part["type"] == "text" for part in parts) else parts


def _part(part: Any, place: str) -> Document:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind in PARTS:
        key = PARTS[kind]
        return {
            **{k: v for k, v in part.items() if k not in ("annotations", "logprobs")},
            "type": key,
            key: part.get(key),
        }
    if kind == "input_image" and isinstance(part.get("image_url"), str):
        detail = {"detail": part["detail"]} if part.get("detail") else {}
        return {"type": "image_url", "image_url": {"url": part["image_url"], **detail}}
    if kind == "input_file" and part.get("file_data"):
        return {"type": "file", "file": {key: part[key] for key in ("filename", "file_data") if key in part}}
    if kind == "input_audio":
        return dict(part)
    reason = f"{place}: a part is a text, an image at an address, a file with its data, or sound"
    raise RequestRefused(reason, f"{place}.type", "unsupported_value")


def _tool(place: int, tool: Document) -> Document:
    if tool.get("type") != "function":
        reason = (
            f"tools.{place}: {str(tool.get('type'))[:60]} would be run by the service: only functions can be passed on"
        )
        raise RequestRefused(reason, f"tools.{place}.type", "unsupported_value")
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}


def _choice(choice: str | Document) -> Any:
    if isinstance(choice, str) or choice.get("type") != "function":
        return choice
    return {"type": "function", "function": {"name": choice.get("name")}}


class _Kind(NamedTuple):
    """How one kind of text of an answer is told: the item it is in, its part there, and the name of its events."""

    item: str
    part: str
    event: str


TEXT = _Kind("message", "output_text", "output_text")
KINDS = {
    "content": TEXT,
    "refusal": _Kind("message", "refusal", "refusal"),
    "reasoning_content": _Kind("reasoning", "reasoning_text", "reasoning_text"),
    "reasoning": _Kind("reasoning", "reasoning_text", "reasoning_text"),
}
CALL = _Kind("function_call", "", "function_call_arguments")


class _Item:
    """One item of the output while it grows."""

    def __init__(self, kind: _Kind, place: int, run_id: str, call: Document) -> None:
        self.kind, self.text = kind, ""
        self._call = call
        self.told = {"item_id": f"{'fc' if kind is CALL else 'msg'}_{run_id}_{place}", "output_index": place}

    @property
    def _where(self) -> Document:
        return self.told if self.kind is CALL else {**self.told, "content_index": 0}

    @property
    def _part(self) -> Document:
        if self.kind is TEXT:
            return {"type": self.kind.part, "text": self.text, "annotations": [], "logprobs": []}
        return {"type": self.kind.part, "refusal" if self.kind.part == "refusal" else "text": self.text}

    def item(self, status: str, *, is_whole: bool = True) -> Document:
        """As it stands; at its beginning without content."""
        made = {"id": self.told["item_id"], "type": self.kind.item, "status": status}
        if self.kind is CALL:
            function = self._call.get("function") or {}
            return {**made, "call_id": self._call.get("id"), "name": function.get("name"), "arguments": self.text}
        made |= {"content": [self._part] if is_whole else []}
        return {**made, "role": "assistant"} if self.kind.item == "message" else {**made, "summary": []}

    def opened(self) -> Iterator[Document]:
        item = self.item("in_progress", is_whole=False)
        yield {"type": "response.output_item.added", "output_index": self.told["output_index"], "item": item}
        if self.kind is not CALL:
            yield {"type": "response.content_part.added", **self._where, "part": self._part}

    def added(self, text: str) -> Document:
        self.text += text
        more: Document = {"logprobs": []} if self.kind is TEXT else {}
        return {"type": f"response.{self.kind.event}.delta", **self._where, "delta": text, **more}

    def closed(self, status: str) -> Iterator[Document]:
        item, key = self.item(status), "arguments" if self.kind is CALL else "text"
        more: Document = {"name": item["name"]} if self.kind is CALL else {}
        more |= {"logprobs": []} if self.kind is TEXT else {}
        key = "refusal" if self.kind.part == "refusal" else key
        yield {"type": f"response.{self.kind.event}.done", **self._where, key: self.text, **more}
        if self.kind is not CALL:
            yield {"type": "response.content_part.done", **self._where, "part": self._part}
        yield {"type": "response.output_item.done", "output_index": self.told["output_index"], "item": item}


class Composing:
    """Makes a response of the pieces of a chat completion, and the events that tell of it."""

    def __init__(self, run_id: str, model: str, sent: Document) -> None:
        """`sent` is the request: a response repeats what was asked."""
        defaults: Document = {"instructions": None, "tools": [], "tool_choice": "auto", "parallel_tool_calls": True}
        defaults |= {"temperature": None, "top_p": None, "max_output_tokens": None, "metadata": {}}
        head = {"id": f"resp_{run_id}", "object": "response", "created_at": int(time.time()), "model": model}
        self._head = {**head, **{key: sent.get(key) or value for key, value in defaults.items()}, "store": False}
        self._run_id, self._items = run_id, dict[Any, _Item]()

    def response(self, status: str, finish: str | None = None, usage: Document | None = None) -> Document:
        """The response as it stands."""
        reason = {"reason": INCOMPLETE[finish]} if finish in INCOMPLETE else None
        output = [item.item("completed" if status == "completed" else "incomplete") for item in self._items.values()]
        made = {**self._head, "status": status, "output": output, "error": None, "incomplete_details": reason}
        return {**made, "usage": _usage(usage) if usage else None}

    def feed(self, piece: Document) -> Iterator[Document]:
        """The events of a message or of a part of one."""
        for key, kind in KINDS.items():
            if isinstance(text := piece.get(key), str) and text:
                yield from self._add(kind, kind, text, {})
        for place, call in enumerate(piece.get("tool_calls") or ()):
            arguments = str((call.get("function") or {}).get("arguments") or "")
            yield from self._add(call.get("index", place), CALL, arguments, call)

    def _add(self, key: Any, kind: _Kind, text: str, call: Document) -> Iterator[Document]:
        if key not in self._items:
            self._items[key] = _Item(kind, len(self._items), self._run_id, call)
            yield from self._items[key].opened()
        if text:
            yield self._items[key].added(text)

    def end(self, finish: str | None, usage: Document) -> Iterator[Document]:
        """The events at the end."""
        status = "incomplete" if finish in INCOMPLETE else "completed"
        for item in self._items.values():
            yield from item.closed(status)
        yield {"type": f"response.{status}", "response": self.response(status, finish, usage)}


def _usage(usage: Document) -> Document:
    asked, answered = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    thought = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": asked + answered,
    }


def whole(outcome: ChatOutcome, sent: Document) -> bytes:
    """A whole answer."""
    composing, body = Composing(outcome.question.run_id, outcome.model, sent), outcome.answer.body
    choice: Any = next(iter(body.get("choices") or ()), {})
    *_, last = [
        *composing.feed(choice.get("message") or {}),
        *composing.end(choice.get("finish_reason"), body["usage"]),
    ]
    return msgspec.json.encode(last["response"])


async def events(stream: ChatStream, path: str, sent: Document) -> AsyncGenerator[bytes]:
    """An answer as server-sent events."""
    composing, number = Composing(stream.question.run_id, stream.model, sent), 0

    def told_of(event: Document) -> bytes:
        nonlocal number
        number += 1
        return f"event: {event['type']}\n".encode() + data({**event, "sequence_number": number - 1})

    finish: str | None = None
    usage: Document = {}
    for kind in ("created", "in_progress"):
        yield told_of({"type": f"response.{kind}", "response": composing.response("in_progress")})
    try:
        async for event in stream.events:
            usage = event.body.get("usage") or usage
            for choice in (event.body.get("choices") or ())[:1]:
                finish = choice.get("finish_reason") or finish
                for made in composing.feed(choice.get("delta") or {}):
                    yield told_of(made)
    except ModelFailed as error:
        yield told_of(failure_event(error, path))
        return
    used = stream.question
    counted = {"prompt_tokens": used.input_tokens, "completion_tokens": used.output_tokens}
    for made in composing.end(finish, usage or counted):
        yield told_of(made)


def failure_event(error: Exception, path: str) -> Document:
    """An error as an event, which clients raise."""
    body: Document = told(error, path)[1]
    return {"type": "error", **body, **{key: body["error"][key] for key in ("code", "message", "param")}}
