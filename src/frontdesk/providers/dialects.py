"""Dialects of Chat Completions: what a server or model supports, learnt from its refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from frontdesk.interfaces import Document, ModelRequest
from frontdesk.interfaces.llm import LIMITS
from frontdesk.providers.errors import ServiceProblem
from frontdesk.providers.strict_schema import is_expressible, narrowed


class Structure(StrEnum):
    """How the answer's schema is sent to a server."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


LESS = {Structure.SCHEMA: Structure.OBJECT, Structure.OBJECT: Structure.TEXT}
ABOUT_STRUCTURE = ("response_format", "json_schema", "json schema", "json_object", "structured output", "grammar")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`narrows`: the server enforces only a part of JSON Schema and refuses the rest."""

    structure: Structure = Structure.SCHEMA
    narrows: bool = False
    length: str = "max_tokens"
    takes_temperature: bool = True
    tells_usage: bool = True

    def body(self, request: ModelRequest, document: Document, model: str, *, stream: bool = False) -> dict[str, Any]:
        """The body of a request, whose own body is the document in OpenAI's form.

        An empty model is left out, for servers that have it in the path.
        """
        body = {**document, "model": model} if model else dict(document)
        if len(given := [name for name in LIMITS if body.get(name) is not None]) == 1 and given[0] != self.length:
            body[self.length] = body.pop(given[0])
        if self.takes_temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        if request.schema is not None and self.structure is not Structure.SCHEMA:
            body["messages"] = instructed(request.schema, body["messages"])
            body.pop("response_format", None)
        if request.schema is not None and self.structure is not Structure.TEXT and "response_format" not in body:
            body["response_format"] = self._format(request.schema, request.schema_name)
        if stream:
            body["stream"] = True
            if self.tells_usage:
                body["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
        return body

    def after(self, problem: ServiceProblem, request: ModelRequest) -> "Dialect | None":
        """The next dialect to try after a refusal; None where the refusal is about something else."""
        if problem.is_unknown and problem.names(self.length):
            other = "max_completion_tokens" if self.length == "max_tokens" else "max_tokens"
            return replace(self, length=other)
        wishes = self.takes_temperature and request.temperature is not None
        if problem.is_unknown and wishes and problem.names("temperature"):
            return replace(self, takes_temperature=False)
        if self.tells_usage and problem.names("stream_options", "include_usage"):
            return replace(self, tells_usage=False)
        if self.structure in LESS and request.schema is not None and problem.names(*ABOUT_STRUCTURE):
            return replace(self, structure=LESS[self.structure])
        return None

    def _format(self, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        if self.structure is Structure.OBJECT:
            return {"type": "json_object"}
        narrow = narrowed(schema, requires_all=True) if is_expressible(schema) else None
        told = narrow if self.narrows and narrow is not None else schema
        # Servers that take the whole of JSON Schema may still hold a strict one to the rules of a narrow one.
        is_strict = narrow is not None and told == narrow
        return {"type": "json_schema", "json_schema": {"name": name, "strict": is_strict, "schema": told}}


def instructed(schema: Mapping[str, Any], messages: Sequence[Document]) -> list[Document]:
    """The messages with the schema written into the system's, for servers that do not enforce it."""
    told = msgspec.json.encode(schema).decode()
    words = f"Answer with one JSON object and nothing else. It must satisfy this JSON Schema:\n{told}"
    first = messages[0]
    if first["role"] == "system" and isinstance(first["content"], str):
        return [{**first, "content": f"{first['content']}\n\n{words}"}, *messages[1:]]
    return [{"role": "system", "content": words}, *messages]
