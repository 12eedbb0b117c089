"""Translates requests of Anthropic's clients. A field that cannot be passed on is refused by name, never ignored."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from frontdesk.edges.llm_gateway.openai.requests import MOST_TURNS, Alias, Part, Tokens
from frontdesk.edges.rest.bodies import decode
from frontdesk.interfaces import ChatTurn, Invalid, ModelRequest

Content = str | list[Part]


class AnthropicMessage(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: Content


class Form(msgspec.Struct, frozen=True):
    """The form of the answer."""

    type: Literal["json_schema"]
    schema: dict[str, Any]


class OutputConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the answer has to be like."""

    format: Form | None = None


class MessagesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message that is asked for; the last group changes nothing here."""

    model: Alias
    max_tokens: Tokens
    messages: Annotated[list[AnthropicMessage], Meta(min_length=1, max_length=MOST_TURNS)]
    system: Content | None = None
    stream: bool | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    output_config: OutputConfig | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    stop_sequences: Annotated[list[str], Meta(max_length=16)] | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    thinking: dict[str, Any] | None = None
    top_k: int | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None


_decode = msgspec.json.Decoder(MessagesBody).decode


def messages_body(body: bytes) -> MessagesBody:
    """Raises Invalid that names the field."""
    return decode(_decode, body)


def messages_request(body: MessagesBody) -> ModelRequest:
    """What to ask of a chain. Raises Invalid for what cannot be passed on."""
    if body.tools or body.top_k is not None or (body.thinking or {}).get("type") not in (None, "disabled"):
        name = "tools" if body.tools else "top_k" if body.top_k is not None else "thinking"
        raise Invalid(f"{name} cannot be passed on to every model, so it is not taken here", name)
    given = {"top_p": body.top_p, "stop": body.stop_sequences or None}
    sampling: Mapping[str, Any] = {name: value for name, value in given.items() if value is not None}
    system = [] if body.system is None else [ChatTurn("system", _text(body.system, "system"))]
    turns = [ChatTurn(each.role, _text(each.content, f"messages.{n}")) for n, each in enumerate(body.messages)]
    form = body.output_config.format if body.output_config else None
    return ModelRequest(
        model=body.model,
        turns=(*system, *turns),
        schema=form.schema if form else None,
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        sampling=sampling,
    )


def _text(content: Content, field: str) -> str:
    if isinstance(content, str):
        return content
    for part in content:
        if part.type != "text":
            raise Invalid(f"{field}: content of the type {part.type[:40]!r} cannot be passed on, only text", field)
    return "".join(part.text for part in content)
