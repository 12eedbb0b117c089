"""One typed endpoint for each use case, made of its data: a new file or published version is a new endpoint."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter

from frontdesk.edges.access import SCOPE
from frontdesk.edges.llm_gateway.bodies import InvokeBody
from frontdesk.edges.llm_gateway.problems import gateway_handlers
from frontdesk.edges.llm_gateway.services import Asked, GatewayRoom, asker_of, check_model, check_use_case
from frontdesk.edges.llm_gateway.specification import PATH, Specifications
from frontdesk.edges.llm_gateway.use_case_answers import UseCaseShown, encoded, shown
from frontdesk.edges.rest.bodies import check_media_type, decode
from frontdesk.llm.lines import Rung
from frontdesk.llm.use_case import UseCase
from frontdesk.model import Role
from frontdesk.model.llm import Outcome

JSON = "application/json"
Name = Annotated[str, PathParameter(max_length=60)]


_decode_inputs = msgspec.json.Decoder(dict[str, Any]).decode
_decode_invoke = msgspec.json.Decoder(InvokeBody).decode


class UseCaseRoutes(GatewayRoom):
    """Use cases."""

    include_in_schema = False
    exception_handlers = gateway_handlers()

    @get("/use-cases", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def list_all(self, request: Asked) -> list[UseCaseShown]:
        """Those in force that this caller may ask, by name."""
        lists = (await self.services.lists.current()).lists
        found = sorted((await self.services.shelf.all()).items())
        return [self._shown(each, lists) for name, each in found if request.user.grant.allows(f"llm:use-case:{name}")]

    @get("/use-cases/{name:str}", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def read(self, request: Asked, name: Name) -> UseCaseShown:
        """One of them."""
        check_use_case(request, name)
        lists = (await self.services.lists.current()).lists
        return self._shown(await self.services.shelf.get(name), lists)

    @post("/use-cases/{name:str}", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def ask(self, request: Asked, name: Name) -> Response[bytes]:
        """Ask one: the body is its inputs."""
        check_use_case(request, name)
        check_media_type(request)
        inputs = decode(_decode_inputs, await request.body())
        outcome = await self.services.use_cases.run(name, inputs, asker_of(request))
        return _told(outcome)

    @post("/invoke", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def invoke(self, request: Asked) -> Response[bytes]:
        """Ask one by its name in the body."""
        check_media_type(request)
        body = decode(_decode_invoke, await request.body())
        check_use_case(request, body.use_case)
        rungs: tuple[Rung, ...] | None = None
        if body.provider:
            check_model(request, body.provider)
            rungs = await self._rungs(body)
        outcome = await self.services.use_cases.run(
            body.use_case, body.inputs, asker_of(request), rungs, fresh=body.fresh
        )
        return _told(outcome)

    @get("/openapi.json", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def openapi(self) -> Response[bytes]:
        """The OpenAPI document of all of `/llm/v1`, with the use cases in force."""
        lists = (await self.services.lists.current()).lists
        document = self.documents.of(await self.services.shelf.all(), lists)
        return Response(document, media_type="application/vnd.oai.openapi+json;version=3.1")

    documents = Specifications()

    async def _rungs(self, body: InvokeBody) -> tuple[Rung, ...]:
        use_case = await self.services.shelf.get(body.use_case)
        rung = self.services.ladders.rung(body.provider).fitted(use_case.kind)
        return (rung,) if rung else ()

    def _shown(self, use_case: UseCase, lists: Mapping[str, Mapping[str, str]]) -> UseCaseShown:
        ladder = [rung.name for rung in self.services.ladders.of(use_case)]
        return shown(use_case, f"{PATH}/use-cases/{use_case.name}", ladder, lists)


def _told(outcome: Outcome) -> Response[bytes]:
    return Response(encoded(outcome), media_type=JSON)
