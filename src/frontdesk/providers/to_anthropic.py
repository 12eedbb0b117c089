"""Translates OpenAI's documents into Anthropic's: a request for a service of Anthropic, an answer or the chunks of a
stream for a client of Anthropic. What has no counterpart is refused by name.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from frontdesk.interfaces import Document
from frontdesk.providers.errors import carried, unsupported

REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
CHOICES = {"auto": {"type": "auto"}, "none": {"type": "none"}, "required": {"type": "any"}}
# Translated here, or by what asks (limit, schema, stream).
TAKEN = {"messages", "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "response_format"}
TAKEN |= {"stop", "tools", "tool_choice", "parallel_tool_calls", "reasoning_effort", "user", "safety_identifier"}


def request(service: str, body: Document) -> dict[str, Any]:
    """A request without limit and schema. Raises ModelFailed (UNSUPPORTED)."""
    made = carried(service, body, "openai", TAKEN)
    system, messages = _messages(service, body["messages"])
    made |= {"messages": messages} | ({"system": system} if system else {})
    if stop := body.get("stop"):
        made["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    if user := body.get("safety_identifier") or body.get("user"):
        made["metadata"] = {**made.get("metadata", {}), "user_id": user}
    if effort := body.get("reasoning_effort"):
        made |= {"thinking": {"type": "disabled"}} if effort == "none" else {"output_config": {"effort": effort}}
    if tools := body.get("tools"):
        made |= {"tools": [_tool(each) for each in tools]} | _choice(body)
    return made


def _messages(service: str, given: Any) -> tuple[Any, list[dict[str, Any]]]:
    """System blocks (one text where nothing is said beside it) and messages."""
    system: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    for place, message in enumerate(given):
        at = f"messages.{place}"
        role = message["role"]
        if message.get("name"):
            raise unsupported(service, f"{at}.name")
        if role in ("system", "developer"):
            content = message["content"]
            system += [{"type": "text", "text": content}] if isinstance(content, str) else content
        elif role == "tool":
            result = {"type": "tool_result", "tool_use_id": message.get("tool_call_id", "")}
            result["content"] = _content(service, message.get("content") or "", at)
            if made and made[-1]["role"] == "user" and isinstance(made[-1]["content"], list):
                made[-1]["content"].append(result)
            else:
                made.append({"role": "user", "content": [result]})
        elif role == "assistant":
            made.append({"role": "assistant", "content": _said(service, message, at)})
        elif role == "user":
            made.append({"role": "user", "content": _content(service, message.get("content") or "", at)})
        else:
            raise unsupported(service, f"{at}.role {role}")
    if all(block.keys() == {"type", "text"} for block in system):
        return "\n\n".join(block["text"] for block in system), made
    return system, made


def _said(service: str, message: Document, at: str) -> Any:
    """The content of an assistant's message, with its thoughts before and its calls behind."""
    if message.get("function_call"):
        raise unsupported(service, f"{at}.function_call")
    content = _content(service, message.get("content") or message.get("refusal") or "", at)
    calls, thoughts = message.get("tool_calls") or (), message.get("thinking_blocks") or ()
    if not calls and not thoughts:
        return content
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []
    return [*thoughts, *blocks, *(_use(service, call, f"{at}.tool_calls.{n}") for n, call in enumerate(calls))]


def _use(service: str, call: Document, at: str) -> dict[str, Any]:
    try:
        function = call["function"]
        given = msgspec.json.decode(function["arguments"] or "{}")
        return {"type": "tool_use", "id": call.get("id", ""), "name": function["name"], "input": given}
    except (KeyError, TypeError, msgspec.DecodeError):
        raise unsupported(service, f"{at} that is no function with JSON for arguments") from None


def _content(service: str, content: Any, at: str) -> Any:
    if isinstance(content, str):
        return content
    return [_block(service, part, f"{at}.content.{place}") for place, part in enumerate(content)]


def _block(service: str, part: Document, at: str) -> dict[str, Any]:
    rest = {"cache_control": part["cache_control"]} if "cache_control" in part else {}
    match part.get("type"):
        case "image_url":
            return {"type": "image", "source": _source(part["image_url"]["url"]), **rest}
        case "file" if data := part.get("file", {}).get("file_data"):
            title = {"title": part["file"]["filename"]} if part["file"].get("filename") else {}
            return {"type": "document", "source": _source(data), **title, **rest}
        case "input_audio" | "file":
            raise unsupported(service, f"{at} of the type {part['type']}")
        case "refusal":
            return {"type": "text", "text": part.get("refusal", ""), **rest}
    return dict(part)  # a text, or a block of Anthropic's own


def _source(url: str) -> dict[str, Any]:
    kind, comma, data = url.removeprefix("data:").partition(",")
    if not url.startswith("data:") or not comma:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": kind.partition(";")[0], "data": data}


def _tool(tool: Document) -> dict[str, Any]:
    """A function as a tool; others are Anthropic's own."""
    function = tool.get("function")
    if not isinstance(function, dict):
        return dict(tool)
    made = {"name": function.get("name"), "input_schema": function.get("parameters") or {"type": "object"}}
    made |= {key: function[key] for key in ("description", "strict") if function.get(key)}
    return made | ({"cache_control": tool["cache_control"]} if "cache_control" in tool else {})


def _choice(body: Document) -> dict[str, Any]:
    given = body.get("tool_choice")
    one = (
        {"type": "tool", "name": given["function"]["name"]} if isinstance(given, dict) and "function" in given else None
    )
    choice = one or (dict(CHOICES[given]) if isinstance(given, str) and given in CHOICES else given)
    if body.get("parallel_tool_calls") is False:
        choice = {**(choice or CHOICES["auto"]), "disable_parallel_tool_use": True}
    return {"tool_choice": choice} if choice else {}


def answer(body: Document) -> dict[str, Any]:
    """A whole answer as a message; of several choices the first."""
    choice = (body.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    content: list[dict[str, Any]] = []
    if thought := message.get("reasoning_content") or message.get("reasoning"):
        content.append({"type": "thinking", "thinking": thought, "signature": ""})
    text = message.get("refusal") or message.get("content") or ""
    if isinstance(text, list):
        text = "".join(str(part.get("text") or "") for part in text)
    if text:
        content.append({"type": "text", "text": text})
    content += [_call(each) for each in message.get("tool_calls") or ()]
    reason = "refusal" if message.get("refusal") else REASONS.get(choice.get("finish_reason") or "stop", "end_turn")
    return _message(body, content, reason)


def _call(call: Document) -> dict[str, Any]:
    function = call.get("function") or {}
    try:
        given = msgspec.json.decode(function.get("arguments") or "{}")
    except msgspec.DecodeError:
        given = {"arguments": function["arguments"]}  # a model's slip, for the client to see
    return {"type": "tool_use", "id": call.get("id") or "", "name": function.get("name") or "", "input": given}


def _message(body: Document, content: list[dict[str, Any]], reason: str | None) -> dict[str, Any]:
    made = {"id": body.get("id") or "msg", "type": "message", "role": "assistant", "model": body.get("model") or ""}
    return made | {
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": _usage(body.get("usage") or {}),
    }


def _usage(used: Document) -> dict[str, int]:
    cached = (used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    made = {
        "input_tokens": (used.get("prompt_tokens") or 0) - cached,
        "output_tokens": used.get("completion_tokens") or 0,
    }
    return made | ({"cache_read_input_tokens": cached} if cached else {})


class Events:
    """The chunks of a stream as the events of a message: of several choices the first."""

    def __init__(self) -> None:
        """Before the first."""
        self._began, self._open, self._index = False, "", -1
        self._reason = "end_turn"
        self._usage: Document = {}

    def of(self, chunk: Document) -> Iterator[dict[str, Any]]:
        """What a chunk says."""
        if not self._began:
            self._began = True
            yield {"type": "message_start", "message": _message(chunk, [], None)}
        self._usage = chunk.get("usage") or self._usage
        for choice in [each for each in chunk.get("choices") or () if not each.get("index")]:
            delta = choice.get("delta") or {}
            if thought := delta.get("reasoning_content") or delta.get("reasoning"):
                yield from self._said("thinking", {"type": "thinking", "thinking": "", "signature": ""}, thought)
            if text := delta.get("refusal") or delta.get("content"):
                yield from self._said("text", {"type": "text", "text": ""}, text)
            for call in delta.get("tool_calls") or ():
                yield from self._called(call)
            if delta.get("refusal"):
                self._reason = "refusal"
            elif choice.get("finish_reason") and self._reason != "refusal":
                self._reason = REASONS.get(choice["finish_reason"], "end_turn")

    def end(self) -> Iterator[dict[str, Any]]:
        """What comes behind the last chunk."""
        yield from self._close()
        delta = {"stop_reason": self._reason, "stop_sequence": None}
        yield {"type": "message_delta", "delta": delta, "usage": _usage(self._usage)}
        yield {"type": "message_stop"}

    def _said(self, name: str, block: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
        yield from self._opened(name, block)
        yield self._delta({"type": f"{name}_delta", name: text})

    def _called(self, call: Document) -> Iterator[dict[str, Any]]:
        function = call.get("function") or {}
        name = f"tool {call.get('index', 0)}"
        use: dict[str, Any] = {
            "type": "tool_use",
            "id": call.get("id") or "",
            "name": function.get("name") or "",
            "input": {},
        }
        yield from self._opened(name, use)
        if function.get("arguments"):
            yield self._delta({"type": "input_json_delta", "partial_json": function["arguments"]})

    def _opened(self, name: str, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if self._open != name:
            yield from self._close()
            self._open, self._index = name, self._index + 1
            yield {"type": "content_block_start", "index": self._index, "content_block": block}

    def _close(self) -> Iterator[dict[str, Any]]:
        if self._open:
            self._open = ""
            yield {"type": "content_block_stop", "index": self._index}

    def _delta(self, delta: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": self._index, "delta": delta}
