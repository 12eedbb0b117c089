"""Refusals and failures as OpenAI's clients know them: `{"error": {"message", "type", "param", "code"}}`."""

from collections.abc import Mapping
from typing import Any

from litestar.types import ExceptionHandlersMap

from frontdesk.edges.llm_gateway.failures import handlers, headers_of, meaning_of
from frontdesk.edges.problems import problem_of
from frontdesk.interfaces import Invalid, NotFound, ProviderFailed

TYPES = {
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "not_allowed"),
    404: ("invalid_request_error", "not_found"),
    413: ("invalid_request_error", "too_large"),
    429: ("rate_limit_exceeded", "rate_limit_exceeded"),
}


class UnknownModel(NotFound):
    """A request names a model that leads nowhere."""


class RequestRefused(Invalid):
    """A request that OpenAI's interface refuses with a code of its own."""

    def __init__(self, message: str, param: str, code: str) -> None:
        """`param` names the field, `code` is OpenAI's."""
        super().__init__(message, param)
        self.code = code


def openai_handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`."""
    return handlers(told)


def told(error: Exception, path: str) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """Status, body and headers of an error."""
    if isinstance(error, ProviderFailed):
        meaning = meaning_of(error)
        return (
            meaning.status,
            body_of(str(error), meaning.openai_type, meaning.code, getattr(error, "param", "")),
            headers_of(error),
        )
    problem, headers = problem_of(error, path)
    kind, code = TYPES.get(problem.status, ("invalid_request_error" if problem.status < 500 else "server_error", ""))
    if isinstance(error, UnknownModel):
        code = "model_not_found"
    param = error.field if isinstance(error, Invalid) else ""
    code = error.code if isinstance(error, RequestRefused) else code
    return problem.status, body_of(str(problem.detail), kind, code, param), headers


def body_of(message: str, kind: str, code: str = "", param: str = "") -> dict[str, Any]:
    """An error's body."""
    return {"error": {"message": message, "type": kind, "param": param or None, "code": code or None}}
