"""`frontdesk serve` and `frontdesk worker`: processes that run until they are stopped."""

import asyncio
import contextlib
import logging
import signal

import click

from frontdesk.cli.framework.logs import log_to_stderr
from frontdesk.cli.framework.opening import Container, chosen_settings, override, with_container
from frontdesk.cli.framework.registry import command
from frontdesk.cli.root import frontdesk
from frontdesk.model import Role

log = logging.getLogger(__name__)


@command(frontdesk, "serve", role=Role.ADMIN, example="frontdesk serve --data /srv/frontdesk --port 8080")
@click.option("--host", help="Address to listen on. [default: server.host, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on. [default: server.port, 8000]")
@click.option("--no-work", is_flag=True, help="Only accept and show: workers do the rest.")
def serve(host: str | None, port: int | None, no_work: bool) -> None:
    """Serve pages and REST, and work off messages.

    Prints one line, "ready http://HOST:PORT", when it answers. Ends cleanly on SIGTERM and Ctrl-C: what is under way
    is finished first. A new folder has no accounts: make one with 'frontdesk users add'.
    """
    from frontdesk.wiring.serving import serve as serve_web

    settings = override(chosen_settings(), "server", host=host, port=port)
    log_to_stderr(settings.logging.level)
    serve_web(settings, work=settings.work.in_server and not no_work, ready=say_ready)


@command(frontdesk, "worker", role=Role.ADMIN, example="frontdesk worker --data /srv/frontdesk --slots 16")
@click.option("--slots", type=click.IntRange(1, 1000), help="Messages at a time. [default: work.slots, 8]")
def worker(slots: int | None) -> None:
    """Work off messages in a process of its own.

    It works beside a server and other workers on the same database. Any number of workers may run on PostgreSQL; on
    SQLite one beside the server is as much as the file can use. Ends on SIGTERM and Ctrl-C after what is under way.
    """
    settings = override(chosen_settings(), "work", slots=slots)
    log_to_stderr(settings.logging.level)
    with_container(_work, settings)


def say_ready(address: str) -> None:
    """Tell whoever started us that we answer now; the only line on stdout."""
    click.echo(f"ready {address}")


async def _work(container: Container) -> None:
    from frontdesk.wiring.current import Current
    from frontdesk.wiring.working import run_work, settle
    from frontdesk.workflows.schedule import keep_running

    await container.builtin.warm_up(await container.configuration.codes.catalogue())
    settle()
    current = Current(container)
    following = asyncio.create_task(keep_running("following what is set up", current.follow))
    working = asyncio.create_task(keep_running("work", lambda: run_work(current)))
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, working.cancel)
    log.info("working on %s", container.database.dialect)
    with contextlib.suppress(asyncio.CancelledError):
        await working
    following.cancel()
    log.info("stopped")
