"""Translates requests of OpenAI's clients. A field that cannot be passed on is refused by name, never ignored."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from frontdesk.edges.llm_gateway.openai.errors import RequestRefused
from frontdesk.edges.rest.bodies import decode
from frontdesk.interfaces import ChatTurn, ModelRequest

MOST_TURNS = 2000
MOST_TEXTS = 2048
Alias = Annotated[str, Meta(min_length=1, max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000)]
ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
ANY_OBJECT = {"type": "object"}


class Part(msgspec.Struct, frozen=True):
    """A part of a message's content."""

    type: str
    text: str = ""


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: str
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: Any = None
    function_call: Any = None


class NamedSchema(msgspec.Struct, frozen=True):
    """What `json_schema` holds."""

    name: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
    schema: dict[str, Any] = msgspec.field(default_factory=lambda: dict(ANY_OBJECT))
    description: str | None = None
    strict: bool | None = None


class Format(msgspec.Struct, frozen=True):
    """Which form the answer has."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream tells beside the text."""

    include_usage: bool = False
    include_obfuscation: bool = False


class ChatBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chat completion that is asked for.

    The fields of the last group say something about the service, not about the answer, and change nothing here.
    """

    model: Alias
    messages: Annotated[list[Message], Meta(min_length=1, max_length=MOST_TURNS)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: Format | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    # Passed on as they are.
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    stop: str | Annotated[list[str], Meta(max_length=16)] | None = None
    seed: int | None = None
    presence_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    reasoning_effort: Annotated[str, Meta(max_length=20)] | None = None
    # Only with the value that changes nothing.
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, Any] | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    functions: list[Any] | None = None
    function_call: Any = None
    modalities: list[str] | None = None
    audio: Any = None
    prediction: Any = None
    web_search_options: Any = None
    # Accepted and ignored.
    user: str | None = None
    metadata: dict[str, Any] | None = None
    store: bool | None = None
    service_tier: str | None = None
    parallel_tool_calls: bool | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    verbosity: str | None = None


class EmbeddingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Vectors that are asked for."""

    model: Alias
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | UnsetType | None = UNSET
    user: str | None = None


SAMPLING = ("top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "reasoning_effort")
HARMLESS: Mapping[str, tuple[Any, ...]] = {
    "n": (None, 1),
    "logprobs": (None, False),
    "top_logprobs": (None, 0),
    "logit_bias": (None, {}),
    "tools": (None, []),
    "tool_choice": (None, "none", "auto"),
    "functions": (None, []),
    "function_call": (None, "none", "auto"),
    "modalities": (None, ["text"]),
    "audio": (None,),
    "prediction": (None,),
    "web_search_options": (None,),
}
# In their order in the struct, where the fields that only one value changes nothing of stand together.
_decode_chat = msgspec.json.Decoder(ChatBody).decode
_decode_embedding = msgspec.json.Decoder(EmbeddingBody).decode


def chat_body(body: bytes) -> ChatBody:
    """Raises Invalid that names the field."""
    return decode(_decode_chat, body)


def embedding_body(body: bytes) -> tuple[EmbeddingBody, list[str]]:
    """The body, and its texts. Raises Invalid that names the field."""
    asked = decode(_decode_embedding, body)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    if not texts or len(texts) > MOST_TEXTS:
        raise RequestRefused(f"input has 1 to {MOST_TEXTS:,} texts", "input", "invalid_value")
    if not all(isinstance(text, str) and text for text in texts):
        raise RequestRefused(
            "input is a text or a list of texts, none of them empty; tokens are not taken", "input", ""
        )
    if asked.dimensions is not UNSET and asked.dimensions is not None:
        raise _unsupported("dimensions")
    return asked, texts


def chat_request(body: ChatBody, most_tokens: int) -> ModelRequest:
    """What to ask of a chain. Raises RequestRefused for what cannot be passed on."""
    for name, harmless in HARMLESS.items():
        if getattr(body, name) not in harmless:
            raise _unsupported(name)
    sampling = {name: value for name in SAMPLING if (value := getattr(body, name)) is not None}
    schema, name = _schema(body.response_format)
    return ModelRequest(
        model=body.model,
        turns=tuple(map(_turn, range(len(body.messages)), body.messages)),
        schema=schema,
        schema_name=name,
        max_tokens=body.max_completion_tokens or body.max_tokens or most_tokens,
        temperature=body.temperature,
        sampling=sampling,
    )


def _turn(place: int, message: Message) -> ChatTurn:
    field = f"messages.{place}"
    role = ROLES.get(message.role)
    if role is None:
        raise RequestRefused(
            f"{field}: the role {message.role[:40]!r} cannot be passed on", f"{field}.role", "invalid_value"
        )
    if message.tool_calls or message.function_call:
        raise _unsupported(f"{field}.tool_calls")
    content = message.content
    if isinstance(content, list):
        for part in content:
            if part.type not in ("text", "input_text", "refusal"):
                raise RequestRefused(
                    f"{field}: content of the type {part.type[:40]!r} cannot be passed on, only text",
                    f"{field}.content",
                    "unsupported_value",
                )
        content = "".join(part.text for part in content)
    if content is None:
        raise RequestRefused(f"{field} has no content", f"{field}.content", "invalid_value")
    return ChatTurn(role, content)


def _schema(wanted: Format | None) -> tuple[Mapping[str, Any] | None, str]:
    if wanted is None or wanted.type == "text":
        return None, "answer"
    if wanted.type == "json_object":
        return ANY_OBJECT, "answer"
    if wanted.json_schema is None:
        raise RequestRefused(
            "response_format needs json_schema", "response_format.json_schema", "missing_required_parameter"
        )
    return wanted.json_schema.schema, wanted.json_schema.name


def _unsupported(name: str) -> RequestRefused:
    return RequestRefused(
        f"{name} cannot be passed on to every model, so it is not taken here", name, "unsupported_parameter"
    )
