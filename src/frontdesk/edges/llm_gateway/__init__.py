"""The gateway /llm/v1: language models for other applications, typed by use case and OpenAI-compatible."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from frontdesk.edges.llm_gateway.anthropic import AnthropicRoutes
from frontdesk.edges.llm_gateway.openai.routes import AudioRoutes, OpenAiRoutes
from frontdesk.edges.llm_gateway.services import GatewayRouteGroup, GatewayServices
from frontdesk.edges.llm_gateway.unknown import UnknownRoutes
from frontdesk.edges.llm_gateway.use_cases.call_routes import CallRoutes
from frontdesk.edges.llm_gateway.use_cases.routes import UseCaseRoutes
from frontdesk.edges.llm_gateway.use_cases.specification import PATH
from frontdesk.edges.llm_gateway.use_cases.vector_routes import VectorRoutes

__all__ = ["GatewayServices", "gateway_routes"]

ROUTE_GROUPS: tuple[type[GatewayRouteGroup], ...] = (
    OpenAiRoutes,
    AnthropicRoutes,
    UseCaseRoutes,
    VectorRoutes,
    CallRoutes,
    UnknownRoutes,
)


def gateway_routes(services: GatewayServices) -> list[ControllerRouterHandler]:
    """All routes under /llm/v1."""
    groups = [group.bind(services) for group in ROUTE_GROUPS]
    audio = AudioRoutes.bind(services)
    return [
        Router(path=PATH, route_handlers=[*groups], request_max_body_size=services.most_body_bytes),
        Router(path=PATH, route_handlers=[audio], request_max_body_size=services.most_audio_bytes),
    ]
