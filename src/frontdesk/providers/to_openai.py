"""Translates Anthropic's documents into OpenAI's: a request for a compatible service, an answer or the events of a
stream for a client of OpenAI. What has no counterpart is refused by name.

Left out, because no answer depends on it: `cache_control` (these services cache by themselves) and the thoughts of
earlier answers, which only the model that had them can read.
"""

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from frontdesk.interfaces import Document
from frontdesk.providers.errors import carried, unsupported

FINISHES = {"max_tokens": "length", "model_context_window_exceeded": "length", "tool_use": "tool_calls"}
CHOICES = {"auto": "auto", "any": "required", "none": "none"}
TAKEN = {"messages", "model", "stream", "system", "stop_sequences", "tools", "tool_choice", "metadata", "output_config"}
TAKEN |= {"cache_control"}
THOUGHTS = ("thinking", "redacted_thinking")


def request(service: str, body: Document) -> dict[str, Any]:
    """A request without its schema. Raises ModelFailed (UNSUPPORTED)."""
    made = carried(service, body, "anthropic", TAKEN)
    system = body.get("system")
    turns = [{"role": "system", "content": _parts(service, system, "system")}] if system else []
    for place, message in enumerate(body["messages"]):
        turns += _turns(service, message, f"messages.{place}")
    made["messages"] = turns
    if stop := body.get("stop_sequences"):
        made["stop"] = stop
    if user := (body.get("metadata") or {}).get("user_id"):
        made["user"] = user
    if effort := (body.get("output_config") or {}).get("effort"):
        made["reasoning_effort"] = effort
    if tools := body.get("tools"):
        made |= {"tools": [_tool(service, tool, n) for n, tool in enumerate(tools)]} | _choice(body.get("tool_choice"))
    return made


def _turns(service: str, message: Document, at: str) -> list[dict[str, Any]]:
    """The turns that a message is: results of tools are turns of their own."""
    role, content = message["role"], message["content"]
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    turns: list[dict[str, Any]] = []
    calls, rest = [], []
    for place, block in enumerate(content):
        where = f"{at}.content.{place}"
        match block.get("type"):
            case "tool_result":
                said = _parts(service, block.get("content") or "", where, ("text",))
                said = f"Error: {said}" if block.get("is_error") and isinstance(said, str) else said
                turns.append({"role": "tool", "tool_call_id": block.get("tool_use_id", ""), "content": said})
            case "tool_use":
                given = msgspec.json.encode(block.get("input") or {}).decode()
                function = {"name": block.get("name", ""), "arguments": given}
                calls.append({"id": block.get("id", ""), "type": "function", "function": function})
            case kind if kind not in THOUGHTS:
                rest.append(block)
    if rest or calls or not turns:
        turn: dict[str, Any] = {"role": role, "content": _parts(service, rest, at) if rest else None}
        turns.append(turn | ({"tool_calls": calls} if calls else {}))
    return turns


def _parts(service: str, content: Any, at: str, kinds: tuple[str, ...] = ()) -> Any:
    """Content: one text where there is only text."""
    if isinstance(content, str):
        return content
    if all(block.get("type") == "text" for block in content):
        return "".join(block.get("text", "") for block in content)
    return [_part(service, block, f"{at}.{place}", kinds) for place, block in enumerate(content)]


def _part(service: str, block: Document, at: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    kind, source = block.get("type"), block.get("source") or {}
    if kind == "text":
        return {"type": "text", "text": block.get("text", "")}
    if kinds or kind not in ("image", "document") or source.get("type") not in ("base64", "url", "text"):
        raise unsupported(service, f"{at} of the type {kind}")
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": _url(source)}}
    if source["type"] == "text":
        return {"type": "text", "text": source.get("data", "")}
    if source["type"] == "url":
        raise unsupported(service, f"{at}.source of the type url")
    return {"type": "file", "file": {"filename": block.get("title") or "document.pdf", "file_data": _url(source)}}


def _url(source: Document) -> str:
    if source["type"] == "url":
        return str(source.get("url", ""))
    return f"data:{source.get('media_type', '')};base64,{source.get('data', '')}"


def _tool(service: str, tool: Document, place: int) -> dict[str, Any]:
    if tool.get("type") not in (None, "custom"):
        raise unsupported(service, f"tools.{place} of the type {tool['type']}")
    function = {"name": tool.get("name"), "parameters": tool.get("input_schema") or {"type": "object"}}
    return {
        "type": "function",
        "function": function | {key: tool[key] for key in ("description", "strict") if tool.get(key)},
    }


def _choice(given: Document | None) -> dict[str, Any]:
    if not given:
        return {}
    kind = given.get("type", "auto")
    one = {"type": "function", "function": {"name": given.get("name")}}
    made: dict[str, Any] = {"tool_choice": one if kind == "tool" else CHOICES.get(kind, kind)}
    return made | ({"parallel_tool_calls": False} if given.get("disable_parallel_tool_use") else {})


def answer(body: Document) -> dict[str, Any]:
    """A whole message as a completion."""
    blocks, refused = body.get("content") or [], body.get("stop_reason") == "refusal"
    text = "".join(block.get("text") or "" for block in blocks if block.get("type") == "text")
    calls = [
        {
            "id": block.get("id", ""),
            "type": "function",
            "function": {
                "name": block.get("name", ""),
                "arguments": msgspec.json.encode(block.get("input") or {}).decode(),
            },
        }
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    if refused:
        message |= {"content": None, "refusal": text or "The model refused to answer."}
    if calls:
        message["tool_calls"] = calls
    if thoughts := [block for block in blocks if block.get("type") in THOUGHTS]:
        # As other gateways name them, so that clients can send them back.
        message["reasoning_content"] = "".join(block.get("thinking") or "" for block in thoughts)
        message["thinking_blocks"] = thoughts
    finish = FINISHES.get(body.get("stop_reason") or "", "stop")
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    head = _head(body, "chat.completion")
    return head | {"choices": [choice], "usage": _usage(body.get("usage") or {})}


def _head(message: Document, kind: str) -> dict[str, Any]:
    made = {"id": message.get("id") or "chatcmpl", "object": kind, "created": int(time.time())}
    return made | {"model": message.get("model") or ""}


def _usage(used: Document) -> dict[str, Any]:
    cached, written = used.get("cache_read_input_tokens") or 0, used.get("cache_creation_input_tokens") or 0
    asked, answered = (used.get("input_tokens") or 0) + cached + written, used.get("output_tokens") or 0
    made = {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}
    return made | ({"prompt_tokens_details": {"cached_tokens": cached}} if cached else {})


class Chunks:
    """The events of a message as the chunks of a stream."""

    def __init__(self) -> None:
        """Before the first."""
        self._head: dict[str, Any] = _head({}, "chat.completion.chunk")
        self._calls, self._usage = -1, dict[str, Any]()

    def of(self, event: Document) -> Iterator[dict[str, Any]]:
        """What an event says."""
        delta = event.get("delta") or {}
        match event.get("type"):
            case "message_start":
                message = event.get("message") or {}
                self._head = _head(message, "chat.completion.chunk")
                self._usage |= message.get("usage") or {}
                yield self._chunk({"role": "assistant", "content": ""})
            case "content_block_start" if (block := event.get("content_block") or {}).get("type") == "tool_use":
                self._calls += 1
                function = {"name": block.get("name"), "arguments": ""}
                yield self._call({"id": block.get("id"), "type": "function", "function": function})
            case "content_block_delta" if delta.get("type") == "text_delta":
                yield self._chunk({"content": delta.get("text") or ""})
            case "content_block_delta" if delta.get("type") == "thinking_delta":
                yield self._chunk({"reasoning_content": delta.get("thinking") or ""})
            case "content_block_delta" if delta.get("type") == "input_json_delta":
                yield self._call({"function": {"arguments": delta.get("partial_json") or ""}})
            case "message_delta":
                self._usage |= event.get("usage") or {}
                reason = delta.get("stop_reason") or ""
                said = {"refusal": "The model refused to answer."} if reason == "refusal" else {}
                yield self._chunk(said, FINISHES.get(reason, "stop"))

    def end(self) -> Iterator[dict[str, Any]]:
        """What comes behind the last event."""
        yield {**self._head, "choices": [], "usage": _usage(self._usage)}

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        return self._chunk({"tool_calls": [{"index": self._calls, **call}]})

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head, "choices": [choice]}
