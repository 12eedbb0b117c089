"""The OpenAPI 3.1 document of `/llm/v1`, made of the use cases in force."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

from frontdesk.edges.llm_gateway.anthropic import MessagesBody
from frontdesk.edges.llm_gateway.openai.requests import ChatBody, EmbeddingBody
from frontdesk.edges.llm_gateway.use_cases.answers import UseCaseAnswer, UseCaseShown
from frontdesk.edges.llm_gateway.use_cases.bodies import InvokeBody
from frontdesk.edges.llm_gateway.use_cases.call_routes import ReportAnswer
from frontdesk.edges.llm_gateway.use_cases.vector_routes import NumberAnswer, OneBody, SearchAnswer, SearchBody, TwoBody
from frontdesk.edges.problems import Problem
from frontdesk.llm.finishing import published
from frontdesk.llm.schemas import Lists
from frontdesk.llm.use_case import UseCase

PATH = "/llm/v1"
_DOCUMENT: dict[str, Any] = json.loads((files(__package__) / "document.json").read_text("utf-8"))


class Specifications:
    """Makes the document, and keeps it until a use case or a code list changes."""

    def __init__(self) -> None:
        """Start without a document."""
        self._made: tuple[object, object, bytes] | None = None

    def of(self, use_cases: Mapping[str, UseCase], lists: Lists, server: str) -> bytes:
        """The document as JSON; `server` is the path that its paths are below."""
        if self._made is None or self._made[0] is not use_cases or self._made[1] is not lists:
            document = msgspec.json.encode(specification(use_cases, lists) | {"servers": [{"url": server}]})
            self._made = (use_cases, lists, document)
        return self._made[2]


def specification(use_cases: Mapping[str, UseCase], lists: Lists) -> dict[str, Any]:
    """The document; `lists` give the codes that answers choose from."""
    typed = {f"{PATH}/use-cases/{name}": _endpoint(each, lists) for name, each in sorted(use_cases.items())}
    fixed = {f"{PATH}{path}": item for path, item in FIXED.items()}
    return _DOCUMENT | {"paths": typed | fixed, "components": _DOCUMENT["components"] | {"schemas": SCHEMAS}}


def _endpoint(use_case: UseCase, lists: Lists) -> dict[str, Any]:
    body = use_case.body
    content: dict[str, Any] = {"schema": published(body.inputs)}
    if body.examples:
        content["example"] = body.examples[0].inputs
    return {
        "post": {
            "operationId": body.name.replace("-", "_"),
            "summary": body.name.replace("-", " ").capitalize(),
            "description": body.description,
            "tags": ["Use cases"],
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": described(_envelope(body.name, published(body.answer, lists)), "The checked answer."),
        }
    }


def _envelope(name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a use case's answer."""
    whole: dict[str, Any] = SCHEMAS["UseCaseAnswer"]
    failures = {"type": "array", "items": SCHEMAS["RouteFailureAnswer"]}
    own = {"use_case": {"const": name}, "answer": answer, "tier": {"enum": ["builtin", "model"]}, "failures": failures}
    return whole | {"properties": whole["properties"] | own}


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
