"""The web server: puts pages and interfaces behind one door, and runs them with the work in one process."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response
from litestar.middleware import DefineMiddleware

from frontdesk import __version__
from frontdesk.edges.access.authenticator import AccessRules, Authenticator, check_demo, check_routes, demo_link
from frontdesk.edges.access.connections import ConnectionLimits, guarded, most_connections
from frontdesk.edges.access.headers import security_headers
from frontdesk.edges.access.rate_limits import TokenBuckets
from frontdesk.edges.access.xsuaa import Xsuaa
from frontdesk.edges.llm_gateway import GatewayServices, gateway_routes
from frontdesk.edges.metrics.models import ModelMetrics
from frontdesk.edges.metrics.process import Metrics
from frontdesk.edges.odata.routes import is_ours, odata_problem, odata_routes
from frontdesk.edges.odata.serving import ODataServer as OdataRoom
from frontdesk.edges.problems import answer, handlers, problem_of
from frontdesk.edges.rest import RestServices as InterfaceServices
from frontdesk.edges.rest import routes, specification
from frontdesk.edges.rest.services import Channels
from frontdesk.edges.webhooks.back_ends import Webhooks, WebhookServices
from frontdesk.edges.webhooks.channels import ChannelEndpoint, channel_routes
from frontdesk.interfaces import Invalid
from frontdesk.settings.sections import Settings
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.storage.pipeline.idempotency import forget_old_keys
from frontdesk.ui.chat.routes import ChatServices
from frontdesk.ui.console.set_up import SetUp
from frontdesk.ui.live import Live
from frontdesk.ui.problems import problem_page, reads_html
from frontdesk.ui.rendering import Pages
from frontdesk.ui.routes import router as pages_router
from frontdesk.ui.services import PageServices
from frontdesk.ui.track_keys import TrackKeys
from frontdesk.wiring.chat import chat_window
from frontdesk.wiring.console import console_services
from frontdesk.wiring.container import Container, new_id, now, open_container, run_work, settle
from frontdesk.wiring.odata import odata_server
from frontdesk.wiring.set_up import set_up_of
from frontdesk.workflows.runner import Runner
from frontdesk.workflows.schedule import keep_running, repeat

log = logging.getLogger(__name__)

PATIENCE = 10.0
CHORES_EVERY = 3600.0
FOLD_EVERY = 2.0
BACKLOG = 2048
KEEP_ALIVE = 30
WORK = "work"


@dataclass(frozen=True, slots=True)
class WebServices:
    """Whom the routes of an open house ask."""

    settings: Settings
    door: Authenticator
    live: Live
    interface: InterfaceServices
    channels: Channels
    webhooks: WebhookServices
    chat: ChatServices
    pages: PageServices
    set_up: SetUp
    gateway: GatewayServices
    odata: OdataRoom
    events: Sequence[ChannelEndpoint]


async def create_web(container: Container, is_working: Callable[[], bool | None] = lambda: None) -> Litestar:
    """The web application of an open container. Raises Undeclared for a route without a role.

    `is_working` tells whether this process works off messages as it should, None where it is not to.
    """
    return application(await web_services(container, is_working))


async def web_services(container: Container, is_working: Callable[[], bool | None] = lambda: None) -> WebServices:
    """What the application of a house is made of; see create_web."""
    settings = container.settings
    secret = await container.accounts.secret()
    tokens = Xsuaa(settings.security.xsuaa) if settings.security.xsuaa else None
    door = Authenticator(container.accounts, access_rules(settings), secret, tokens=tokens, audit=container.audit)
    live = Live(container.journal)

    def wake() -> None:
        container.runner.wake()
        live.wake()

    return WebServices(
        settings=settings,
        door=door,
        live=live,
        interface=_interface_services(container, wake, is_working),
        channels=Channels(container.codes),
        webhooks=WebhookServices(container.statuses, wake, settings.connectors.fsm.webhook_secret, _forged(door)),
        chat=chat_window(settings, container.database, secret, now),
        pages=_page_services(container, door, live, Pages(__version__), secret, wake),
        set_up=set_up_of(container),
        gateway=_gateway_services(container),
        odata=odata_server(container, wake),
        events=_doors(container, wake, door),
    )


def application(services: WebServices) -> Litestar:
    """All routes over these services. Raises Undeclared for a route without a role."""
    app = Litestar(
        route_handlers=[
            pages_router(services.pages, services.chat, services.set_up),
            *routes(services.interface, services.channels),
            Webhooks.bind(services.webhooks),
            *channel_routes(services.events),
            *gateway_routes(services.gateway),
            *odata_routes(services.odata),
        ],
        middleware=[
            DefineMiddleware(services.interface.metrics.middleware),
            DefineMiddleware(services.door.middleware),
        ],
        before_send=[services.chat.origins.cors(), security_headers(https=services.pages.https)],
        exception_handlers=dict.fromkeys(handlers(), _explain(services.pages.pages)),
        request_max_body_size=services.settings.server.max_body_bytes,
        lifespan=[_closing(services.live)],
        openapi_config=specification(),
        logging_config=None,
    )
    app.state.live = services.live
    check_routes(app)
    return app


def _doors(container: Container, wake: Callable[[], None], door: Authenticator) -> Sequence[ChannelEndpoint]:
    public_url = container.settings.server.public_url.rstrip("/")
    return [
        ChannelEndpoint(
            name, each.channel, each.kind.most_bytes, container.channels.take, wake, public_url, _forged(door)
        )
        for name, each in container.channels.channels.items()
        if each.kind.has_webhook
    ]


def _forged(door: Authenticator) -> Callable[[str, str, str], Awaitable[None]]:
    async def forged(name: str, place: str, reason: str) -> None:
        await door.spared.note("webhook_forged", "", place, name, reason=reason)

    return forged


def serve(settings: Settings, *, work: bool, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way within ten seconds.

    `work` also works off messages in this process. `ready` is told the address when it answers. Raises Invalid when
    the address cannot be had.
    """
    check_demo(settings.server.host, access_rules(settings))
    listening = _listen(settings.server.host, settings.server.port)
    told_to_stop_before_ready = contextlib.suppress(asyncio.CancelledError)
    with (
        contextlib.closing(listening),
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
        told_to_stop_before_ready,
    ):
        runner.run(_serve(settings, listening, work, ready))


def access_rules(settings: Settings) -> AccessRules:
    """How the door works under these settings."""
    security = settings.security
    return AccessRules(
        session_hours=security.session_hours,
        sign_ins_per_minute=security.sign_ins_per_minute,
        trust_proxy=security.trust_proxy,
        demo=security.demo_sign_in,
        demo_token=security.demo_token,
        public_url=settings.server.public_url,
    )


def _page_services(
    container: Container, door: Authenticator, live: Live, pages: Pages, secret: bytes, wake: Callable[[], None]
) -> PageServices:
    security = container.settings.security
    return PageServices(
        pages=pages,
        reader=StoredPages(container.database),
        codes=container.codes,
        insights=container.insights.report,
        inbox=container.inbox,
        door=door,
        submissions=TokenBuckets(security.submissions_per_minute),
        lookups=TokenBuckets(security.sign_ins_per_minute),
        live=live,
        keys=TrackKeys(secret),
        wake=wake,
        new_id=new_id,
        https=access_rules(container.settings).https,
        console=console_services(container),
    )


def _interface_services(
    container: Container, wake: Callable[[], None], is_working: Callable[[], bool | None]
) -> InterfaceServices:
    return InterfaceServices(
        inbox=container.inbox,
        interactions=container.interactions,
        replies=container.replies,
        customers=container.customers,
        contacts=container.contacts,
        readings=container.readings,
        codes=container.codes,
        code_entries=container.code_entries,
        work=container.work_desk,
        calls=container.service_desk,
        condition=container.condition,
        audit=container.audit,
        effects=container.effect_desk,
        rules=container.rule_desk,
        insights=container.insights.report,
        metrics=_metrics(container),
        channel_desk=container.channels.desk,
        channel_infos=container.channels.infos,
        today=lambda: now().date(),
        wake=wake,
        is_working=is_working,
        most_body_bytes=container.settings.server.max_body_bytes,
    )


def _metrics(container: Container) -> Metrics:
    metrics = Metrics()
    container.llm.calls.watch(ModelMetrics(metrics.registry, container.llm.room.open_circuits).note)
    return metrics


def _gateway_services(container: Container) -> GatewayServices:
    room, section = container.llm.room, container.settings.llm
    return GatewayServices(
        chat=room.chat,
        use_cases=room.use_cases,
        registry=room.registry,
        chains=room.chains,
        lists=room.lists,
        calls=container.llm.calls,
        currency=room.prices.currency,
        chat_tokens=section.chat_tokens,
        most_body_bytes=container.settings.server.max_body_bytes,
        most_audio_bytes=section.audio_megabytes * 1_000_000,
    )


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


async def _serve(settings: Settings, listening: socket.socket, work: bool, ready: Callable[[str], None]) -> None:
    _on_signals(_cancel_me())
    async with open_container(settings) as container:
        beside = _Beside(_background(container, work), container.runner)
        app = await create_web(container, beside.is_working if work else lambda: None)
        server = _Server(_config(app, settings))
        _stop_on_signals(server, app.state.live)
        await _say_how_to_begin(container)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        if work:  # pages answer meanwhile; only /ready says "not yet"
            await container.builtin.warm_up(await container.codes.catalogue())
        async with beside.running(lambda: _stop(server, app.state.live)):
            await server.has_started(serving)
            settle()
            if not server.should_exit:
                ready(_address(settings.server.host, listening) + demo_link(access_rules(settings)))
            await serving


class _Server(uvicorn.Server):
    """uvicorn, which here neither handles signals (we do) nor raises them again when all is done."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    async def has_started(self, serving: asyncio.Task[None]) -> None:
        while not self.started and not serving.done():
            await asyncio.sleep(0.01)


def _config(app: Litestar, settings: Settings) -> uvicorn.Config:
    logging.getLogger("uvicorn.access").addFilter(_without_query)
    return uvicorn.Config(
        app,
        http=guarded(connection_limits(settings)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=settings.logging.access,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=int(PATIENCE),
    )


def connection_limits(settings: Settings) -> ConnectionLimits:
    """What connections are held to. Behind a trusted proxy all come from its address."""
    server = settings.server
    per_place = 0 if settings.security.trust_proxy else server.connections_per_address
    return ConnectionLimits(most_connections(), per_place, server.header_seconds, server.body_seconds)


def _without_query(record: logging.LogRecord) -> bool:
    """Queries hold keys and e-mail addresses, which no log should."""
    if isinstance(record.args, tuple):
        record.args = tuple(part.partition("?")[0] if isinstance(part, str) else part for part in record.args)
    return True


def _stop_on_signals(server: uvicorn.Server, live: Live) -> None:
    """The first signal ends politely, a second at once. Open streams of events would never end by themselves."""

    _on_signals(lambda: _stop(server, live))


def _stop(server: uvicorn.Server, live: Live) -> None:
    server.force_exit = server.should_exit
    server.should_exit = True
    live.close()


def _on_signals(stop: Callable[[], object]) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop)


def _cancel_me() -> Callable[[], object]:
    task = asyncio.current_task()
    assert task is not None
    return task.cancel


def _background(container: Container, work: bool) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    chores = {
        "forget expired sessions": container.accounts.forget_expired,
        "forget old events of channels": lambda: container.channels.events.forget(
            container.settings.channels.keep_events_days
        ),
        "forget old idempotency keys": lambda: forget_old_keys(container.database, now()),
        "book calls of models whose process died": container.llm.admission.release_expired,
        "let work go that waits for nothing": container.work.free_stuck,
    }
    always = {
        "chores": lambda: repeat(chores, CHORES_EVERY),
        "insights": lambda: repeat({"fold insights": container.insights.desk.keep}, FOLD_EVERY),
    }
    return always | ({WORK: lambda: run_work(container)} if work else {})


class _Beside:
    """What runs beside the web server: started with it, and ended within `PATIENCE` seconds."""

    def __init__(self, wanted: Mapping[str, Callable[[], Coroutine[Any, Any, None]]], runner: Runner) -> None:
        self._wanted, self._runner = wanted, runner
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def is_working(self) -> bool:
        return WORK in self._tasks and not self._tasks[WORK].done() and not self._runner.is_failing

    @contextlib.asynccontextmanager
    async def running(self, stop: Callable[[], None]) -> AsyncIterator[None]:
        """Call `stop` where one of them cannot go on; that is raised in the end, so that the process fails."""
        self._tasks = {n: asyncio.create_task(keep_running(n, begin)) for n, begin in self._wanted.items()}
        for task in self._tasks.values():
            task.add_done_callback(lambda ended: None if ended.cancelled() or not ended.exception() else stop())
        try:
            yield
            for task in self._tasks.values():
                if task.done():
                    task.result()
        finally:
            for task in self._tasks.values():
                task.cancel()
            _, late = await asyncio.wait(self._tasks.values(), timeout=PATIENCE)
            if late:
                log.warning("%d tasks did not end in %.0f s: their leases will, others go on", len(late), PATIENCE)


async def _say_how_to_begin(container: Container) -> None:
    if not container.settings.security.demo_sign_in and not await container.accounts.accounts():
        log.warning(
            "nobody can sign in yet: make an account with `frontdesk users add EMAIL --role admin`, and a key for "
            "programs with `frontdesk keys add NAME --role service`"
        )


def _listen(host: str, port: int) -> socket.socket:
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Invalid(f"cannot listen on {where}: {error.strerror or error}", "server.host") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise Invalid(
                f"{where} is in use: choose another port with --port or FRONTDESK_PORT", "server.port"
            ) from None
        raise Invalid(f"cannot listen on {where}: {error.strerror}", "server.host") from None
    return listening


def _address(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop
