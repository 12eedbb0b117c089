"""Maps failures of models to HTTP statuses and to the error formats of each interface."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from frontdesk.interfaces import ErrorKind, FrontdeskError, ModelFailed, ProviderFailed

# Services are asked again at once by most clients; this is for those that would have to wait.
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """A status, with its error names in OpenAI's, Anthropic's and our own interface."""

    status: int
    openai_type: str
    code: str
    anthropic_type: str
    problem: str


_CALLERS = ("invalid_request_error", "invalid_request_error")
_OURS = ("server_error", "api_error")
_LIMITS = ("rate_limit_exceeded", "rate_limit_error")


def _meaning(status: int, types: tuple[str, str], code: str, problem: str = "") -> Meaning:
    return Meaning(status, types[0], code, types[1], problem or code.replace("_", "-"))


MEANINGS = {
    ErrorKind.TIMEOUT: _meaning(504, _OURS, "timeout"),
    ErrorKind.UNREACHABLE: _meaning(502, _OURS, "unreachable"),
    ErrorKind.RATE_LIMITED: _meaning(429, _LIMITS, "rate_limit_exceeded", "too-many-requests"),
    ErrorKind.SERVER_ERROR: _meaning(502, _OURS, "server_error", "model-failed"),
    # Our key is refused, not the caller's.
    ErrorKind.UNAUTHORISED: _meaning(502, _OURS, "model_refuses_our_key"),
    ErrorKind.BAD_REQUEST: _meaning(400, _CALLERS, "model_refuses_request"),
    ErrorKind.CONTENT_FILTER: _meaning(400, _CALLERS, "content_filter"),
    ErrorKind.REFUSED: _meaning(422, _CALLERS, "refused"),
    ErrorKind.CUT_OFF: _meaning(422, _CALLERS, "cut_off"),
    ErrorKind.EMPTY: _meaning(502, _OURS, "empty_answer"),
    ErrorKind.NOT_JSON: _meaning(502, _OURS, "not_json"),
    ErrorKind.WRONG_SCHEMA: _meaning(502, _OURS, "wrong_schema"),
    ErrorKind.UNSUPPORTED: _meaning(400, _CALLERS, "unsupported"),
    ErrorKind.NOT_MASKED: _meaning(422, _CALLERS, "not_masked"),
    ErrorKind.OVER_BUDGET: _meaning(
        429, ("insufficient_quota", "rate_limit_error"), "insufficient_quota", "over-budget"
    ),
    ErrorKind.OVER_LIMIT: _meaning(429, _LIMITS, "rate_limit_exceeded", "too-many-requests"),
    ErrorKind.BREAKER_OPEN: _meaning(503, _OURS, "model_unavailable"),
    ErrorKind.NEEDS_PERSON: _meaning(503, _OURS, "needs_person"),
}


NOT_FOUND = Meaning(404, "invalid_request_error", "model_not_found", "not_found_error", "model-refuses-request")


def meaning_of(error: ProviderFailed) -> Meaning:
    """What to answer; the service's own code says more than ours."""
    if not isinstance(error, ModelFailed):
        return MEANINGS[ErrorKind.SERVER_ERROR]
    if error.code == "model_not_found":
        return NOT_FOUND
    if error.code == "insufficient_quota":
        return MEANINGS[ErrorKind.OVER_BUDGET]
    meaning = MEANINGS[error.trouble]
    return replace(meaning, code=error.code) if error.code and meaning.status == 400 else meaning


def headers_of(error: ProviderFailed) -> dict[str, str]:
    """The headers that say when to retry. A spent budget needs no retry: OpenAI's clients heed `x-should-retry`."""
    meaning = meaning_of(error)
    if meaning.code == "insufficient_quota":
        return {"x-should-retry": "false"}
    if meaning.status in (429, 503):
        return {"Retry-After": str(max(1, math.ceil(error.after_seconds or RETRY_SECONDS)))}
    return {}


def handlers(told: Callable[[Exception, str], tuple[int, Any, Mapping[str, str]]]) -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`; `told` gives status, body and headers of an error at a path."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        status, body, headers = told(error, request.scope["path"])
        return Response(msgspec.json.encode(body), status_code=status, media_type="application/json", headers=headers)

    return {HTTPException: answer, FrontdeskError: answer, Exception: answer}
