"""Failures of models as problem documents (RFC 9457), for the typed part of the gateway."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from frontdesk.edges.llm_gateway.failures import headers_of, meaning_of
from frontdesk.edges.problems import answer, document, make
from frontdesk.interfaces import FrontdeskError, ProviderFailed


def gateway_handlers() -> ExceptionHandlersMap:
    """For Litestar's `exception_handlers`."""
    return {ProviderFailed: failed, HTTPException: answer, FrontdeskError: answer, Exception: answer}


def failed(request: Request[Any, Any, Any], error: ProviderFailed) -> Response[Any]:
    """The problem document of a model that gave no usable answer."""
    meaning = meaning_of(error)
    problem = make(meaning.status, str(error), request.scope["path"], name=meaning.problem)
    return document(problem, headers_of(error))
