"""The gateway's overhead for each call over asking the model directly, beside other gateways, in turns.

Overhead is measured over a model that takes 50 ms, so that it is not the wait behind other callers for a busy
processor; throughput over one that answers at once. `per core` is by the processor time that the gateway itself uses.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks import peers
from benchmarks.measure import Figure, percentile
from benchmarks.peers import MODEL, SLOW, Models, NotToBeHad, Subject
from benchmarks.servers import Process, free_port, new_key, run, running, wait_until_ready
from frontdesk.outgoing import Outgoing

KEY = "stand-in-key"
CLIENTS = (1, 8, 32)
BUSIEST = CLIENTS[-1]
LATENCY = 50
ROUNDS, WARM_UP = 4, 200
CALLS = {1: 30, 8: 160, 32: 480}  # each round, of the slow model
INSTANT_CALLS = 640  # each round, at 32 clients; a fifth of it where a round would take minutes
FIFTH = ("litellm",)
TEXT = "My washing machine shows the error E18 and leaks; the order was 4500012345."
SETTINGS = """
[llm]
masking = "{masking}"
"""
SERVICE = """
[llm.services.{name}]
kind = "openai"
base_url = "{url}/v1"
key = "{key}"
model = "{name}"
[llm.prices.{name}]
input = 1.0
output = 2.0
"""


@dataclass
class Seen:
    """What was measured of one subject at one number of clients, over all rounds."""

    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return percentile(self.waits, 50) * 1000

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return percentile(self.waits, 99) * 1000

    @property
    def each_second(self) -> float:
        """Calls a second of the clock."""
        return len(self.waits) / self.seconds

    @property
    def each_core_second(self) -> float:
        """Calls for a second of the processor time that the subject itself used."""
        return len(self.waits) / self.cpu if self.cpu else 0.0


class Measured(Protocol):
    """A subject that can be measured."""

    name: str

    async def load(self, clients: int, count: int, seen: Seen, *, is_slow: bool = False) -> None:
        """Ask so often, by so many at once, and add what was seen."""
        ...


class ByHttp:
    """A subject behind an address."""

    def __init__(self, subject: Subject, outgoing: Outgoing) -> None:
        self.name, self._subject = subject.name, subject
        self._instant = outgoing.client(subject.url, dict(subject.headers))
        self._slow = outgoing.client(subject.url, dict(subject.slow_headers or subject.headers))

    async def load(self, clients: int, count: int, seen: Seen, *, is_slow: bool = False) -> None:
        numbers, body = iter(range(count)), self._subject.body(TEXT, is_slow=is_slow)
        asking = self._slow if is_slow else self._instant

        async def client() -> None:
            for _ in numbers:
                began = time.perf_counter()
                answer = await asking.send("POST", self._subject.path, json=body)
                seen.waits.append(time.perf_counter() - began)
                if not answer.ok:
                    raise RuntimeError(f"{self.name} answered {answer.status}: {answer.body[:300]!r}")

        cpu, began = self._subject.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        seen.seconds += time.perf_counter() - began
        seen.cpu += self._subject.cpu_seconds() - cpu


class Direct:
    """The stand-ins themselves."""

    name = "direct"

    def __init__(self, models: Models, outgoing: Outgoing) -> None:
        at = [Subject("direct", url, "v1/chat/completions", _bearer(models.key)) for _, url in models.items()]
        self._instant, self._slow = (ByHttp(each, outgoing) for each in at)

    async def load(self, clients: int, count: int, seen: Seen, *, is_slow: bool = False) -> None:
        await (self._slow if is_slow else self._instant).load(clients, count, seen, is_slow=is_slow)


class Embedded:
    """TensorZero within its own process: there is no HTTP before it, and its client's time counts as its own."""

    name = "tensorzero"

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    async def load(self, clients: int, count: int, seen: Seen, *, is_slow: bool = False) -> None:
        assert self._child.stdin
        self._child.stdin.write(f"{SLOW if is_slow else MODEL} {clients} {count} {TEXT}\n".encode())
        found = json.loads(await peers.said_by(self._child))
        seen.waits += found["waits"]
        seen.seconds += found["seconds"]
        seen.cpu += found["cpu"]


async def gateway() -> AsyncIterator[Figure]:
    """Everything that can be had, in turns: `direct` is the stand-in itself, `ours_guarded` ours with masking and a
    budget."""
    async with AsyncExitStack() as stack:
        instant = await stack.enter_async_context(stand_in())
        models = Models(instant, await stack.enter_async_context(stand_in(LATENCY)), KEY)
        outgoing = Outgoing()
        stack.push_async_callback(outgoing.close)
        subjects: list[Measured] = [Direct(models, outgoing)]
        for opening in (ours, ours_guarded, portkey, litellm, tensorzero):
            try:
                subjects.append(await stack.enter_async_context(opening(models, outgoing)))
            except NotToBeHad as error:
                print(f"not measured: {opening.__name__}: {error}", file=sys.stderr, flush=True)
        slow, busy = await _in_turns(subjects)
    for figure in [*_overheads(slow), *_throughputs(busy)]:
        yield figure


@contextlib.asynccontextmanager
async def stand_in(latency_milliseconds: int = 0) -> AsyncIterator[str]:
    """The address of a stand-in model server in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.model_services", "--port", str(port), "--answers", "canned"]
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        more = ["--latency-ms", str(latency_milliseconds), "--data", folder]
        with peers.started([*command, *more], Path(folder), {}) as child:
            url = f"http://127.0.0.1:{port}"
            await peers.ready(Subject("stand-in", url, "v1/chat/completions", _bearer(KEY), child=child))
            yield url


@contextlib.asynccontextmanager
async def ours(models: Models, outgoing: Outgoing) -> AsyncIterator[Measured]:
    """Our gateway as the others are set: nothing masked, no budget."""
    async with _ours("ours", models, outgoing, "off") as measured:
        yield measured


@contextlib.asynccontextmanager
async def ours_guarded(models: Models, outgoing: Outgoing) -> AsyncIterator[Measured]:
    """Our gateway with masking and a key with a budget, which the others were not asked for."""
    async with _ours("ours_guarded", models, outgoing, "on", "--budget-day", "1000") as measured:
        yield measured


@contextlib.asynccontextmanager
async def _ours(
    name: str, models: Models, outgoing: Outgoing, masking: str, *key_options: str
) -> AsyncIterator[Measured]:
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data, port = Path(folder), free_port()
        services = [SERVICE.format(name=each, url=url, key=models.key) for each, url in models.items()]
        (data / "frontdesk.toml").write_text(SETTINGS.format(masking=masking) + "".join(services), "utf-8")
        key = run(data, "keys", "add", "bench", *key_options).strip() if key_options else new_key(data)
        with running(Process(["serve", "--port", str(port), "--no-work"], data)) as process:
            await wait_until_ready(port)
            url = f"http://127.0.0.1:{port}"
            subject = Subject(name, url, "llm/v1/chat/completions", _bearer(key), child=process.child)
            yield ByHttp(subject, outgoing)


@contextlib.asynccontextmanager
async def portkey(models: Models, outgoing: Outgoing) -> AsyncIterator[Measured]:
    """Portkey's gateway."""
    async with peers.portkey_gateway(models) as subject:
        yield ByHttp(subject, outgoing)


@contextlib.asynccontextmanager
async def litellm(models: Models, outgoing: Outgoing) -> AsyncIterator[Measured]:
    """LiteLLM's proxy."""
    async with peers.litellm_proxy(models) as subject:
        yield ByHttp(subject, outgoing)


@contextlib.asynccontextmanager
async def tensorzero(models: Models, _: Outgoing) -> AsyncIterator[Measured]:
    """TensorZero embedded."""
    async with peers.tensorzero_child(models) as child:
        yield Embedded(child)


async def _in_turns(subjects: list[Measured]) -> tuple[dict[tuple[str, int], Seen], dict[str, Seen]]:
    """Each subject with the slow model at each number of clients, and with the instant one at the most clients, again
    and again, so that what disturbs the machine disturbs all."""
    slow = {(each.name, clients): Seen() for each in subjects for clients in CLIENTS}
    busy = {each.name: Seen() for each in subjects}
    for each in subjects:
        await each.load(8, WARM_UP // (5 if each.name in FIFTH else 1), Seen())
    for _ in range(ROUNDS):
        for clients in CLIENTS:
            for each in subjects:
                await each.load(clients, CALLS[clients], slow[each.name, clients], is_slow=True)
        for each in subjects:
            await each.load(BUSIEST, INSTANT_CALLS // (5 if each.name in FIFTH else 1), busy[each.name])
    return slow, busy


def _overheads(slow: dict[tuple[str, int], Seen]) -> list[Figure]:
    """What a call takes longer than a direct one."""
    figures = []
    for (name, clients), found in slow.items():
        direct = slow["direct", clients]
        label = f"gateway_{name}_{clients}_clients"
        if name == "direct":
            figures.append(Figure(f"{label}_p50", found.p50, "ms"))
            continue
        target = "< 2 ms" if name == "ours" else ""
        figures.append(Figure(f"{label}_overhead_p50", found.p50 - direct.p50, "ms", target))
        figures.append(Figure(f"{label}_overhead_p99", found.p99 - direct.p99, "ms"))
    return figures


def _throughputs(busy: dict[str, Seen]) -> list[Figure]:
    """Calls a second of the clock, and for each second of the processor."""
    figures = []
    for name, found in busy.items():
        figures.append(Figure(f"gateway_{name}_calls_per_second", found.each_second, "calls/s"))
        if name != "direct":
            figures.append(Figure(f"gateway_{name}_calls_per_core_second", found.each_core_second, "calls/s/core"))
    for peer, least in (("portkey", 2), ("litellm", 10), ("tensorzero", 0)):
        if peer in busy:
            ratio = busy["ours"].each_core_second / busy[peer].each_core_second
            figures.append(Figure(f"gateway_ours_over_{peer}_per_core", ratio, "×", f"≥ {least}" if least else ""))
    return figures


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
