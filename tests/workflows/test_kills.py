"""kill -9 of a real process at every step boundary: another goes on, with one service call, named in the one reply."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from benchmarks.field import FieldService as Field
from frontdesk.model import NewMessage
from frontdesk.model.knowledge import Article
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.simulators.faults import Faulty
from frontdesk.simulators.fsm import Fsm
from frontdesk.simulators.serving import serving
from frontdesk.simulators.tokens import Tokens
from frontdesk.storage.knowledge.articles import Imported
from frontdesk.storage.schema.interactions import decision, outbound_message
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.knowledge import make_missing_vectors
from frontdesk.wiring.working import free_dead_leases

pytestmark = pytest.mark.slow

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
WARRANTY = Article("warranty", "Warranty of coffee machines", "The warranty of our coffee machines is five years.")
QUESTION = "How long is the warranty of your coffee machines?"
WRITES = 5  # analysis, decision, service call, reply, end
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mortal() -> Iterator[subprocess.Popen[str]]:
    """See tests/workflows/dying.py."""
    command = [sys.executable, "-m", "tests.workflows.dying"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def die(mortal: subprocess.Popen[str], order: dict[str, Any]) -> int:
    """Have a process handle what there is and die at this write; the signal that ended it."""
    assert mortal.stdin is not None
    assert mortal.stdout is not None
    mortal.stdin.write(json.dumps(order) + "\n")
    mortal.stdin.flush()
    return int(mortal.stdout.readline())


async def go_on(container: Container) -> None:
    """What a process does that starts now; pauses are over."""
    await free_dead_leases(container)
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.pipeline.clock())).rowcount)
    await container.runner.run_until_idle()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
async def test_a_process_that_is_killed_at_any_step_leaves_nothing_undone_and_nothing_twice(
    settings: Settings, builtin: Builtin, mortal: subprocess.Popen[str], at: int, after: bool
) -> None:
    simulator = Fsm(Tokens("frontdesk", "secret"))
    async with serving(Faulty(simulator).answer) as url:
        environment = Field(simulator, Faulty(simulator), url).environment
        if settings.storage.url:
            environment |= {"FRONTDESK_STORAGE_URL": settings.storage.url}
        own = load(data=settings.folder, environment=environment)
        async with open_container(own, builtin) as container:
            accepted = await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
        order = {"data": str(settings.folder), "environment": environment, "at": at, "after": after}
        assert await asyncio.to_thread(die, mortal, order) == signal.SIGKILL
        async with open_container(own, builtin) as container:
            await go_on(container)
            await check(container, simulator, accepted.reference)


async def check(container: Container, simulator: Fsm, reference: str) -> None:
    [call] = simulator.state()["service_calls"]
    texts = await container.database.read(lambda c: list(c.execute(select(outbound_message.c.text)).scalars()))
    assert len(texts) == 1
    assert f"service call {call['code']}" in texts[0]
    assert reference in texts[0]
    assert {line.detail.get("reference") for line in await container.work.journal.since(0)} >= {call["code"]}
    assert len(await container.database.read(lambda c: list(c.execute(select(decision.c.id)).scalars()))) == 1
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}


# Analysis, decision, answer, end; the answer itself is stored before it is noted as sent.
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 5))
async def test_a_process_that_is_killed_while_it_answers_a_question_answers_it_once(
    settings: Settings, builtin: Builtin, mortal: subprocess.Popen[str], at: int, after: bool
) -> None:
    environment = {"FRONTDESK_STORAGE_URL": settings.storage.url} if settings.storage.url else {}
    own = load(data=settings.folder, environment=environment)
    async with open_container(own, builtin) as container:
        await container.knowledge.articles.take_in("test", [Imported(WARRANTY, "1")], "test")
        await make_missing_vectors(container.knowledge, lambda _articles: None)
        await container.database.write(lambda c: c.execute(delete(work)).rowcount)  # the vectors are made
        await container.messages.inbox.accept(NewMessage(QUESTION, "WEB"))
    order = {"data": str(settings.folder), "environment": environment, "at": at, "after": after}
    assert await asyncio.to_thread(die, mortal, order) == signal.SIGKILL
    async with open_container(own, builtin) as container:
        await go_on(container)
        rows = select(outbound_message.c.text, outbound_message.c.type, outbound_message.c.state)
        [sent] = await container.database.read(lambda c: c.execute(rows).all())
        assert ("five years" in sent.text, sent.type, sent.state) == (True, "QA", "sent")
        assert await container.work.queue.counts() == {"open": 0, "failed": 0}
