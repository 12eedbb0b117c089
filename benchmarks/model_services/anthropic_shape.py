"""Anthropic's Messages: what is refused there is refused here."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from benchmarks.model_services.sayings import tokens
from benchmarks.model_services.shapes import Question, Refused, Saying, chosen, number, pieces_of, require, texts
from frontdesk.simulators.serving import Asked, Told, told

PARAMETERS = frozenset(
    """max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier
    speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p""".split()  # noqa: SIM905
)
REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", "refusal": "refusal"}


def question(asked: Asked) -> Question:
    """Raises Refused."""
    require(bool(asked.headers.get("anthropic-version")), "anthropic-version: header is required")
    body = asked.json()
    require(isinstance(body, dict), "The request body is not valid JSON")
    if unknown := sorted(body.keys() - PARAMETERS):
        raise Refused(400, f"{unknown[0]}: Extra inputs are not permitted")
    for name in ("model", "max_tokens", "messages"):
        require(name in body, f"{name}: Field required")
    require(isinstance(body["model"], str) and bool(body["model"]), "model: Input should be a valid string")
    number(body, "max_tokens", 1, 1_000_000)
    number(body, "temperature", 0, 1)
    messages, system = _messages(body["messages"]), texts(body.get("system", ""))
    require(system is not None, "system: Input should be a valid string or list of blocks")
    schema, tool = _schema(body, messages)
    return Question(
        model=body["model"],
        text=next((text for role, text, _ in reversed(messages) if role == "user"), ""),
        schema=schema,
        is_streamed=bool(body.get("stream")),
        limit=body["max_tokens"],
        prompt_tokens=tokens(system or "") + sum(tokens(text) for _, text, _ in messages),
        tool=tool,
    )


def answer(question: Question, saying: Saying) -> Told:
    """A whole answer."""
    blocks = [_block(question, saying)] if saying.text else []
    thought = {"type": "thinking", "thinking": saying.thought, "signature": "signed"}
    return told(_message(question, saying, [thought, *blocks] if saying.thought else blocks))


def events(question: Question, saying: Saying) -> Iterator[bytes]:
    """The events of a streamed answer."""
    opened: dict[str, Any] = {**_message(question, saying, []), "stop_reason": None}
    yield _event("message_start", {"message": opened})
    place = 0
    if saying.thought:
        thinking = {"type": "thinking", "thinking": "", "signature": ""}
        yield _event("content_block_start", {"index": 0, "content_block": thinking})
        thoughts = {"type": "thinking_delta", "thinking": saying.thought}
        for delta in (thoughts, {"type": "signature_delta", "signature": "signed"}):
            yield _event("content_block_delta", {"index": 0, "delta": delta})
        yield _event("content_block_stop", {"index": 0})
        place = 1
    start = _block(question, saying, is_start=True)
    yield _event("content_block_start", {"index": place, "content_block": start})
    yield _event("ping", {})
    kind, field = ("input_json_delta", "partial_json") if question.tool else ("text_delta", "text")
    for piece in pieces_of(saying.text):
        yield _event("content_block_delta", {"index": place, "delta": {"type": kind, field: piece}})
    yield _event("content_block_stop", {"index": place})
    ending: dict[str, Any] = {"stop_reason": _reason(question, saying), "stop_sequence": None}
    yield _event("message_delta", {"delta": ending, "usage": {"output_tokens": saying.tokens}})
    yield _event("message_stop", {})


def error(refused: Refused) -> Told:
    """An error as Anthropic tells it."""
    shown = {"type": refused.kind, "message": refused.message}
    return told({"type": "error", "error": shown, "request_id": "req_stand_in"}, refused.status)


def filtered_prompt() -> Told:
    """Anthropic has no filter that refuses a prompt: it answers with a refusal. Told as an error of policy here."""
    return error(Refused(400, "Output blocked by content filtering policy"))


def failure() -> bytes:
    """An error in the middle of a stream."""
    return _event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})


def _messages(given: Any) -> list[tuple[str, str, set[str]]]:
    """Role, text (of a tool's result too) and called tools of each."""
    require(isinstance(given, list) and bool(given), "messages: at least one message is required")
    read = []
    for place, message in enumerate(given):
        role = message.get("role") if isinstance(message, dict) else None
        require(role in ("user", "assistant"), f"messages.{place}.role: Input should be 'user' or 'assistant'")
        content = message.get("content")
        blocks = content if isinstance(content, list) else []
        results = [str(texts(block.get("content")) or "") for block in blocks if block.get("type") == "tool_result"]
        text = "".join([texts(content) or "", *results])
        is_other = any(block.get("type") != "text" for block in blocks)
        require(bool(text) or is_other, f"messages.{place}.content: text content blocks must be non-empty")
        read.append((str(role), text, {str(block.get("name")) for block in blocks if block.get("type") == "tool_use"}))
    require(read[0][0] == "user", 'messages: first message must use the "user" role')
    return read


def _schema(body: Mapping[str, Any], messages: list[tuple[str, str, set[str]]]) -> tuple[Mapping[str, Any] | None, str]:
    """The schema of the answer, and the tool whose it is."""
    form = (body.get("output_config") or {}).get("format")
    if form is not None:
        good = isinstance(form, dict) and form.get("type") == "json_schema" and isinstance(form.get("schema"), dict)
        require(good, "output_config.format: Input should be a json_schema with a schema")
        _check_closed(form["schema"])
        return form["schema"], ""
    choice = body.get("tool_choice") or {}
    tools = {tool.get("name"): tool.get("input_schema") for tool in body.get("tools", [])}
    called = {name for _, _, names in messages for name in names}
    tool = chosen(tools, called, choice.get("type", "auto"), choice.get("name", ""))
    if not tool:
        return None, ""
    require(tool in tools, f"tool_choice.name: Tool '{tool}' not found in provided tools")
    require(isinstance(tools[tool], dict), "tools.0.input_schema: Field required")
    return tools[tool], tool


def _check_closed(schema: Any) -> None:
    if not isinstance(schema, dict):
        return
    if "properties" in schema:
        closed = schema.get("additionalProperties") is False
        require(closed, "output_config.format.schema: For 'object' type, 'additionalProperties' must be false")
    for word in ("minLength", "maxLength", "minimum", "maximum", "maxItems"):
        require(word not in schema, f"output_config.format.schema: property '{word}' is not supported")
    for part in [*schema.get("properties", {}).values(), schema.get("items"), *schema.get("anyOf", ())]:
        _check_closed(part)


def _message(question: Question, saying: Saying, content: list[Any]) -> dict[str, Any]:
    return {
        "id": "msg_stand_in",
        "type": "message",
        "role": "assistant",
        "model": question.model,
        "content": content,
        "stop_reason": _reason(question, saying),
        "stop_sequence": None,
        "usage": {"input_tokens": question.prompt_tokens, "output_tokens": saying.tokens},
    }


def _block(question: Question, saying: Saying, *, is_start: bool = False) -> dict[str, Any]:
    if not question.tool:
        return {"type": "text", "text": "" if is_start else saying.text}
    try:
        given = {} if is_start else msgspec.json.decode(saying.text)
    except msgspec.DecodeError:
        given = {"answer": saying.text}
    return {"type": "tool_use", "id": "toolu_stand_in", "name": question.tool, "input": given}


def _reason(question: Question, saying: Saying) -> str:
    return "tool_use" if question.tool and saying.finish == "stop" else REASONS[saying.finish]


def _event(name: str, value: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: ".encode() + msgspec.json.encode({"type": name, **value}) + b"\n\n"
