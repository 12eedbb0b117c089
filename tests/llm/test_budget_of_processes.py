"""Two hundred calls at once from two real processes overspend by nothing: they share the database, nothing else."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from benchmarks.model_services import KEY, LlmSimulator
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.simulators.serving import serving
from frontdesk.storage.schema.llm import model_call
from frontdesk.wiring.container import Container, now, open_container

pytestmark = pytest.mark.slow

CALLS, LIMIT = 100, 0.05

# Asks so many questions at once as soon as a line comes in; tells how many a model answered.
PROCESS = """
import asyncio, sys
from pathlib import Path
from frontdesk.wiring.container import open_container
from frontdesk.model.llm import Asker
from frontdesk.settings.loading import load

async def main(data, name, calls):
    async with open_container(load(data=Path(data))) as container:
        print("ready", flush=True)
        sys.stdin.readline()
        ask = container.llm.room.use_cases.run
        texts = [f"text {number} of process {name}" for number in range(calls)]
        outcomes = await asyncio.gather(*(ask("sentiment-analysis", {"text": text}, Asker("test")) for text in texts))
    print(len(outcomes), sum(outcome.service == "stand-in" for outcome in outcomes), flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""
FILE = """
[llm]
budget_per_day = {limit}
cache_rows = 0
attempts = 1
deadline_seconds = 60
stretch = 10
[llm.chains]
default = ["stand-in", "builtin"]
[llm.services.stand-in]
kind = "openai"
base_url = "{url}/v1"
key = "{key}"
model = "stand-in"
[llm.prices.stand-in]
input = 1
output = 1
"""


def ask_all(data: Path, environment: dict[str, str]) -> list[tuple[int, int]]:
    """Of each of two processes: how many questions it asked, how many a model answered."""
    processes = [_start(data, name, environment) for name in ("a", "b")]
    for process in processes:
        assert _line(process) == "ready"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [_line(process).split() for process in processes]
    for process in processes:
        process.communicate()
    return [(int(asked), int(by_model)) for asked, by_model in said]


def _start(data: Path, name: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROCESS, str(data), name, str(CALLS)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def booked(container: Container) -> tuple[int, int, int]:
    """What was spent and is reserved of the day's budget, and what the records of calls add up to."""
    spent, reserved = await container.llm.admission.spent("all", f"{now():%Y-%m-%d}")
    total: Any = select(func.coalesce(func.sum(model_call.c.cost), 0))
    return spent, reserved, int(await container.database.read(lambda c: c.execute(total).scalar_one()))


async def test_two_processes_with_two_hundred_calls_at_once_overspend_by_nothing(
    settings: Settings, builtin: Builtin
) -> None:
    server = LlmSimulator(latency_seconds=0.02)
    variables = {"FRONTDESK_STORAGE_URL": settings.storage.url} if settings.storage.url else {}
    async with serving(server.answer) as url:
        file = settings.folder / "frontdesk.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(FILE.format(url=url, key=KEY, limit=LIMIT), "utf-8")
        answers = await asyncio.to_thread(ask_all, settings.folder, {"OPENBLAS_NUM_THREADS": "1", **variables})
    async with open_container(load(data=settings.folder, environment=variables), builtin) as container:
        spent, reserved, recorded = await booked(container)
    assert [asked for asked, _ in answers] == [CALLS, CALLS]
    assert 0 < sum(by_model for _, by_model in answers) < 2 * CALLS
    assert server.count == sum(by_model for _, by_model in answers)
    assert 0 < spent == recorded <= LIMIT * 1_000_000
    assert reserved == 0
