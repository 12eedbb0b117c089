"""OpenAI's Chat Completions, also on Azure's paths: what is refused there is refused here."""

import re
import time
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from typing import Any

import msgspec

from benchmarks.model_services.sayings import embed, packed, tokens
from benchmarks.model_services.shapes import Question, Refused, Saying, chosen, number, pieces_of, require, texts
from frontdesk.simulators.serving import Asked, Told, told

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
PARAMETERS = frozenset(
    """messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
    max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier
    stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity
    web_search_options""".split()  # noqa: SIM905 - a list is harder to compare with the reference
)
SCHEMA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# What strict schemas may not hold; such a schema is refused as a whole.
NOT_STRICT = ("allOf", "not", "if", "then", "else", "oneOf", "patternProperties", "minLength", "maxLength")
FILTER_RESULT = {
    "hate": {"filtered": True, "severity": "high"},
    "jailbreak": {"filtered": False, "detected": False},
    "self_harm": {"filtered": False, "severity": "safe"},
}


def question(asked: Asked, model: str = "") -> Question:
    """Raises Refused. `model` is that of the path, where it is in there."""
    body = asked.json()
    require(isinstance(body, dict), "We could not parse the JSON body of your request.")
    if unknown := sorted(body.keys() - PARAMETERS):
        raise Refused(400, f"Unrecognized request argument supplied: {unknown[0]}", param=None, code=None)
    model = model or body.get("model") or ""
    require(isinstance(model, str) and bool(model), "you must provide a model parameter")
    _check_numbers(body)
    messages = _messages(body)
    schema = _schema(body.get("response_format"), messages) if "response_format" in body else None
    streamed, options = body.get("stream") or False, body.get("stream_options")
    require(isinstance(streamed, bool), "Invalid type for 'stream': expected a boolean", "stream", "invalid_type")
    require(options is None or streamed, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    read = [text for role, text in messages if role in ("user", "tool")]
    tools = {each["function"]["name"]: each["function"] for each in body.get("tools") or () if _is_function(each)}
    choice = body.get("tool_choice") or "auto"
    named = choice["function"]["name"] if isinstance(choice, dict) else ""
    calls = [call for each in body["messages"] for call in each.get("tool_calls") or ()]
    tool = chosen(tools, {call["function"]["name"] for call in calls}, str(choice), named)
    require(not tool or tool in tools, f"Invalid value for 'tool_choice': no tool {tool}", "tool_choice")
    return Question(
        model=model,
        text=read[-1] if read else "",
        schema=tools[tool].get("parameters", {}) if tool else schema,
        tool=tool,
        is_streamed=streamed,
        limit=body.get("max_completion_tokens") or body.get("max_tokens") or 0,
        prompt_tokens=sum(tokens(text) for _, text in messages),
        choices=body.get("n") or 1,
        wants_usage=bool(options and options.get("include_usage")),
    )


def answer(question: Question, saying: Saying) -> Told:
    """A whole answer."""
    is_refusal = saying.finish == "refusal"
    calls = question.tool and saying.finish == "stop"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if is_refusal or calls else saying.text,
        "refusal": saying.text if is_refusal else None,
    }
    if calls:
        message["tool_calls"] = [_call(question, saying.text)]
    finish = "tool_calls" if calls else _finish(saying)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return told(
        {
            "id": "chatcmpl-stand-in",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": question.model,
            "choices": [{**choice, "index": place} for place in range(question.choices)],
            "usage": _usage(question, saying),
        }
    )


def events(question: Question, saying: Saying) -> Iterator[bytes]:
    """The events of a streamed answer."""
    field = "refusal" if saying.finish == "refusal" else "content"
    yield _event(question, {"role": "assistant", "content": ""})
    for piece in pieces_of(saying.thought) if saying.thought else ():
        yield _event(question, {"reasoning_content": piece})
    calls = question.tool and saying.finish == "stop"
    if calls:
        yield _event(question, {"tool_calls": [{"index": 0, **_call(question, "")}]})
    for piece in pieces_of(saying.text):
        call = {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        yield _event(question, call if calls else {field: piece})
    yield _event(question, {}, "tool_calls" if calls else _finish(saying))
    if question.wants_usage:
        yield _data(_chunk(question, []) | {"usage": _usage(question, saying)})
    yield b"data: [DONE]\n\n"


def error(refused: Refused) -> Told:
    """An error as OpenAI tells it."""
    shown = {"message": refused.message, "type": refused.kind, "param": None, "code": None}
    return told({"error": shown | refused.more}, refused.status)


def filtered_prompt() -> Told:
    """A prompt that Azure's content filter has stopped."""
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": FILTER_RESULT}
    message = "The response was filtered due to the prompt triggering the content management policy."
    shown = {"message": message, "type": None, "param": "prompt", "code": "content_filter", "status": 400}
    return told({"error": shown | {"innererror": inner}}, 400)


def failure() -> bytes:
    """An error in the middle of a stream."""
    return _data({"error": {"message": "The server had an error", "type": "server_error", "param": None, "code": None}})


def _check_numbers(body: Mapping[str, Any]) -> None:
    number(body, "temperature", 0, 2)
    number(body, "top_p", 0, 1)
    number(body, "n", 1, 128)
    for name in ("max_tokens", "max_completion_tokens"):
        number(body, name, 1, 1_000_000)
    both = body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None
    require(not both, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")


def _messages(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = body.get("messages")
    require(isinstance(given, list) and bool(given), "Missing required parameter: 'messages'.", "messages")
    read = []
    for place, message in enumerate(given or ()):
        at = f"messages[{place}]"
        require(isinstance(message, dict) and message.get("role") in ROLES, f"Invalid value for '{at}.role'", at)
        text = texts(message.get("content"))
        for call in message.get("tool_calls") or ():
            whole = isinstance(call, dict) and isinstance(call.get("function"), dict) and "name" in call["function"]
            require(whole, f"Missing required parameter: '{at}.tool_calls[0].function'.", at)
        has_other = message["role"] == "assistant" and ("tool_calls" in message or "refusal" in message)
        require(text is not None or has_other, f"Invalid type for '{at}.content'", at, "invalid_type")
        read.append((message["role"], text or ""))
    return read


def _schema(form: Any, messages: list[tuple[str, str]]) -> Mapping[str, Any] | None:
    at = "response_format"
    kind = form.get("type") if isinstance(form, dict) else None
    require(kind in ("text", "json_object", "json_schema"), f"Invalid value for '{at}.type'", f"{at}.type")
    if kind == "json_object":
        told_so = any("json" in text.lower() for _, text in messages)
        require(told_so, f"'messages' must contain the word 'json' to use '{at}' of type 'json_object'.", "messages")
        return {"type": "object"}
    if kind == "text":
        return None
    given = form.get("json_schema")
    require(isinstance(given, dict), f"Missing required parameter: '{at}.json_schema'.", f"{at}.json_schema")
    name, schema = given.get("name"), given.get("schema")
    require(isinstance(name, str) and bool(SCHEMA_NAME.fullmatch(name)), f"Invalid '{at}.json_schema.name'", at)
    require(isinstance(schema, dict), f"Missing required parameter: '{at}.json_schema.schema'.", at)
    if given.get("strict"):
        _check_strict(schema, name)
    return schema if isinstance(schema, dict) else None


def _check_strict(schema: Any, name: str, at: str = "()") -> None:
    """Every object is closed and requires all it has."""
    say = f"Invalid schema for response_format '{name}': In context={at}, "
    if bad := [word for word in NOT_STRICT if word in schema]:
        raise Refused(400, f"{say}'{bad[0]}' is not permitted.", param="response_format", code="invalid_json_schema")
    if "properties" in schema:
        closed = schema.get("additionalProperties") is False
        require(closed, f"{say}'additionalProperties' is required to be supplied and to be false.", "response_format")
        whole = set(schema.get("required", ())) == set(schema["properties"])
        require(whole, f"{say}'required' is required to include every key in properties.", "response_format")
    parts = [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items(), ("items", schema.get("items"))]
    for key, part in [*parts, *((str(n), part) for n, part in enumerate(schema.get("anyOf", ())))]:
        if isinstance(part, dict):
            _check_strict(part, name, f"{at}.{key}")


def _is_function(tool: Any) -> bool:
    good = isinstance(tool, dict) and isinstance(tool.get("function"), dict) and bool(tool["function"].get("name"))
    require(good, "Missing required parameter: 'tools[0].function'.", "tools")
    return True


def _call(question: Question, arguments: str) -> dict[str, Any]:
    function = {"name": question.tool, "arguments": arguments}
    return {"id": f"call_{question.tool}", "type": "function", "function": function}


def _finish(saying: Saying) -> str:
    return "stop" if saying.finish == "refusal" else saying.finish


def _usage(question: Question, saying: Saying) -> dict[str, int]:
    used = question.prompt_tokens
    return {"prompt_tokens": used, "completion_tokens": saying.tokens, "total_tokens": used + saying.tokens}


def _event(question: Question, delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data(_chunk(question, [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]))


def _chunk(question: Question, choices: list[Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-stand-in",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": question.model,
        "choices": choices,
    }


def _data(value: Any) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


EMBEDDING_PARAMETERS = {"input", "model", "dimensions", "encoding_format", "user"}
MOST_INPUTS = 2048
SPOKEN = "This is what the stand-in has heard."


def embeddings(asked: Asked, model: str = "") -> Told:
    """Raises Refused."""
    body = asked.json()
    require(isinstance(body, dict), "We could not parse the JSON body of your request.")
    if unknown := sorted(body.keys() - EMBEDDING_PARAMETERS):
        raise Refused(400, f"Unrecognized request argument supplied: {unknown[0]}")
    model = model or body.get("model") or ""
    require(bool(model), "you must provide a model parameter")
    form = body.get("encoding_format", "float")
    require(form in ("float", "base64"), "Invalid value for 'encoding_format'", "encoding_format")
    texts = _inputs(body.get("input"))
    vectors = [embed(text) for text in texts]
    data = [
        {"object": "embedding", "index": place, "embedding": vector if form == "float" else packed(vector)}
        for place, vector in enumerate(vectors)
    ]
    used = sum(tokens(text) for text in texts)
    usage = {"prompt_tokens": used, "total_tokens": used}
    return told({"object": "list", "data": data, "model": model, "usage": usage})


def transcription(asked: Asked, words: str) -> Told:
    """Raises Refused. It does not listen: it says `words`, or something of its own."""
    kind = asked.headers.get("content-type", "")
    require(kind.startswith("multipart/form-data"), "The request must be multipart/form-data")
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body, policy=policy.HTTP)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in whole.iter_parts()}
    require("file" in parts, "Missing required parameter: 'file'.", "file")
    audio = parts["file"].get_payload(decode=True)
    require(bool(audio) and bool(parts["file"].get_filename()), "The audio file is empty or has no name.", "file")
    has_model = "model" in parts and bool(parts["model"].get_content().strip())
    require(has_model or "/deployments/" in asked.path, "you must provide a model parameter")
    return told({"text": words or SPOKEN, "usage": {"type": "duration", "seconds": 1}})


def models(names: tuple[str, ...]) -> Told:
    """The list of models."""
    made = int(time.time())
    data = [{"id": name, "object": "model", "created": made, "owned_by": "stand-in"} for name in names]
    return told({"object": "list", "data": data})


def _inputs(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    good = isinstance(texts, list) and 0 < len(texts) <= MOST_INPUTS and all(isinstance(t, str) and t for t in texts)
    require(good, "Invalid 'input': expected a text or a list of texts, none of them empty", "input")
    return list(texts)
