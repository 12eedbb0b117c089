"""Dialects of Chat Completions: what a server or model supports, learnt from its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from frontdesk.interfaces import ChatTurn, ModelRequest
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

    def body(self, request: ModelRequest, model: str, *, stream: bool = False) -> dict[str, Any]:
        """The request's body; an empty model is left out, for servers that have it in the path."""
        told = request.schema is not None and self.structure is not Structure.SCHEMA
        body: dict[str, Any] = {
            "messages": [{"role": t.role, "content": t.text} for t in (instructed(request) if told else request.turns)],
            self.length: request.max_tokens,
        }
        if model:
            body["model"] = model
        if self.takes_temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        if request.schema is not None and self.structure is not Structure.TEXT:
            body["response_format"] = self._format(request.schema, request.schema_name)
        if stream:
            body["stream"] = True
        return {**body, **request.sampling} if request.sampling else body

    def after(self, problem: ServiceProblem) -> "Dialect | None":
        """The next dialect to try after a refusal; None where the refusal is about something else."""
        if problem.is_unknown and problem.names(self.length):
            other = "max_completion_tokens" if self.length == "max_tokens" else "max_tokens"
            return replace(self, length=other)
        if problem.is_unknown and self.takes_temperature and problem.names("temperature"):
            return replace(self, takes_temperature=False)
        if self.structure in LESS and problem.names(*ABOUT_STRUCTURE):
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


def instructed(request: ModelRequest) -> tuple[ChatTurn, ...]:
    """The turns with the schema written into the system's, for servers that do not enforce it."""
    schema = msgspec.json.encode(request.schema).decode()
    words = f"Answer with one JSON object and nothing else. It must satisfy this JSON Schema:\n{schema}"
    if request.turns and request.turns[0].role == "system":
        return (ChatTurn("system", f"{request.turns[0].text}\n\n{words}"), *request.turns[1:])
    return (ChatTurn("system", words), *request.turns)
