"""Reads requests of OpenAI's clients. What all services agree on is checked here; all else is passed on as it is."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from frontdesk.edges.llm_gateway.openai.errors import RequestRefused
from frontdesk.edges.rest.bodies import decode
from frontdesk.interfaces import Invalid, ModelRequest
from frontdesk.interfaces.addresses import is_public
from frontdesk.llm.documents import media

MOST_TURNS = 2000
MOST_TEXTS = 2048
Alias = Annotated[str, Meta(min_length=1, max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000)]
ANY_OBJECT = {"type": "object"}
Document = dict[str, Any]


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Document] | None = None
    tool_calls: list[Document] | None = None


class NamedSchema(msgspec.Struct, frozen=True):
    """What `json_schema` holds."""

    name: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
    schema: Document = msgspec.field(default_factory=lambda: dict(ANY_OBJECT))


class Format(msgspec.Struct, frozen=True):
    """Which form the answer has."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream tells beside the text."""

    include_usage: bool = False


class ChatBody(msgspec.Struct, frozen=True):
    """The fields of a chat completion that are looked at here."""

    model: Alias
    messages: Annotated[list[Message], Meta(min_length=1, max_length=MOST_TURNS)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: Format | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    tools: list[Document] | None = None


class EmbeddingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Vectors that are asked for."""

    model: Alias
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    user: str | None = None


document = msgspec.json.Decoder(Document).decode
_decode_chat = msgspec.json.Decoder(ChatBody).decode
_decode_embedding = msgspec.json.Decoder(EmbeddingBody).decode


def embedding_body(body: bytes) -> tuple[EmbeddingBody, list[str]]:
    """The body, and its texts. Raises Invalid that names the field."""
    asked = decode(_decode_embedding, body)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    if not texts or len(texts) > MOST_TEXTS:
        raise RequestRefused(f"input has 1 to {MOST_TEXTS:,} texts", "input", "invalid_value")
    if not all(isinstance(text, str) and text for text in texts):
        raise RequestRefused(
            "input is a text or a list of texts, none of them empty; tokens cannot be masked", "input", ""
        )
    if asked.dimensions is not None:
        raise RequestRefused("dimensions cannot be passed on", "dimensions", "unsupported_parameter")
    return asked, texts


def chat_request(raw: bytes, most_tokens: int) -> tuple[ModelRequest, ChatBody]:
    """What to ask of a chain, and what was looked at. Raises Invalid that names the field."""
    body, sent = decode(_decode_chat, raw), decode(document, raw)
    for place, message in enumerate(body.messages):
        if message.content is None and message.role != "assistant":
            field = f"messages.{place}.content"
            raise RequestRefused(f"messages.{place} has no content", field, "invalid_value")
    schema, name = _schema(body.response_format)
    del sent["model"]
    sent.pop("stream", None)
    check_media(sent)
    return ModelRequest(body.model, sent, schema=schema, schema_name=name, most_tokens=most_tokens), body


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


def check_media(body: Document) -> None:
    """Raises Invalid for an image or file at an internal address (whoever fetches it may reach more than its sender),
    or one that is not there at all.
    """
    for part in [part for parts in media(body).values() for part in parts]:
        source: Any = part.get(str(part["type"])) or part.get("source")
        if not isinstance(source, Mapping):
            raise Invalid(f"a part of the type {part['type']} lacks what it is made of", "messages")
        url = source.get("url", "" if part["type"] == "image_url" else None)
        if url is None or (isinstance(url, str) and url.startswith("data:")):
            continue
        split = urlsplit(url) if isinstance(url, str) else None
        if split is None or split.scheme not in ("http", "https") or not _is_public(split.hostname or ""):
            raise Invalid("an image or file is given as data: or at a public http(s) address", "messages")


def _is_public(host: str) -> bool:
    """A host of numbers alone may be written in many ways: only whole addresses and names with letters are taken."""
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        name, _, last = host.rstrip(".").lower().rpartition(".")
        return bool(name) and last[:1].isalpha() and last not in ("localhost", "local", "internal")
