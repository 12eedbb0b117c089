"""Reads requests of Anthropic's clients. What all services agree on is checked here; all else is passed on as it is."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from frontdesk.edges.llm_gateway.openai.requests import MOST_TURNS, Alias, Document, Tokens, check_media, document
from frontdesk.edges.rest.bodies import decode
from frontdesk.interfaces import Form, ModelRequest

Content = str | list[Document]


class AnthropicMessage(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: Content


class Format(msgspec.Struct, frozen=True):
    """The form of the answer."""

    type: Literal["json_schema"]
    schema: Document


class OutputConfig(msgspec.Struct, frozen=True):
    """What the answer has to be like."""

    format: Format | None = None


class MessagesBody(msgspec.Struct, frozen=True):
    """The fields of a request for a message that are looked at here."""

    model: Alias
    messages: Annotated[list[AnthropicMessage], Meta(min_length=1, max_length=MOST_TURNS)]
    max_tokens: Tokens | None = None
    system: Content | None = None
    stream: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    output_config: OutputConfig | None = None
    tools: list[Document] | None = None


_decode = msgspec.json.Decoder(MessagesBody).decode


def messages_request(raw: bytes, most_tokens: int) -> tuple[ModelRequest, bool]:
    """What to ask of a chain, and whether as a stream. Raises Invalid that names the field."""
    body, sent = decode(_decode, raw), decode(document, raw)
    del sent["model"]
    sent.pop("stream", None)
    check_media(sent)
    form = body.output_config.format if body.output_config else None
    schema: dict[str, Any] | None = form.schema if form else None
    return ModelRequest(body.model, sent, Form.ANTHROPIC, schema, most_tokens=most_tokens), bool(body.stream)
