"""Errors as problem documents (RFC 9457), one format for all."""

import logging
import math
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.types import ExceptionHandlersMap

from frontdesk.interfaces import (
    Conflict,
    Failed,
    FrontdeskError,
    Invalid,
    KeyReused,
    LeaseLost,
    NotFound,
    SignInRefused,
    Stale,
    Unavailable,
)
from frontdesk.interfaces.access import TooMany
from frontdesk.model.translatable import text_of, tr

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems/"  # relative on purpose: the same wherever the product runs


class FieldError(msgspec.Struct, frozen=True):
    """An error in one part of a request."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document. `type` names the kind; `detail` says in words what is wrong and what to do.

    `detail` may be translatable, for pages; what encodes it says it in English.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: tuple[FieldError, ...] = ()


class Required(FrontdeskError):
    """A request came without a precondition that it needs."""


class Unsupported(FrontdeskError):
    """A request's body is of a kind that is not read here."""


# The first class that fits counts, so the special ones stand before the general.
STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (Invalid, 400, "invalid"),
    (NotFound, 404, "not-found"),
    (SignInRefused, 403, "not-allowed"),
    (Stale, 412, "changed-meanwhile"),
    (Conflict, 409, "conflict"),
    (KeyReused, 422, "key-reused"),
    (Required, 428, "precondition-required"),
    (Unsupported, 415, "unsupported-media-type"),
    (TooMany, 429, "too-many-requests"),
    (LeaseLost, 409, "conflict"),
    (Unavailable, 503, "not-ready"),
    (Failed, 502, "other-side-failed"),
)
NAMES = {
    400: "invalid",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "wrong-method",
    409: "conflict",
    412: "changed-meanwhile",
    413: "too-large",
    415: "unsupported-media-type",
    422: "key-reused",
    428: "precondition-required",
    429: "too-many-requests",
    500: "unexpected",
    503: "not-ready",
}

DETAILS = {
    401: tr("Sign in, or send an API key as `Authorization: Bearer fd_…`."),
    403: tr("Your role does not allow this."),
    404: tr("There is nothing at this address."),
    405: tr("The header Allow names the methods that can be used here."),
    413: tr("The body is larger than is taken here."),
}


def handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`: every exception becomes a problem document."""
    return {HTTPException: answer, FrontdeskError: answer, Exception: answer}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The problem document of an exception. An unexpected one is logged with the id that the document names."""
    problem, headers = problem_of(error, request.scope["path"])
    return document(problem, headers)


def document(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A problem document as a response."""
    return Response(
        msgspec.json.encode(problem, enc_hook=str),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def problem_of(error: Exception, path: str) -> tuple[Problem, dict[str, str]]:
    """The problem document of an exception, and its headers."""
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _of_litestar(error, path), {
            k: v for k, v in (error.headers or {}).items() if k.lower() != "content-type"
        }
    for kind, status, name in STATUSES:
        if isinstance(error, kind):
            return _of_ours(error, status, name, path), _headers(error)
    if isinstance(error, FrontdeskError):
        return make(400, error.text, path), {}
    number = secrets.token_hex(6)
    log.error("unexpected error %s at %s", number, path, exc_info=error)
    words = tr("Something went wrong here. It was logged as {number}.", number=number)
    return make(500, words, path), {}


def make(status: int, detail: str, path: str, errors: tuple[FieldError, ...] = (), name: str = "") -> Problem:
    """A problem document of a status, with the usual type and title."""
    name = name or NAMES.get(status, "refused")
    return Problem(TYPES + name, HTTPStatus(status).phrase, status, detail, path, errors)


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """For the specification: the problem documents that a route may answer with, besides those that all may."""
    described = {status: HTTPStatus(status).description or HTTPStatus(status).phrase for status in statuses}
    return {
        status: ResponseSpec(Problem, description=text, media_type=MEDIA_TYPE, generate_examples=False)
        for status, text in sorted(described.items())
    }


def _of_ours(error: Exception, status: int, name: str, path: str) -> Problem:
    field = error.field if isinstance(error, Invalid) else ""
    errors = (FieldError(field, str(error)),) if field else ()
    return make(status, text_of(error), path, errors, name)


def _headers(error: Exception) -> dict[str, str]:
    seconds = error.seconds if isinstance(error, TooMany) else None
    if isinstance(error, Failed) and error.after_seconds is not None:
        seconds = math.ceil(error.after_seconds)
    return {"Retry-After": str(seconds)} if seconds is not None else {}


def _of_litestar(error: HTTPException, path: str) -> Problem:
    if isinstance(error, ValidationException):
        if _only_in_path(error.extra):
            return make(404, DETAILS[404], path)
        errors = tuple(_field_errors(error.extra))
        return make(400, "; ".join(_told(each) for each in errors) or error.detail, path, errors)
    is_bare = error.detail == HTTPStatus(error.status_code).phrase
    return make(error.status_code, DETAILS.get(error.status_code, "") if is_bare else error.detail, path)


def _only_in_path(extra: Any) -> bool:
    """Whether only the address is wrong; then the answer is 404."""
    return isinstance(extra, list) and bool(extra) and all(each.get("source") == ParamType.PATH for each in extra)


def _told(error: FieldError) -> str:
    return f"{error.field}: {error.message}" if error.field else error.message


def _field_errors(extra: Any) -> list[FieldError]:
    if not isinstance(extra, list):
        return []
    errors = (each for each in extra if isinstance(each, Mapping))
    return [_field_error(str(each.get("key", "")), str(each.get("message", ""))) for each in errors]


def _field_error(key: str, message: str) -> FieldError:
    if key == "data":
        return FieldError("", "the body is missing: send a JSON object")
    return FieldError(key, message)
