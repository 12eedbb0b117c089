"""What the OpenAPI document says of the endpoints that are not use cases (endpoints.json), and of their refusals."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

from frontdesk.edges.llm_gateway.anthropic.requests import MessagesBody
from frontdesk.edges.llm_gateway.openai.requests import ChatBody, EmbeddingBody
from frontdesk.edges.llm_gateway.use_cases.answers import UseCaseAnswer, UseCaseShown
from frontdesk.edges.llm_gateway.use_cases.bodies import InvokeBody
from frontdesk.edges.llm_gateway.use_cases.call_routes import ReportAnswer
from frontdesk.edges.llm_gateway.use_cases.vector_routes import NumberAnswer, OneBody, SearchAnswer, SearchBody, TwoBody
from frontdesk.edges.problems import Problem

JSON, PROBLEMS = "application/json", "application/problem+json"
ANY = {"type": "object"}
_TYPES = (
    ChatBody,
    EmbeddingBody,
    InvokeBody,
    MessagesBody,
    NumberAnswer,
    OneBody,
    Problem,
    ReportAnswer,
    SearchAnswer,
    SearchBody,
    TwoBody,
    UseCaseAnswer,
    UseCaseShown,
)
_, SCHEMAS = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
OF_PROBLEMS: Mapping[str, str] = json.loads((files(__package__) / "refusals.json").read_text("utf-8"))


def described(answer: Mapping[str, Any], words: str, kind: str = JSON) -> dict[str, Any]:
    """The responses of an endpoint that answers this when all is well."""
    good = {"description": words, "content": {kind: {"schema": answer}}}
    return {"200": good} | {status: _refusal(text, PROBLEMS, ref(Problem)) for status, text in OF_PROBLEMS.items()}


def ref(kind: type) -> dict[str, str]:
    """Where the document describes a struct."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _refusal(text: str, kind: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {kind: {"schema": schema}}}


def _whole(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with what it refuses; those that follow another's reference refuse as that does."""
    form = (JSON, ANY) if operation["tags"] == ["OpenAI-compatible"] else (PROBLEMS, ref(Problem))
    refusals = {status: _refusal(text, *form) for status, text in OF_PROBLEMS.items()}
    return operation | {"responses": operation["responses"] | refusals}


FIXED: Mapping[str, dict[str, Any]] = {
    path: {method: _whole(operation) for method, operation in methods.items()}
    for path, methods in json.loads((files(__package__) / "endpoints.json").read_text("utf-8")).items()
}
