"""Maps failures of models to HTTP statuses and to the error formats of each interface."""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from frontdesk.edges.problems import answer, document, make
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


MEANINGS: Mapping[str, Meaning] = {
    kind: Meaning(**each)
    for kind, each in tomllib.loads(files(__package__).joinpath("failures.toml").read_text("utf-8")).items()
}


def meaning_of(error: ProviderFailed) -> Meaning:
    """What to answer; the service's own code says more than ours."""
    if not isinstance(error, ModelFailed):
        return MEANINGS[ErrorKind.SERVER_ERROR]
    if error.code == "model_not_found":
        return MEANINGS[error.code]
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


def gateway_handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`."""
    return {ProviderFailed: failed, HTTPException: answer, FrontdeskError: answer, Exception: answer}


def failed(request: Request[Any, Any, Any], error: ProviderFailed) -> Response[Any]:
    """The problem document of a model that gave no usable answer."""
    meaning = meaning_of(error)
    problem = make(meaning.status, str(error), request.scope["path"], name=meaning.problem)
    return document(problem, headers_of(error))
