"""Other gateways, installed on demand into a folder of their own outside the repository, and started on loopback.

For benches only. `FRONTDESK_BENCH_PEERS` names the folder, else `frontdesk-bench-peers` among the temporary files.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.servers import free_port
from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing import Outgoing

FOLDER = Path(os.environ.get("FRONTDESK_BENCH_PEERS", Path(tempfile.gettempdir()) / "frontdesk-bench-peers"))
MASTER_KEY = "sk-bench-0f9a3c5e7b1d2468"
MODEL, SLOW = "mock", "mock-slow"
INSTALL_SECONDS, START_SECONDS = 900, 120
TENSORZERO = """
[gateway]
observability.enabled = false
"""
TENSORZERO_MODEL = """
[models.{name}]
routing = ["main"]
[models.{name}.providers.main]
type = "openai"
api_base = "{url}/v1/"
model_name = "{name}"
api_key_location = "env::BENCH_MODEL_KEY"
"""


class NotToBeHad(Exception):
    """A peer cannot be installed or does not start here; the text says why."""


@dataclass
class Subject:
    """Something that is asked for a chat completion by HTTP, and the process whose time it takes."""

    name: str
    url: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    slow_headers: Mapping[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None

    def body(self, text: str, *, is_slow: bool = False) -> dict[str, Any]:
        """What it is asked; the slow model has a name of its own."""
        model = SLOW if is_slow else MODEL
        return {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 100}

    def cpu_seconds(self) -> float:
        """Processor time of the process and all below it."""
        return cpu_of(self.child.pid) if self.child else 0.0

    def resident_megabytes(self) -> float:
        """Memory of the process and all below it."""
        return sum(_resident(pid) for pid in family(self.child.pid)) if self.child else 0.0


def litellm() -> Path:
    """The environment of LiteLLM's proxy. Raises NotToBeHad."""
    return _python("litellm", "litellm[proxy]") / "bin" / "litellm"


def tensorzero() -> Path:
    """The Python that has TensorZero. Raises NotToBeHad."""
    return _python("tensorzero", "tensorzero") / "bin" / "python"


def portkey() -> Path:
    """The script that starts Portkey's gateway. Raises NotToBeHad."""
    folder = FOLDER / "portkey"
    script = folder / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    if not script.exists():
        if not shutil.which("npm"):
            raise NotToBeHad("npm is missing")
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "@portkey-ai/gateway"])
    return script


@dataclass(frozen=True)
class Models:
    """Two stand-ins: one answers at once, one slowly."""

    instant: str
    slow: str
    key: str

    def items(self) -> list[tuple[str, str]]:
        """Names and addresses."""
        return [(MODEL, self.instant), (SLOW, self.slow)]


@contextlib.asynccontextmanager
async def litellm_proxy(models: Models) -> AsyncIterator[Subject]:
    """LiteLLM's proxy with one worker."""
    program, port = litellm(), free_port()
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        config = Path(folder) / "config.yaml"
        listed = [
            {
                "model_name": name,
                "litellm_params": {"model": f"openai/{name}", "api_base": f"{url}/v1", "api_key": models.key},
            }
            for name, url in models.items()
        ]
        whole = {"model_list": listed, "general_settings": {"master_key": MASTER_KEY}}
        config.write_text(json.dumps(whole), "utf-8")
        command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False"}
        with started([*command, "--num_workers", "1"], Path(folder), environment) as child:
            headers = {"Authorization": f"Bearer {MASTER_KEY}"}
            yield await ready(
                Subject("litellm", f"http://127.0.0.1:{port}", "v1/chat/completions", headers, child=child)
            )


@contextlib.asynccontextmanager
async def portkey_gateway(models: Models) -> AsyncIterator[Subject]:
    """Portkey's gateway, one process."""
    script, port = portkey(), free_port()
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        command = ["node", str(script), f"--port={port}", "--headless"]
        with started(command, Path(folder), {"NODE_ENV": "production"}) as child:
            fixed = {"Authorization": f"Bearer {models.key}", "x-portkey-provider": "openai"}
            headers = fixed | {"x-portkey-custom-host": f"{models.instant}/v1"}
            slow = fixed | {"x-portkey-custom-host": f"{models.slow}/v1"}
            url = f"http://127.0.0.1:{port}"
            yield await ready(Subject("portkey", url, "v1/chat/completions", headers, slow, child))


def cpu_of(pid: int) -> float:
    """User and system seconds of a process and all that it started, those that have ended too."""
    return sum(_cpu(each) for each in family(pid))


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text("ascii").split())
    return found


def _cpu(pid: int) -> float:
    try:
        parts = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, parts[11:15])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/status").read_text("utf-8").split("VmRSS:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


def _python(name: str, package: str) -> Path:
    """An environment with one package."""
    folder = FOLDER / name
    done = folder / "installed"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "pip"), "install", "--quiet", package])
        done.touch()
    return folder


def _run(command: list[str]) -> None:
    print(f"installing: {' '.join(command)}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotToBeHad(str(error)) from None
    if done.returncode:
        raise NotToBeHad(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}")


@contextlib.contextmanager
def started(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its log in `folder`, ended afterwards."""
    with (folder / "process.log").open("ab") as log:
        child = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **environment}
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


async def ready(subject: Subject) -> Subject:
    """The same, once it answers. Raises NotToBeHad."""
    outgoing, until, said = Outgoing(), time.monotonic() + START_SECONDS, "nothing"
    client = outgoing.client(subject.url, dict(subject.headers))
    try:
        while time.monotonic() < until:
            if subject.child and subject.child.poll() is not None:
                raise NotToBeHad(f"{subject.name} ended with {subject.child.returncode}")
            try:
                answer = await client.send("POST", subject.path, json=subject.body("Hello"))
            except NoAnswer as error:
                said = str(error)
            else:
                if answer.ok:
                    return subject
                said = f"{answer.status}: {answer.body[:200].decode('utf-8', 'replace')}"
            await asyncio.sleep(0.2)
    finally:
        await outgoing.close()
    raise NotToBeHad(f"{subject.name} did not answer within {START_SECONDS} s, at last {said}")


@contextlib.asynccontextmanager
async def tensorzero_child(models: Models) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that embeds TensorZero; see tensorzero_child.py for what it reads and writes."""
    python = tensorzero()
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        config = Path(folder) / "tensorzero.toml"
        parts = [TENSORZERO_MODEL.format(name=name, url=url) for name, url in models.items()]
        config.write_text(TENSORZERO + "".join(parts), "utf-8")
        child = await asyncio.create_subprocess_exec(
            str(python),
            str(Path(__file__).parent / "tensorzero_child.py"),
            str(config),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            limit=10_000_000,
            env={**os.environ, "BENCH_MODEL_KEY": models.key},
        )
        assert child.stdin
        try:
            await asyncio.wait_for(said_by(child), START_SECONDS)
            yield child
        finally:
            child.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await child.wait()


async def said_by(child: asyncio.subprocess.Process) -> bytes:
    """The next line that begins with `@`, without it: the library logs among ours. Raises NotToBeHad at the end."""
    assert child.stdout
    while line := await child.stdout.readline():
        if line.startswith(b"@"):
            return line[1:]
    raise NotToBeHad("tensorzero ended")
