"""Addresses that there are not: told in the form of the protocol that the client speaks."""

from typing import Annotated, Any

import msgspec
from litestar import Response, route
from litestar.params import PathParameter

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway import anthropic
from frontdesk.edges.llm_gateway.openai import errors as openai
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup
from frontdesk.interfaces import NotFound
from frontdesk.model import Role


class UnknownRoutes(GatewayRouteGroup):
    """Everything else below the gateway's address."""

    exception_handlers = openai.openai_handlers()

    @route("/{rest:path}", http_method=["GET", "POST", "DELETE"], opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def unknown(self, request: Asked, rest: Annotated[str, PathParameter()]) -> Response[Any]:
        """Not found."""
        form = anthropic if "anthropic-version" in request.headers else openai
        status, body, _ = form.told(NotFound(f"{rest[:80]} is no address of this gateway"), request.scope["path"])
        return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
