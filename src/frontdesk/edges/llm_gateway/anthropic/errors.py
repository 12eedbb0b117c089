"""Refusals and failures as Anthropic's clients know them: `{"type": "error", "error": {"type", "message"}}`."""

from collections.abc import Mapping
from typing import Any

from litestar.types import ExceptionHandlersMap

from frontdesk.edges.llm_gateway.failures import handlers, headers_of, meaning_of
from frontdesk.edges.problems import problem_of
from frontdesk.interfaces import ProviderFailed

TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


def anthropic_handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`."""
    return handlers(told)


def told(error: Exception, path: str) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """Status, body and headers of an error."""
    if isinstance(error, ProviderFailed):
        meaning = meaning_of(error)
        return meaning.status, body_of(str(error), meaning.anthropic_type), headers_of(error)
    problem, headers = problem_of(error, path)
    kind = TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "api_error")
    return problem.status, body_of(str(problem.detail), kind), headers


def body_of(message: str, kind: str) -> dict[str, Any]:
    """An error's body."""
    return {"type": "error", "error": {"type": kind, "message": message}}
