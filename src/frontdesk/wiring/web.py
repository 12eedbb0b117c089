"""Builds the web application: pages and interfaces over the services, behind one door."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from litestar import Litestar, Request, Response
from litestar.middleware import DefineMiddleware

from frontdesk import __version__
from frontdesk.channels.registry import KINDS
from frontdesk.edges.access.authenticator import AccessRules, Authenticator, check_routes
from frontdesk.edges.access.headers import security_headers
from frontdesk.edges.access.proxies import TrustedProxies
from frontdesk.edges.access.rate_limits import TokenBuckets
from frontdesk.edges.access.reach import Reach
from frontdesk.edges.access.xsuaa import Xsuaa
from frontdesk.edges.llm_gateway import GatewayServices, gateway_routes
from frontdesk.edges.metrics.models import ModelMetrics
from frontdesk.edges.metrics.process import Metrics
from frontdesk.edges.odata.routes import is_ours, odata_problem, odata_routes
from frontdesk.edges.odata.serving import ODataServer
from frontdesk.edges.problems import answer, handlers, problem_of
from frontdesk.edges.rest import RestServices, routes, specification
from frontdesk.edges.rest.services import Channels
from frontdesk.edges.rest.specification import document as api_document
from frontdesk.edges.sub_path import sub_path
from frontdesk.edges.webhooks.back_ends import Webhooks, WebhookServices
from frontdesk.edges.webhooks.channels import ChannelEndpoint, Endpoints, channel_routes
from frontdesk.interfaces import SignIn
from frontdesk.services.parts import parts_of
from frontdesk.settings.sections import Settings
from frontdesk.ui.brand import Brand
from frontdesk.ui.chat.origins import ODATA, Origins
from frontdesk.ui.chat.routes import ChatServices
from frontdesk.ui.help_articles import HelpCentre
from frontdesk.ui.live import Live
from frontdesk.ui.problems import problem_page, reads_html
from frontdesk.ui.rendering import Pages
from frontdesk.ui.routes import router as pages_router
from frontdesk.ui.services import PageServices
from frontdesk.ui.track_keys import TrackKeys
from frontdesk.wiring.chat import chat_window
from frontdesk.wiring.container import Container
from frontdesk.wiring.current import Current, Latest
from frontdesk.wiring.odata import odata_server
from frontdesk.wiring.signing_in import sign_in_service


@dataclass(frozen=True, slots=True)
class WebServices:
    """What the routes of each door ask."""

    settings: Settings
    door: Authenticator
    live: Live
    rest: RestServices
    channels: Channels
    webhooks: WebhookServices
    chat: ChatServices
    pages: PageServices
    gateway: GatewayServices
    odata: ODataServer
    events: Endpoints


EXCHANGED = ("rest", "webhooks", "chat", "pages", "gateway", "odata", "events")  # when something is set up


async def create_web(
    container: Container, is_working: Callable[[], bool | None] = lambda: None, current: Current | None = None
) -> Litestar:
    """The web application of an open container. Raises Undeclared for a route without a role.

    `is_working` tells whether this process works off messages as it should, None where it is not to. When another
    container counts in `current`, the routes ask that one from then on.
    """
    current = current or Current(container)
    first = await web_services(container, is_working, current)
    latest = {name: Latest(getattr(first, name)) for name in EXCHANGED}

    async def exchange(new: Container) -> None:
        services = await web_services(new, is_working, current, first)
        for name, each in latest.items():
            each.newest = getattr(services, name)

    current.on_change = exchange
    return application(replace(first, **cast(dict[str, Any], latest)))


async def web_services(
    container: Container,
    is_working: Callable[[], bool | None] = lambda: None,
    current: Current | None = None,
    first: WebServices | None = None,
) -> WebServices:
    """What the routes ask, over an open container. What lives as long as the process is that of `first`."""
    settings, current = container.settings, current or Current(container)
    secret = await container.people.accounts.secret()
    tokens = Xsuaa(settings.security.xsuaa) if settings.security.xsuaa else None
    door = (
        first.door
        if first
        else Authenticator(
            container.people.accounts,
            access_rules(settings),
            secret,
            tokens=tokens,
            audit=container.people.audit,
            reach=Reach(container.interactions.reach),
        )
    )
    signing_in = sign_in_service(container, door, access_rules(settings), secret)
    live = first.live if first else Live(container.work.journal)
    metrics = first.rest.metrics if first else _metrics(current)

    def wake() -> None:
        container.runner.wake()
        container.assigning.wake()
        live.wake()

    return WebServices(
        settings=settings,
        door=door,
        live=live,
        rest=_rest_services(container, wake, is_working, metrics),
        channels=Channels(container.configuration.codes),
        webhooks=WebhookServices(container.work.statuses, wake, settings.connectors.fsm.webhook_secret, _forged(door)),
        chat=chat_window(settings, container.messages.chats, secret, container.clock),
        pages=_page_services(container, signing_in, live, secret, wake, current.look),
        gateway=_gateway_services(container),
        odata=odata_server(container, wake),
        events=_endpoints(container, wake, door),
    )


def application(services: WebServices) -> Litestar:
    """All routes over these services. Raises Undeclared for a route without a role."""
    app = Litestar(
        route_handlers=[
            pages_router(services.pages, services.chat),
            *routes(services.rest, services.channels),
            Webhooks.bind(services.webhooks),
            *channel_routes([each.name for each in KINDS if each.has_webhook], services.events),
            *gateway_routes(services.gateway),
            *odata_routes(services.odata),
        ],
        middleware=[DefineMiddleware(services.rest.metrics.middleware), DefineMiddleware(services.door.middleware)],
        before_send=[
            services.chat.origins.cors(lambda: services.chat.origins),
            *([origins_of(services.settings).cors()] if services.settings.security.origins else []),
            security_headers(https=services.pages.https),
        ],
        exception_handlers=dict.fromkeys(handlers(), _explain(services.pages.pages)),
        request_max_body_size=services.settings.server.max_body_bytes,
        lifespan=[_closing(services.live)],
        openapi_config=specification(),
        logging_config=None,
    )
    app.state.live = services.live
    app.state.sub_path = sub_path(services.settings.server.public_url, (each.path for each in app.routes))
    check_routes(app)
    return app


def access_rules(settings: Settings) -> AccessRules:
    """The access rules under these settings."""
    security = settings.security
    return AccessRules(
        session_hours=security.session_hours,
        sign_ins_per_minute=security.sign_ins_per_minute,
        proxies=TrustedProxies.read(security.trusted_proxies),
        demo=security.demo_sign_in,
        demo_token=security.demo_token,
        public_url=settings.server.public_url,
        agents_by_team=security.agents_by_team,
        origins=origins_of(settings).allowed,
    )


def origins_of(settings: Settings) -> Origins:
    """The web sites that may use OData. Raises Invalid for origins that are none."""
    return Origins.of(settings.security.origins, settings.server.public_url, ODATA)


def _metrics(current: Current) -> Metrics:
    metrics = Metrics()
    models = ModelMetrics(metrics.registry, lambda: current.container.llm.room.open_circuits())
    current.container.llm.calls.watch(models.note)
    return metrics


def _rest_services(
    container: Container, wake: Callable[[], None], is_working: Callable[[], bool | None], metrics: Metrics
) -> RestServices:
    most_bytes = container.settings.server.max_body_bytes
    return RestServices(
        **parts_of(container), metrics=metrics, wake=wake, is_working=is_working, most_body_bytes=most_bytes
    )


def _page_services(
    container: Container,
    door: SignIn,
    live: Live,
    secret: bytes,
    wake: Callable[[], None],
    apply: Callable[[], Awaitable[None]],
) -> PageServices:
    security = container.settings.security
    return PageServices(
        **parts_of(container),
        pages=Pages(__version__, _brand(container.settings), demo=security.demo_sign_in),
        help=_help(container),
        questions=TokenBuckets(security.submissions_per_minute),
        door=door,
        submissions=TokenBuckets(security.submissions_per_minute),
        lookups=TokenBuckets(security.sign_ins_per_minute),
        live=live,
        keys=TrackKeys(secret),
        wake=wake,
        apply=apply,
        https=access_rules(container.settings).https,
        api_document=api_document,
    )


def _brand(settings: Settings) -> Brand:
    given = settings.branding
    return Brand(given.name, given.logo, given.color, given.footer)


def _help(container: Container) -> HelpCentre:
    settings = container.settings
    return HelpCentre(
        container.knowledge.base, container.clock, settings.server.public_url, enabled=settings.help.enabled
    )


def _gateway_services(container: Container) -> GatewayServices:
    section = container.settings.llm
    return GatewayServices(
        llm=container.llm,
        chat_tokens=section.chat_tokens,
        most_body_bytes=container.settings.server.max_body_bytes,
        most_audio_bytes=section.audio_megabytes * 1_000_000,
    )


def _endpoints(container: Container, wake: Callable[[], None], door: Authenticator) -> Endpoints:
    public_url, channels = container.settings.server.public_url.rstrip("/"), container.customer_channels
    take, forged = container.channels.events.take, _forged(door)
    return {
        name: ChannelEndpoint(
            name, each.channel, each.kind.most_bytes, take, wake, public_url, forged, name in channels.paused
        )
        for name, each in channels.open.items()
        if each.kind.has_webhook
    }


def _forged(door: Authenticator) -> Callable[[str, str, str], Awaitable[None]]:
    async def forged(name: str, place: str, reason: str) -> None:
        await door.spared.note("webhook_forged", "", place, name, reason=reason)

    return forged


def _explain(pages: Pages) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    """Problems as pages for browsers, as problem documents for programs."""

    def explain(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if is_ours(request.scope):
            return odata_problem(request, error)
        if not reads_html(request):
            return answer(request, error)
        problem, headers = problem_of(error, request.scope["path"])
        return problem_page(pages, request, problem.status, problem.detail, headers)

    return explain


def _closing(live: Live) -> Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def closing(_app: Litestar) -> AsyncIterator[None]:
        yield
        live.close()

    return closing
