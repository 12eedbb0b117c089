"""One typed endpoint for each use case, made of its data: a new file or published version is a new endpoint."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.failures import gateway_handlers
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, asker_of, check_model, check_use_case
from frontdesk.edges.llm_gateway.use_cases.answers import UseCaseShown, answered, shown
from frontdesk.edges.llm_gateway.use_cases.bodies import InvokeBody
from frontdesk.edges.llm_gateway.use_cases.specification import PATH, Specifications
from frontdesk.edges.rest.bodies import check_media_type, decode
from frontdesk.llm.routes import Route
from frontdesk.llm.use_case import UseCase
from frontdesk.model import Role
from frontdesk.model.llm import UseCaseOutcome

JSON = "application/json"
Name = Annotated[str, PathParameter(max_length=60)]


_decode_inputs = msgspec.json.Decoder(dict[str, Any]).decode
_decode_invoke = msgspec.json.Decoder(InvokeBody).decode


class UseCaseRoutes(GatewayRouteGroup):
    """Use cases."""

    exception_handlers = gateway_handlers()

    @get("/use-cases", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def list_all(self, request: Asked) -> list[UseCaseShown]:
        """Those in force that this caller may ask, by name."""
        lists = (await self.services.llm.room.lists.current()).lists
        found = sorted((await self.services.llm.room.registry.all()).items())
        return [self._shown(each, lists) for name, each in found if request.user.grant.allows(f"llm:use-case:{name}")]

    @get("/use-cases/{name:str}", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def read(self, request: Asked, name: Name) -> UseCaseShown:
        """One of them."""
        check_use_case(request, name)
        lists = (await self.services.llm.room.lists.current()).lists
        return self._shown(await self.services.llm.room.registry.get(name), lists)

    @post("/use-cases/{name:str}", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def ask(self, request: Asked, name: Name) -> Response[bytes]:
        """Ask one: the body is its inputs."""
        check_use_case(request, name)
        check_media_type(request)
        inputs = decode(_decode_inputs, await request.body())
        outcome = await self.services.llm.room.use_cases.run(name, inputs, asker_of(request))
        return _told(outcome)

    @post("/invoke", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def invoke(self, request: Asked) -> Response[bytes]:
        """Ask one by its name in the body."""
        check_media_type(request)
        body = decode(_decode_invoke, await request.body())
        check_use_case(request, body.use_case)
        routes: tuple[Route, ...] | None = None
        if body.provider:
            check_model(request, body.provider)
            routes = await self._routes(body)
        outcome = await self.services.llm.room.use_cases.run(
            body.use_case, body.inputs, asker_of(request), routes, fresh=body.fresh
        )
        return _told(outcome)

    @get("/openapi.json", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def openapi(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The OpenAPI document of all of `/llm/v1`, with the use cases in force."""
        lists = (await self.services.llm.room.lists.current()).lists
        document = self.documents.of(
            await self.services.llm.room.registry.all(), lists, request.app.state.get("sub_path") or "/"
        )
        return Response(document, media_type="application/vnd.oai.openapi+json;version=3.1")

    documents = Specifications()

    async def _routes(self, body: InvokeBody) -> tuple[Route, ...]:
        use_case = await self.services.llm.room.registry.get(body.use_case)
        route = self.services.llm.room.chains.route(body.provider).fitted(use_case.kind)
        return (route,) if route else ()

    def _shown(self, use_case: UseCase, lists: Mapping[str, Mapping[str, str]]) -> UseCaseShown:
        chain = [route.name for route in self.services.llm.room.chains.of(use_case)]
        return shown(use_case, f"{PATH}/use-cases/{use_case.name}", chain, lists)


def _told(outcome: UseCaseOutcome) -> Response[bytes]:
    return Response(msgspec.json.encode(answered(outcome)), media_type=JSON)
