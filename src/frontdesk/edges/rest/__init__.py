"""The REST interface /api/v1: translates between HTTP and the house, and chooses nothing."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from frontdesk.edges.rest.channels import AttachmentRoom, ChannelRoom
from frontdesk.edges.rest.codes import Codes
from frontdesk.edges.rest.conditions import Conditions
from frontdesk.edges.rest.insights import Insights
from frontdesk.edges.rest.interactions import Interactions
from frontdesk.edges.rest.messages import Messages
from frontdesk.edges.rest.people import Contacts, Customers
from frontdesk.edges.rest.rules import RuleSets
from frontdesk.edges.rest.services import Channels, Room, Services, refuse_unstorable
from frontdesk.edges.rest.specification import PATH, specification
from frontdesk.edges.rest.work import Decisions, Effects, WorkRoom

__all__ = ["Services", "router", "routes", "specification"]

ROOMS: tuple[type[Room], ...] = (
    Messages,
    Interactions,
    Customers,
    Contacts,
    Codes,
    Decisions,
    Effects,
    RuleSets,
    WorkRoom,
    Insights,
    ChannelRoom,
    AttachmentRoom,
)


def routes(services: Services) -> list[ControllerRouterHandler]:
    """All routes: the interface and, outside of it, health, readiness and figures."""
    channels = Channels(services.codes)
    return [router(services, channels), Conditions.bind(services, channels)]


def router(services: Services, channels: Channels | None = None) -> Router:
    """The routes under /api/v1."""
    channels = channels or Channels(services.codes)
    return Router(
        path=PATH,
        route_handlers=[room.bind(services, channels) for room in ROOMS],
        before_request=refuse_unstorable,
        request_max_body_size=services.most_body_bytes,
        include_in_schema=True,
    )
