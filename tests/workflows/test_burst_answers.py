"""Several messages within a channel's waiting time are understood one by one and answered once, together."""

import asyncio
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select, update

from frontdesk.model import NewMessage
from frontdesk.model.channels import CHAT
from frontdesk.model.knowledge import Article
from frontdesk.orchestrator.planning import FOLLOWED
from frontdesk.settings.sections import Settings
from frontdesk.storage.knowledge.articles import Imported
from frontdesk.storage.schema.interactions import analysis, decision, outbound_message
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container
from frontdesk.wiring.knowledge import make_missing_vectors
from frontdesk.wiring.runner import runner_over
from tests.workflows.test_answering import PARKING

GIFTS = Article("gifts", "Gift vouchers", "Gift vouchers are valid for three years from the day of purchase.")
BURST = ("Hello,", "how long is the car park free?", "How many years are gift vouchers valid?", "thank you!")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    waits = msgspec.structs.replace(settings.channels, burst_seconds={CHAT: 30.0})
    return msgspec.structs.replace(settings, channels=waits)


async def known(container: Container) -> None:
    given = [Imported(article, article.id) for article in (PARKING, GIFTS)]
    await container.knowledge.articles.take_in("test", given, "test")
    await make_missing_vectors(container.knowledge, lambda _articles: None)


async def write(container: Container, *texts: str, joins: int | None = None, channel: str = CHAT) -> int:
    for text in texts:
        joins = (await container.messages.inbox.accept(NewMessage(text, channel, joins=joins))).interaction_id
    assert joins is not None
    return joins


async def wait_over(container: Container) -> None:
    await container.database.write(lambda c: c.execute(update(work).values(due_at=container.clock())).rowcount)


async def answers(container: Container) -> list[str]:
    rows = select(outbound_message.c.text).order_by(outbound_message.c.sequence)
    return await container.database.read(lambda c: list(c.execute(rows).scalars()))


async def rules(container: Container) -> list[str]:
    rows = select(decision.c.rule).order_by(decision.c.message_id)
    return await container.database.read(lambda c: list(c.execute(rows).scalars()))


async def test_the_default_is_four_seconds_in_the_chat_alone() -> None:
    assert Settings().channels.burst_seconds == {CHAT: 4.0}


async def test_a_burst_is_answered_once_with_all_that_was_asked(container: Container) -> None:
    await known(container)
    await write(container, *BURST)
    await container.runner.run_until_idle()
    assert await answers(container) == []  # it waits, as a row
    await wait_over(container)
    await container.runner.run_until_idle()
    told = await answers(container)
    assert len(told) == 1, (told, await rules(container))
    [text] = told
    assert "two hours" in text
    assert "three years" in text
    assert [each == FOLLOWED for each in await rules(container)] == [True, True, True, False]
    assert len(await container.database.read(lambda c: c.execute(select(analysis.c.id)).all())) == len(BURST)


async def test_each_message_puts_the_end_of_the_wait_off(container: Container) -> None:
    joins = await write(container, BURST[0])
    rows = select(work.c.due_at).where(work.c.kind == "message")
    [before] = await container.database.read(lambda c: list(c.execute(rows).scalars()))
    await write(container, BURST[1], joins=joins)
    after = await container.database.read(lambda c: list(c.execute(rows).scalars()))
    assert min(after) > before


async def test_what_comes_after_the_answer_is_answered_by_itself(container: Container) -> None:
    await known(container)
    joins = await write(container, BURST[1])
    await wait_over(container)
    await container.runner.run_until_idle()
    await write(container, BURST[2], joins=joins)
    await wait_over(container)
    await container.runner.run_until_idle()
    first, second = await answers(container)
    assert ("two hours" in first, "three years" in second, "two hours" in second) == (True, True, False)


async def test_on_a_channel_without_a_waiting_time_each_message_is_decided_alone(container: Container) -> None:
    await write(container, BURST[1], BURST[2], channel="WEB")
    await container.runner.run_until_idle()
    assert FOLLOWED not in await rules(container)


async def test_two_workers_answer_each_burst_once(container: Container) -> None:
    await known(container)
    for _ in range(4):
        await write(container, *BURST[1:3])
    await wait_over(container)
    runners = [
        runner_over(container.work.queue, container.settings, replace(container.pipeline), {"knowledge": _nothing})
        for _ in range(2)
    ]
    await asyncio.gather(*(each.run_until_idle() for each in runners))
    told = await answers(container)
    assert len(told) == 4
    assert all("two hours" in each and "three years" in each for each in told)


async def _nothing(*_arguments: object) -> None: ...
