"""The REST interface over an open container; a header names the caller, because authentication is tested elsewhere."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from frontdesk.edges.metrics.process import Metrics
from frontdesk.edges.problems import handlers
from frontdesk.edges.rest import RestServices, routes, specification
from frontdesk.edges.rest.services import Channels
from frontdesk.interfaces.access import CALLER
from frontdesk.model import Caller, Role
from frontdesk.services.parts import parts_of
from frontdesk.wiring.container import Container
from tests.one_application import become, fill_rest

JsonClient = AsyncClient


class NamedCaller(ASGIMiddleware):
    """Lets in whoever says so: the header x-role names the caller's role, an agent's without it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        role = Role(headers.get("x-role", "admin"))
        scope["user"] = Caller(headers.get("x-caller", f"id-{role}"), headers.get("x-caller", f"The {role}"), role)
        if not role.covers(scope["route_handler"].opt.get("role", Role.ANYONE)):
            raise NotAuthorizedException if role is Role.ANYONE else PermissionDeniedException
        acting = CALLER.set(scope["user"])
        await next_app(scope, receive, send)
        CALLER.reset(acting)


def services_of(container: Container, wake: Callable[[], None] = lambda: None, most: int = 1_000_000) -> RestServices:
    parts = parts_of(container)
    return RestServices(**parts, metrics=Metrics(), wake=wake, is_working=lambda: None, most_body_bytes=most)


def app_of(services: RestServices, channels: Channels | None = None) -> Litestar:
    return Litestar(
        route_handlers=routes(services, channels or Channels(services.configuration.codes)),
        middleware=[services.metrics.middleware, NamedCaller()],
        exception_handlers=handlers(),
        openapi_config=specification(),
        logging_config=None,
    )


@pytest.fixture
def services(container: Container) -> RestServices:
    return services_of(container)


@pytest.fixture(scope="session")
def made() -> list[tuple[RestServices, Channels, Litestar]]:
    """The application of all these tests, once there is one."""
    return []


@pytest.fixture
async def client(
    services: RestServices, made: list[tuple[RestServices, Channels, Litestar]]
) -> AsyncIterator[JsonClient]:
    # Litestar's own test client runs the app in a loop of its own, where a connection of the house cannot follow.
    channels = Channels(services.configuration.codes)
    if made:
        fill_rest(made[0][0], services)
        become(made[0][1], channels)
    else:
        made.append((services, channels, app_of(services, channels)))
    transport = ASGITransport(made[0][2], raise_app_exceptions=False)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://frontdesk.test") as opened:
        yield opened


@dataclass
class Desk:
    """Hands messages in by REST and works them off."""

    client: JsonClient
    container: Container

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/messages", json={"text": text, **more})
        assert answer.status_code in (200, 202), answer.text
        await self.container.runner.run_until_idle()
        return dict(answer.json())

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def desk(client: JsonClient, container: Container) -> Desk:
    return Desk(client, container)
