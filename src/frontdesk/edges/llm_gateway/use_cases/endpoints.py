"""What the OpenAPI document says of the endpoints that are not use cases."""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.edges.llm_gateway.anthropic.requests import MessagesBody
from frontdesk.edges.llm_gateway.openai.requests import ChatBody, EmbeddingBody
from frontdesk.edges.llm_gateway.use_cases.answers import UseCaseAnswer, UseCaseShown
from frontdesk.edges.llm_gateway.use_cases.bodies import InvokeBody
from frontdesk.edges.llm_gateway.use_cases.call_routes import GROUPS, ReportAnswer
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
OF_PROBLEMS = {
    400: "The request is wrong, or the model does not take it.",
    401: "No valid key.",
    403: "The key's role or scopes do not reach this.",
    404: "There is no such use case, model or address.",
    413: "The body is too large.",
    415: "The body is of a kind that is not read here.",
    422: "Nothing may or can be answered: not masked, refused, or cut off.",
    429: "Too many requests, or the budget is spent.",
    502: "The model failed.",
    503: "No model can be asked now.",
    504: "No model answered in time.",
}


def described(answer: Mapping[str, Any], words: str, kind: str = JSON) -> dict[str, Any]:
    """The responses of an endpoint that answers this when all is well."""
    good = {"description": words, "content": {kind: {"schema": answer}}}
    return {"200": good} | {str(status): _refusal(text, PROBLEMS, ref(Problem)) for status, text in OF_PROBLEMS.items()}


def ref(kind: type) -> dict[str, str]:
    """Where the document describes a struct."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _refusal(text: str, kind: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {kind: {"schema": schema}}}


def _post(name: str, tag: str, words: str, body: type, answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": name,
            "summary": words,
            "tags": [tag],
            "requestBody": {"required": True, "content": {JSON: {"schema": ref(body)}}},
            "responses": described(answer, "Done."),
        }
    }


def _compatible(name: str, words: str, content: Mapping[str, Any] | None, kinds: tuple[str, ...]) -> dict[str, Any]:
    """An endpoint that follows another's reference: its answers are described there."""
    responses: dict[str, Any] = {"200": {"description": "As the reference of OpenAI, or Anthropic, describes it."}}
    responses["200"]["content"] = {kind: {"schema": {}} for kind in kinds}
    responses |= {str(status): _refusal(text, JSON, ANY) for status, text in OF_PROBLEMS.items()}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": words,
        "tags": ["OpenAI-compatible"],
        "responses": responses,
    }
    if content is None:
        return {"get": operation}
    return {"post": operation | {"requestBody": {"required": True, "content": dict(content)}}}


def _parameter(name: str, schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


_VECTORS = "Vectors"
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "model": {"type": "string"},
        "language": {"type": "string"},
        "response_format": {"enum": ["json", "text"]},
    },
    "required": ["file", "model"],
}
_TIME = {"type": "string", "format": "date-time"}
FIXED: Mapping[str, dict[str, Any]] = {
    "/use-cases": {
        "get": {
            "operationId": "use_cases",
            "summary": "List use cases",
            "tags": ["Use cases"],
            "responses": described({"type": "array", "items": ref(UseCaseShown)}, "Those that this key reaches."),
        }
    },
    "/invoke": _post("invoke", "Use cases", "Ask a use case by its name", InvokeBody, ref(UseCaseAnswer)),
    "/vectors/dot": _post("dot", _VECTORS, "The dot product", TwoBody, ref(NumberAnswer)),
    "/vectors/norm": _post("norm", _VECTORS, "The Euclidean length", OneBody, ref(NumberAnswer)),
    "/vectors/cosine-similarity": _post(
        "cosine_similarity", _VECTORS, "The cosine of the angle between two vectors", TwoBody, ref(NumberAnswer)
    ),
    "/vectors/similarity-search": _post(
        "similarity_search", _VECTORS, "The vectors nearest to one, best first", SearchBody, ref(SearchAnswer)
    ),
    "/calls": {
        "get": {
            "operationId": "calls",
            "summary": "What calls took and cost",
            "description": "A key sees its own calls; with the role supervisor, those of all callers.",
            "tags": ["Calls"],
            "parameters": [
                _parameter("by", {"type": "array", "maxItems": 7, "items": {"enum": list(GROUPS)}}, "Groups."),
                _parameter("since", _TIME, "From this moment on."),
                _parameter("until", _TIME, "Before this moment."),
            ],
            "responses": described(ref(ReportAnswer), "One item for each group."),
        }
    },
    "/chat/completions": _compatible(
        "chat_completions",
        "A chat completion, whole or streamed",
        {JSON: {"schema": ref(ChatBody)}},
        (JSON, "text/event-stream"),
    ),
    "/embeddings": _compatible(
        "embeddings", "One vector for each text", {JSON: {"schema": ref(EmbeddingBody)}}, (JSON,)
    ),
    "/audio/transcriptions": _compatible(
        "transcriptions", "The words of a recording", {"multipart/form-data": {"schema": _FORM}}, (JSON, "text/plain")
    ),
    "/messages": _compatible(
        "messages",
        "A message, as Anthropic's clients ask",
        {JSON: {"schema": ref(MessagesBody)}},
        (JSON, "text/event-stream"),
    ),
    "/models": _compatible("models", "What can be asked for", None, (JSON,)),
}
