"""`frontdesk simulate`: local stand-ins for other systems, for trials without them."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.root import frontdesk
from frontdesk.cli.serving import say_ready
from frontdesk.interfaces import Invalid
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.simulators.faults import Simulator
    from frontdesk.simulators.serving import Answering

SHARE = click.FloatRange(0, 1)


@group(frontdesk, "simulate")
def simulate() -> None:
    """Stand-ins for outside systems: as strict as the real ones, and faulty when told to be."""


def with_faults(function: Callable[..., None]) -> Callable[..., None]:
    """The options that every simulator of a back end takes."""
    options = (
        click.option("--port", type=click.IntRange(0, 65535), required=True, help="Port to listen on; 0 takes one."),
        click.option("--slow-ms", type=click.FloatRange(0), default=0, help="Answer after so long on average."),
        click.option("--fail-share", type=SHARE, default=0, help="Share of requests answered with 503."),
        click.option("--cut-share", type=SHARE, default=0, help="Share carried out, then cut without an answer."),
        click.option("--garbage-share", type=SHARE, default=0, help="Share carried out and answered with nonsense."),
        click.option("--seed", type=int, help="Make the faults the same each time."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def with_login(user: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options with which a simulator is told who may call it."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        function = click.option("--secret", default="secret", show_default=True, help="Their secret.")(function)
        return click.option("--user", default=user, show_default=True, help="Who may call.")(function)

    return decorate


@command(simulate, "fsm", role=Role.ADMIN, example="frontdesk simulate fsm --port 8101 --fail-share 0.3")
@with_faults
@with_login("frontdesk")
@click.option("--account", default="1", show_default=True, help="X-Account-ID that is expected.")
@click.option("--company", default="1", show_default=True, help="X-Company-ID that is expected.")
@click.option("--token-seconds", type=float, default=3600, show_default=True, help="How long a token is good.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the service calls.")
def fsm(
    user: str, secret: str, account: str, company: str, token_seconds: float, keep: Path | None, **served: Any
) -> None:
    """SAP Field Service Management: tokens and service calls. GET /_simulator/state shows them."""
    from frontdesk.simulators.fsm import Fsm
    from frontdesk.simulators.tokens import Tokens

    _serve_faulty(Fsm(Tokens(user, secret, token_seconds), account, company, keep), **served)


@command(simulate, "rules", role=Role.ADMIN, example="frontdesk simulate rules --port 8102")
@with_faults
@with_login("frontdesk")
@click.option("--service", default="route", show_default=True, help="RuleServiceId that is expected.")
def rules(user: str, secret: str, service: str, **served: Any) -> None:
    """SAP Business Rules: says the sample's route for an intent."""
    from frontdesk.simulators.rules import Rules
    from frontdesk.simulators.tokens import Tokens

    _serve_faulty(Rules(Tokens(user, secret), service), **served)


@command(simulate, "s4", role=Role.ADMIN, example="frontdesk simulate s4 --port 8103")
@with_faults
@with_login("frontdesk")
def s4(user: str, secret: str, **served: Any) -> None:
    """SAP S/4HANA: orders 4711001 (shipped), 4711002 (in preparation), 4711003 (received), 4711004 (blocked)."""
    from frontdesk.simulators.s4 import S4

    _serve_faulty(S4(user, secret), **served)


@command(simulate, "service-cloud", role=Role.ADMIN, example="frontdesk simulate service-cloud --port 8104")
@with_faults
@with_login("frontdesk")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the cases.")
def service_cloud(user: str, secret: str, keep: Path | None, **served: Any) -> None:
    """SAP Service Cloud V2: cases."""
    from frontdesk.simulators.service_cloud import ServiceCloud

    _serve_faulty(ServiceCloud(user, secret, keep), **served)


def serve_simulator(answering: "Answering", port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT; print the line "ready …". Raises Invalid when the port is taken."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows
        asyncio.run(_serve(answering, port))
        return
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(answering, port))


def _serve_faulty(
    simulator: "Simulator",
    port: int,
    slow_ms: float,
    fail_share: float,
    cut_share: float,
    garbage_share: float,
    seed: int | None,
) -> None:
    from frontdesk.simulators.faults import Faults, Faulty

    if fail_share + cut_share + garbage_share > 1:
        raise Invalid("the shares of faults are more than 1 together")
    faults = Faults(slow_ms, fail_share, cut_share, garbage_share)
    serve_simulator(Faulty(simulator, faults, seed).answer, port)


async def _serve(answering: "Answering", port: int) -> None:
    from frontdesk.simulators.serving import serving

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
    try:
        async with serving(answering, port) as address:
            say_ready(address)
            await stop.wait()
    except OSError as error:
        raise Invalid(f"cannot listen on port {port}: {error.strerror}", "port") from None
