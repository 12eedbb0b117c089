"""Runs the web server, with the work beside it: its socket, signals, and what runs in the background."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

import uvicorn
from litestar import Litestar

from frontdesk.edges.access.authenticator import check_demo, demo_link
from frontdesk.edges.access.connections import ConnectionLimits, guarded, most_connections
from frontdesk.edges.sub_path import below
from frontdesk.interfaces import Invalid
from frontdesk.settings.sections import Settings
from frontdesk.storage.pipeline.idempotency import forget_old_keys
from frontdesk.storage.search.index import keep_folded
from frontdesk.ui.first_start import link_of
from frontdesk.ui.live import Live
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.current import Current
from frontdesk.wiring.settings_trail import note_changed_settings
from frontdesk.wiring.web import access_rules, create_web
from frontdesk.wiring.working import run_work, settle
from frontdesk.workflows.schedule import keep_running, repeat

log = logging.getLogger(__name__)

PATIENCE = 10.0
CHORES_EVERY = 3600.0
FOLD_EVERY = 2.0
BACKLOG = 2048
KEEP_ALIVE = 30
WORK = "work"


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


async def _serve(settings: Settings, listening: socket.socket, work: bool, ready: Callable[[str], None]) -> None:
    _on_signals(_cancel_me())
    async with open_container(settings) as container:
        current = Current(container)
        beside = _Beside(_background(current, work))

        def is_working() -> bool:
            return beside.is_under_way(WORK) and not current.container.runner.is_down

        app = await create_web(container, is_working if work else lambda: None, current)
        server = _Server(_config(app, settings))
        _stop_on_signals(server, app.state.live)
        address = settings.server.public_url.rstrip("/") or _address(settings.server.host, listening)
        await _say_how_to_begin(container, address)
        await note_changed_settings(container)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        if work:  # pages answer meanwhile; only /ready says "not yet"
            await container.builtin.warm_up(await container.configuration.codes.catalogue())
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
        below(app.state.sub_path, app),
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
    per_place = 0 if settings.security.trusted_proxies else server.connections_per_address
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


def _background(current: Current, work: bool) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    container = current.container
    chores = {
        "forget expired sessions": container.people.accounts.forget_expired,
        "erase what was under way during an erasure": container.people.privacy.sweep,
        "let go what is kept no longer": container.people.retention.apply,
        "forget expired links": container.people.links.forget_expired,
        "bring words of older interactions up to date": lambda: keep_folded(container.database),
        "forget old idempotency keys": lambda: forget_old_keys(container.database, container.clock()),
        "book calls of models whose process died": container.llm.admission.release_expired,
        "let work go that waits for nothing": container.work.queue.free_stuck,
    }
    always = {
        "chores": lambda: repeat(chores, CHORES_EVERY),
        "insights": lambda: repeat({"fold insights": container.insights.service.keep}, FOLD_EVERY),
        "following what is set up": current.follow,
    }
    return always | ({WORK: lambda: run_work(current)} if work else {})


class _Beside:
    """What runs beside the web server: started with it, and ended within `PATIENCE` seconds."""

    def __init__(self, wanted: Mapping[str, Callable[[], Coroutine[Any, Any, None]]]) -> None:
        self._wanted = wanted
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[str] = set()

    def is_under_way(self, name: str) -> bool:
        """Whether it runs now: not while it has died and waits to be started again."""
        return name in self._under_way

    @contextlib.asynccontextmanager
    async def running(self, stop: Callable[[], None]) -> AsyncIterator[None]:
        """Call `stop` where one of them cannot go on; that is raised in the end, so that the process fails."""
        self._tasks = {n: asyncio.create_task(keep_running(n, self._watched(n))) for n in self._wanted}
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

    def _watched(self, name: str) -> Callable[[], Coroutine[Any, Any, None]]:
        async def run() -> None:
            self._under_way.add(name)
            try:
                await self._wanted[name]()
            finally:
                self._under_way.discard(name)

        return run


async def _say_how_to_begin(container: Container, base: str) -> None:
    if not container.settings.security.demo_sign_in and not await container.people.accounts.accounts():
        link = link_of(await container.people.accounts.secret())
        log.warning("nobody can sign in yet: make the first administrator at %s%s", base, link)


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
