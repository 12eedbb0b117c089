"""How the routes of the REST interface are declared: what a signature says already is not said again."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_args

from litestar import delete, get, patch, post, put
from litestar.datastructures import ResponseHeader
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec

from frontdesk.edges.problems import refusals
from frontdesk.edges.rest.bodies import StrictJson
from frontdesk.model import Role

Declared = Callable[[Callable[..., Any]], HTTPRouteHandler]

ETAG = ResponseHeader(name="ETag", documentation_only=True, description="The version; send it in If-Match.")
_METHODS = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}
# What a request with such a part may be refused with.
_BY_PART = {"data": (413, 415), "if_match": (412,), "idempotency_key": (409, 422)}


def route(
    method: str,
    path: str,
    role: Role,
    summary: str,
    description: str | None = None,
    *,
    also: tuple[int, ...] = (),
    etag: bool = False,
    responses: Mapping[int, ResponseSpec] | None = None,
    **more: Any,
) -> Declared:
    """Declare a route for callers of this role or a higher one.

    Its refusals follow from its path and parameters; `also` names those beyond. A parameter `data` is read strictly as
    JSON. With `etag` the answer says its version. `responses` and what is left are Litestar's.
    """

    def declare(handler: Callable[..., Any]) -> HTTPRouteHandler:
        parameters = inspect.signature(handler).parameters
        if "data" in parameters:
            body: Any = get_args(parameters["data"].annotation)[0]
            more["dto"] = StrictJson[body]
        if etag:
            more.setdefault("response_headers", [ETAG])
        declared: HTTPRouteHandler = _METHODS[method](
            path,
            opt={"role": role},
            summary=summary,
            description=description,
            responses={**(responses or {}), **refusals(*_refusals(method, path, role, parameters), *also)},
            **more,
        )(handler)
        return declared

    return declare


def _refusals(method: str, path: str, role: Role, parameters: Mapping[str, Any]) -> list[int]:
    statuses = [429] if role is Role.ANYONE else [401, 403, 429]
    if not parameters.keys() <= {"self", "request"}:
        statuses.append(400)
    if "{" in path:
        statuses.append(404)
    if "if_match" in parameters and method != "DELETE":
        statuses.append(428)
    return statuses + [status for part, of_it in _BY_PART.items() if part in parameters for status in of_it]
