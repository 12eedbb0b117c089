"""The application over a stand-in model server on loopback: what the caller and the customer see of every fault."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from benchmarks.model_services import KEY, Fault, LlmSimulator, Rule
from benchmarks.servers import free_port
from frontdesk.model import Accepted, NewMessage, Sender
from frontdesk.model.llm import Asker
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Llm
from frontdesk.simulators.serving import serving
from frontdesk.storage.schema.interactions import analysis, outbound_message
from frontdesk.storage.schema.llm import to_reread
from frontdesk.wiring.container import Container, open_container
from tests.conftest import Front
from tests.llm.test_masking import canaries

TEXT = "My washing machine is broken: it shows error E18. Kim Doe, kim@example.com"
# What the customer's message is read by when every request meets the fault, and what the first route's trouble is.
SEEN = {
    Fault.RATE_LIMITED: ("builtin", "rate_limited"),
    Fault.NO_QUOTA: ("builtin", None),
    Fault.SERVER_ERROR: ("builtin", "server_error"),
    Fault.OVERLOADED: ("builtin", None),
    Fault.UNAUTHORISED: ("builtin", "unauthorised"),
    Fault.UNKNOWN_MODEL: ("builtin", None),
    Fault.HANG: ("builtin", "timeout"),
    Fault.CUT_BODY: ("builtin", None),
    Fault.NOT_HTTP_JSON: ("builtin", None),
    Fault.FENCED: ("model", None),
    Fault.TRAILING_COMMA: ("model", None),
    Fault.TRUNCATED_JSON: ("builtin", "cut_off"),
    Fault.WRONG_SCHEMA: ("builtin", "wrong_schema"),
    Fault.FILTERED_PROMPT: ("builtin", "content_filter"),
    Fault.FILTERED_ANSWER: ("builtin", "content_filter"),
    Fault.REFUSAL: ("builtin", "refused"),
    Fault.CUT_OFF: ("builtin", "cut_off"),
    Fault.EMPTY: ("builtin", "empty"),
    # These concern streams alone: a whole answer comes as it should. Slow tokens have tests of their own.
    Fault.CUT_STREAM: ("model", None),
    Fault.STALL_STREAM: ("model", None),
    Fault.FAIL_STREAM: ("model", None),
    Fault.ODD_FRAMES: ("model", None),
    Fault.NO_USAGE: ("model", None),
    Fault.THINKING: ("model", None),
    Fault.SLOW_TOKENS: (None, None),
}


@asynccontextmanager
async def modelled(
    tmp_path: Path, builtin: Builtin, *rules: Rule, **section: object
) -> AsyncIterator[tuple[Container, LlmSimulator]]:
    """A container whose first route is the stand-in."""
    server = LlmSimulator(rules)
    async with serving(server.answer) as url:
        raw = {
            "services": {"stand-in": {"kind": "openai", "base_url": f"{url}/v1", "key": KEY, "model": "stand-in"}},
            "chains": {"default": ["stand-in", "builtin"]},
            "deadline_seconds": 60,
            "attempts": 1,
        }
        settings = load(data=tmp_path / "data", environment={"FRONTDESK_WORK_IDLE_SECONDS": "0.02"})
        settings = msgspec.structs.replace(settings, llm=msgspec.convert(raw | section, Llm))
        async with open_container(settings, builtin) as container:
            yield container, server


async def say(container: Container, text: str = TEXT) -> Accepted:
    front = Front(container)
    return await front.say(text, name="Kim Doe", address="kim@example.com")


async def tier(container: Container) -> str:
    [found] = await container.database.read(lambda c: list(c.execute(select(analysis.c.tier)).scalars()))
    return str(found)


def test_every_fault_is_looked_at() -> None:
    assert SEEN.keys() == set(Fault)


@pytest.mark.parametrize("fault", [fault for fault, (read_by, _) in SEEN.items() if read_by])
async def test_whatever_ails_the_model_the_customer_is_answered(tmp_path: Path, builtin: Builtin, fault: Fault) -> None:
    read_by, trouble = SEEN[fault]
    deadline = 1.5 if fault is Fault.HANG else 60
    async with modelled(tmp_path, builtin, Rule(fault=fault), deadline_seconds=deadline) as (container, _):
        accepted = await say(container)
        replies = await container.database.read(lambda c: list(c.execute(select(outbound_message.c.text)).scalars()))
        assert len(replies) == 1
        assert accepted.reference in replies[0]
        assert await tier(container) == read_by
        marked = await container.database.read(lambda c: list(c.execute(select(to_reread.c.message_id)).scalars()))
        assert marked == ([accepted.message_id] if read_by == "builtin" else [])
        outcome = await container.llm.room.use_cases.run("sentiment-analysis", {"text": "It is cold."}, Asker("test"))
        assert outcome.value["sentiment"] in ("Positive", "Neutral", "Negative")
        if trouble:
            assert outcome.failures[0].trouble in (trouble, "breaker_open")


async def test_a_fault_that_passes_leaves_the_message_to_the_model(tmp_path: Path, builtin: Builtin) -> None:
    rule = Rule(fault=Fault.SERVER_ERROR, times=1)
    async with modelled(tmp_path, builtin, rule, attempts=2) as (container, server):
        await say(container)
        assert (await tier(container), server.count) == ("model", 2)


async def test_a_service_that_says_when_to_come_back_is_asked_again_then(tmp_path: Path, builtin: Builtin) -> None:
    rule = Rule(fault=Fault.RATE_LIMITED, times=1, retry_after=0.1)
    async with modelled(tmp_path, builtin, rule, attempts=2) as (container, server):
        await say(container)
        assert (await tier(container), server.count) == ("model", 2)


async def test_one_that_says_to_come_back_after_the_deadline_is_not_waited_for(
    tmp_path: Path, builtin: Builtin
) -> None:
    rule = Rule(fault=Fault.RATE_LIMITED, retry_after=3600)
    async with modelled(tmp_path, builtin, rule, attempts=5, deadline_seconds=30) as (container, server):
        await say(container)
        assert (await tier(container), server.count) == ("builtin", 1)


@pytest.mark.parametrize(("milliseconds", "deadline", "read_by"), [(0.1, 60, "model"), (10_000, 1.5, "builtin")])
async def test_slow_tokens_are_waited_for_until_the_deadline(
    tmp_path: Path, builtin: Builtin, milliseconds: float, deadline: float, read_by: str
) -> None:
    rule = Rule(fault=Fault.SLOW_TOKENS, token_milliseconds=milliseconds)
    async with modelled(tmp_path, builtin, rule, deadline_seconds=deadline) as (container, _):
        accepted = await say(container)
        replies = await container.database.read(lambda c: list(c.execute(select(outbound_message.c.text)).scalars()))
        assert (await tier(container), len(replies)) == (read_by, 1)
        marked = await container.database.read(lambda c: list(c.execute(select(to_reread.c.message_id)).scalars()))
        assert marked == ([accepted.message_id] if read_by == "builtin" else [])


async def test_a_service_that_cannot_be_reached_leaves_the_message_to_the_engine(
    tmp_path: Path, builtin: Builtin
) -> None:
    nobody = {"kind": "openai", "base_url": f"http://127.0.0.1:{free_port()}/v1", "key": KEY, "model": "stand-in"}
    async with modelled(tmp_path, builtin, services={"stand-in": nobody}) as (container, _):
        accepted = await say(container)
        assert await tier(container) == "builtin"
        assert await container.llm.marks.marked() == (accepted.message_id,)
        outcome = await container.llm.room.use_cases.run("sentiment-analysis", {"text": "It is cold."}, Asker("test"))
        assert (outcome.service, outcome.failures[0].trouble) == ("builtin", "unreachable")


async def test_no_personal_string_reaches_the_wire_in_strict_mode(tmp_path: Path, builtin: Builtin) -> None:
    async with modelled(tmp_path, builtin, masking="strict") as (container, server):
        secrets = []
        for message, theirs in canaries()[:20]:
            await container.messages.inbox.accept(NewMessage(message.text, "WEB", message.sender))
            secrets += [theirs]
        await container.runner.run_until_idle()
        wire = "\n".join(request.body.decode() for request in server.requests)
        bodies = [turn["content"] for request in server.requests for turn in request.json()["messages"][-1:]]
        assert server.count >= 20
        flat = {secret for theirs in secrets for secret in theirs if " " in secret or any(map(str.isdigit, secret))}
        assert [secret for secret in flat if secret in wire] == []
        assert [secret for theirs in secrets for secret in theirs if any(secret in body for body in bodies)] == []


async def test_a_killed_detector_sends_nothing_at_all(tmp_path: Path, builtin: Builtin) -> None:
    async with modelled(tmp_path, builtin, masking="strict") as (container, server):
        container.llm.room.use_cases._masker._finder = None  # type: ignore[assignment]
        await say(container)
        assert (server.count, await tier(container)) == (0, "builtin")


async def test_a_sender_is_never_named_to_a_model(tmp_path: Path, builtin: Builtin) -> None:
    async with modelled(tmp_path, builtin) as (container, server):
        sender = Sender("Kim Doe", "kim@example.com")
        await container.messages.inbox.accept(NewMessage("here is kim, doe is my name, order 77", "WEB", sender))
        await container.runner.run_until_idle()
        [request] = server.requests
        assert "kim" not in request.json()["messages"][-1]["content"].lower()
