"""The routes of the OData services: each is mounted whole, and asks for the least role of all that it offers."""

from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from frontdesk.edges.odata.catalogue import SERVICES
from frontdesk.edges.odata.errors import error_of
from frontdesk.edges.odata.serving import ODataServer
from frontdesk.model import Role
from frontdesk.model.entities import ODataService


def odata_routes(server: ODataServer) -> list[ASGIRouteHandler]:
    """One mounted handler for each service."""
    return [_mounted(server, service) for service in SERVICES.values()]


def _mounted(server: ODataServer, service: ODataService) -> ASGIRouteHandler:
    scope_of_keys = {"scope": "llm"} if service.path == "llm-proxy" else {}

    @asgi(
        f"/{service.path}",
        is_mount=True,
        copy_scope=False,
        opt={"role": Role.SERVICE, **scope_of_keys},
        name=f"odata {service.path}",
    )
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await server.serve(service, scope, receive, send)

    return serve


def is_ours(scope: Scope) -> bool:
    """Whether a request is for one of the services; the path itself has been cut to what is below the mount."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return path.strip("/").partition("/")[0].partition("?")[0] in SERVICES


def odata_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The error of a request that was refused before it came here."""
    status, body, headers = error_of(error, request.scope["path"])
    headers |= {"OData-Version": "4.0"}
    if status == HTTPStatus.FORBIDDEN and request.scope["auth"].csrf_token:
        headers["X-CSRF-Token"] = "Required"  # UI5 then fetches the token and sends the request again
    return Response(body, status_code=status, media_type="application/json;odata.metadata=minimal", headers=headers)
