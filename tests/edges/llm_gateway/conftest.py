"""The gateway as applications meet it: a server on loopback, the official clients, a stand-in model server behind."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx
import msgspec
import openai
import pytest
import uvicorn

from benchmarks.model_services import KEY, Fault, LlmSimulator, Rule
from benchmarks.model_services.scripts import Script
from frontdesk.model import Grant, Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Llm
from frontdesk.simulators.serving import serving
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.web import web_services
from tests.one_application import application_of

ASK: Any = [{"role": "user", "content": "My kettle leaks."}]
PRICED = {"stand-in": {"input": 1.0, "output": 2.0}}
# What is waited for until the time is over: with these as its rules a gateway gives little, otherwise more than needed.
WITHHELD = {Fault.HANG, Fault.STALL_STREAM}


@dataclass
class Gateway:
    """A running gateway; `model` is the server behind it."""

    url: str
    container: Container
    model: LlmSimulator
    key: str

    def script(self, *rules: Rule) -> None:
        """What the model does wrong from now on; the time that it is given stays what it was at the opening."""
        self.model.script = Script(rules)

    def openai(self, key: str = "", **more: Any) -> openai.AsyncOpenAI:
        more.setdefault("max_retries", 0)
        return openai.AsyncOpenAI(base_url=f"{self.url}/llm/v1", api_key=key or self.key, **more)

    def anthropic(self, key: str = "") -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(base_url=f"{self.url}/llm", api_key=key or self.key, max_retries=0)

    def http(self, key: str = "") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.AsyncClient(base_url=f"{self.url}/llm/v1", headers=headers, timeout=60)

    async def new_key(self, *scopes: str, role: Role = Role.SERVICE, name: str = "shop", **grant: int) -> str:
        _, secret = await self.container.people.accounts.add_key(name, role, Grant(frozenset(scopes), **grant))
        return secret

    async def calls(self) -> list[dict[str, Any]]:
        """What was recorded, by use case, outcome and caller."""
        await self.container.llm.room.calling.drain()
        await self.container.llm.calls.flush()
        found = await self.container.llm.calls.report(["use_case", "outcome", "caller"])
        return [{**each.group, "calls": each.calls, "cost": each.cost, "masked": each.masked} for each in found]


@asynccontextmanager
async def served(container: Container) -> AsyncIterator[str]:
    """The whole application on a free port of loopback."""
    services = await web_services(container)
    with application_of(services) as app:
        # The application goes on to the next test, so its life does not begin and end with the server's.
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        server.capture_signals = _nothing  # type: ignore[assignment,method-assign]  # pytest's handlers stay
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            services.live.close()
            server.should_exit = True
            await running


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def _nothing() -> _Nothing:
    return _Nothing()


Open = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def opened(tmp_path: Path, builtin: Builtin, migrated_file: Path) -> AsyncIterator[Open]:
    """Opens a gateway with these settings of `[llm]`, before a service of the protocol `kind`."""
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_file, tmp_path / "data")
    async with AsyncExitStack() as stack:

        async def open_gateway(*rules: Rule, kind: str = "openai", **section: Any) -> Gateway:
            model = LlmSimulator(rules)
            behind = await stack.enter_async_context(serving(model.answer))
            base = f"{behind}/v1" if kind == "openai" else behind
            service = {"kind": kind, "base_url": base, "key": KEY, "model": "stand-in"}
            service |= {"embedding_model": "stand-in", "speech_model": "stand-in"}
            seconds = 1.5 if any(rule.fault in WITHHELD for rule in rules) else 60
            raw = {
                "services": {"main": service},
                "chains": {"default": ["main"]},
                "prices": PRICED,
                "chat_seconds": seconds,
                "deadline_seconds": seconds,
                "attempts": 1,
            }
            settings = load(data=tmp_path / "data", environment={})
            settings = msgspec.structs.replace(settings, llm=msgspec.convert(raw | section, Llm))
            container = await stack.enter_async_context(open_container(settings, builtin))
            url = await stack.enter_async_context(served(container))
            _, key = await container.people.accounts.add_key("test", Role.SERVICE)
            return Gateway(url, container, model, key)

        yield open_gateway


@pytest.fixture
async def gateway(opened: Open) -> Gateway:
    """A gateway with one model service and nothing set."""
    return await opened()
