"""`frontdesk demo`: the whole application with demo data, signed in by itself, on this machine only."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from frontdesk.cli.framework.logs import log_to_stderr
from frontdesk.cli.framework.opening import Container, chosen_file, chosen_folder, override, with_container
from frontdesk.cli.framework.registry import command
from frontdesk.cli.root import frontdesk
from frontdesk.cli.serving import say_ready
from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import NewMessage, Role

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings


@command(frontdesk, "demo", role=Role.ADMIN, example="frontdesk demo --data demo-data --port 8080")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on. [default: FRONTDESK_PORT, 8000]")
@click.option("--llm", "llm_url", metavar="URL", help="Have messages read by a model of this server, e.g. …/v1.")
@click.option("--model", metavar="NAME", help="The model, as that server calls it.")
@click.option("--llm-key-env", metavar="VARIABLE", help="Environment variable with the server's key, if it wants one.")
def demo(port: int | None, llm_url: str | None, model: str | None, llm_key_env: str | None) -> None:
    """Serve the application with demo data.

    Whoever opens the printed link is signed in as a supervisor. At first start some forty invented messages are handed
    in like any others and handled while you watch. Service calls are opened in a simulated SAP Field Service
    Management, unless other connectors are set up.

    Prints one line, "ready http://127.0.0.1:8000/sign-in?demo=…", when it answers: open that link. It is good until the
    demo ends, and only on this machine. The data is kept in its own folder (demo, within the default folder) unless
    --data names one. Ends on SIGTERM and Ctrl-C.

    With --llm a language model reads the messages: of any server that speaks OpenAI's Chat Completions (Ollama, vLLM,
    llama.cpp, LM Studio, OpenAI itself). While it does not answer, the built-in engine reads.
    """
    from frontdesk.wiring.serving import serve as serve_web

    settings = with_model(_demo_settings(port), llm_url, model, llm_key_env)
    log_to_stderr("WARNING" if settings.logging.level == "INFO" else settings.logging.level)
    with _field_service(settings) as ready_settings:
        with_container(load_demo, ready_settings)
        serve_web(ready_settings, work=True, ready=say_ready)


async def load_demo(container: Container) -> int:
    """Hand in the demo messages that are missing; returns how many."""
    from frontdesk.demo import demo_customers, demo_messages
    from frontdesk.wiring.container import now

    for number, name in demo_customers():
        with contextlib.suppress(Conflict):
            await container.people.customers.add(number, name, None)
    await _load_known(container)
    await _load_set_up(container)
    threads: dict[str, list[NewMessage]] = {}
    for each in demo_messages(now()):
        threads.setdefault(each.thread or each.message.provider_id, []).append(each.message)
    await read_again(container)
    return sum(await asyncio.gather(*(_hand_in(container, thread) for thread in threads.values())))


async def _load_known(container: Container) -> None:
    """Store articles, products and orders; orders only in the first place, as their days go by."""
    from frontdesk.answers.passages import text_of
    from frontdesk.demo.known import demo_articles, demo_orders, demo_products
    from frontdesk.demo.vectors import MadeBefore
    from frontdesk.knowledge.entries import digest_of
    from frontdesk.storage.knowledge.importing import Imported
    from frontdesk.wiring.container import now
    from frontdesk.workflows.make_vectors import make_vectors

    articles = [Imported(each, digest_of(each)) for each in demo_articles()]
    await container.knowledge.articles.take_in("demo", articles, "demo")
    with contextlib.suppress(KeyError):  # what was never read is read in the background
        made_before = [MadeBefore(each.name) for each in container.knowledge.encoders]
        await make_vectors(container.knowledge.vectors, made_before, text_of)
    await container.knowledge.products.put_all(demo_products())
    if not (await container.knowledge.order_book.page(1)).rows:
        await container.knowledge.order_book.put_all(demo_orders(now().date()))


async def _load_set_up(container: Container) -> None:
    """Store calendar, service levels and texts in the first place: what people change stays changed."""
    from frontdesk.demo.set_up import demo_macros, demo_timing

    macros, timing = container.configuration.macros, container.configuration.timing
    if any((await timing.entries()).values()):
        return
    for kind, name, entry in demo_timing():
        await timing.put(kind, name, entry, "demo")
    for each in demo_macros():
        await macros.put(each, "demo")


async def _hand_in(container: Container, thread: list[NewMessage]) -> int:
    """Hand in the messages of one interaction; how many were new."""
    joins, fresh = None, 0
    for message in thread:
        accepted = await container.messages.inbox.accept(replace(message, joins=joins), by="demo")
        joins = accepted.interaction_id
        fresh += not accepted.duplicate
    return fresh


def _demo_settings(port: int | None) -> "Settings":
    from frontdesk.settings.loading import load

    folder = chosen_folder() or (None if os.environ.get("FRONTDESK_DATA") else _own_folder())
    settings = load(file=chosen_file(), data=folder)
    settings = override(override(settings, "server", host="127.0.0.1", port=port), "help", enabled=True)
    token = settings.security.demo_token or secrets.token_urlsafe(24)
    return override(settings, "security", demo_sign_in=True, demo_token=token)


@contextlib.contextmanager
def _field_service(settings: "Settings") -> "Iterator[Settings]":
    """Serve the simulated field service beside the demo, and the settings to use it; what is set up already stays."""
    import msgspec

    from frontdesk.connectors.settings import Connectors
    from frontdesk.simulators.fsm import Fsm
    from frontdesk.simulators.serving import serving_beside
    from frontdesk.simulators.tokens import Tokens

    if settings.connectors != Connectors():
        yield settings
        return
    secret = secrets.token_urlsafe(16)
    simulator = Fsm(Tokens("demo", secret), file=settings.folder / "field-service.jsonl")
    with serving_beside(simulator.answer) as url:
        fsm = msgspec.structs.replace(
            settings.connectors.fsm,
            url=url,
            client_id="demo",
            client_secret=secret,
            account_id="1",
            company_id="1",
            business_partner="WALK-IN",
        )
        yield override(settings, "connectors", service_calls="fsm", fsm=fsm)


def _own_folder() -> Path:
    """The demo's own data folder, beside that of real data."""
    from frontdesk.settings.sections import Settings

    return Settings().folder / "demo"


NAME = "demo-model"
# A small machine takes long for one message and reads one at a time, so the time limit covers waiting in line.
PATIENCE = 600.0
AT_ONCE = 2


def with_model(settings: "Settings", url: str | None, model: str | None, key_env: str | None) -> "Settings":
    """The settings with this model before the built-in engine in every chain. Raises Invalid."""
    from frontdesk.providers.options import ServiceOptions

    if url is None:
        if model or key_env:
            raise Invalid("--model and --llm-key-env belong to --llm URL: name the server as well", "llm")
        return settings
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f"--llm {url!r} is not an address like http://127.0.0.1:11434/v1", "llm")
    if not model:
        raise Invalid("--llm needs --model NAME, as the server calls it", "model")
    service = ServiceOptions(
        kind="openai",
        base_url=url.rstrip("/"),
        model=model,
        key_env=key_env or "",
        first_byte_seconds=PATIENCE,
        idle_seconds=PATIENCE,
        total_seconds=PATIENCE,
    )
    with_service = override(
        settings,
        "llm",
        services={**settings.llm.services, NAME: service},
        chains={"default": [NAME, "builtin"]},
        deadline_seconds=PATIENCE,
        stretch=PATIENCE,
    )
    return override(with_service, "work", slots=AT_ONCE)


async def read_again(container: Container) -> None:
    """Have the model read what an earlier demo without it had read by the built-in engine."""
    from frontdesk.model import Tier

    if NAME in container.settings.llm.services:
        await container.work.rereadings.plan(Tier.BUILTIN, marked_only=False, limit=1000)
