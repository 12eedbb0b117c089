"""The REST interface /api/v1: translates between HTTP and our services, and decides nothing."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from frontdesk.edges.rest.audit import AuditRoutes
from frontdesk.edges.rest.channels import AttachmentRoutes, ChannelRoutes
from frontdesk.edges.rest.codes import CodeRoutes
from frontdesk.edges.rest.conditions import ConditionRoutes
from frontdesk.edges.rest.desk import AssignmentRoutes, MacroRoutes, NotificationRoutes
from frontdesk.edges.rest.insights.routes import InsightRoutes
from frontdesk.edges.rest.interactions import InteractionRoutes
from frontdesk.edges.rest.knowledge import ArticleRoutes, ProductRoutes
from frontdesk.edges.rest.learning import LearningRoutes
from frontdesk.edges.rest.messages import MessageRoutes
from frontdesk.edges.rest.orders import OrderRoutes
from frontdesk.edges.rest.people import ContactRoutes, Customers
from frontdesk.edges.rest.privacy import PrivacyRoutes
from frontdesk.edges.rest.questions import AnswerRoutes
from frontdesk.edges.rest.rules.routes import RuleSetRoutes
from frontdesk.edges.rest.services import Channels, RestServices, RouteGroup, refuse_unreadable
from frontdesk.edges.rest.specification import PATH, specification
from frontdesk.edges.rest.timing import TimingRoutes
from frontdesk.edges.rest.work import DecisionRoutes, EffectRoutes, WorkRoutes

__all__ = ["RestServices", "router", "routes", "specification"]

ROUTE_GROUPS: tuple[type[RouteGroup], ...] = (
    MessageRoutes,
    LearningRoutes,
    InteractionRoutes,
    Customers,
    ContactRoutes,
    CodeRoutes,
    DecisionRoutes,
    EffectRoutes,
    RuleSetRoutes,
    WorkRoutes,
    InsightRoutes,
    ChannelRoutes,
    AttachmentRoutes,
    ArticleRoutes,
    ProductRoutes,
    OrderRoutes,
    AuditRoutes,
    PrivacyRoutes,
    AnswerRoutes,
    AssignmentRoutes,
    MacroRoutes,
    TimingRoutes,
    NotificationRoutes,
)


def routes(services: RestServices, channels: Channels) -> list[ControllerRouterHandler]:
    """All routes: the interface and, outside of it, health, readiness and figures."""
    return [router(services, channels), ConditionRoutes.bind(services, channels)]


def router(services: RestServices, channels: Channels | None = None) -> Router:
    """The routes under /api/v1."""
    channels = channels or Channels(services.configuration.codes)
    return Router(
        path=PATH,
        route_handlers=[group.bind(services, channels) for group in ROUTE_GROUPS],
        before_request=refuse_unreadable,
        request_max_body_size=services.most_body_bytes,
        include_in_schema=True,
    )
