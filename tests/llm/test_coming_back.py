"""Messages that came while all models were down: answered at once, and read again by themselves when one is back."""

import asyncio
from collections import Counter
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from benchmarks.model_services import Fault, Rule
from benchmarks.model_services.scripts import Script
from frontdesk.interfaces import ErrorKind, ModelRequest
from frontdesk.model import NewMessage
from frontdesk.providers.builtin import Builtin
from frontdesk.storage.llm.marks import WATCH_WORK
from frontdesk.storage.schema.interactions import analysis, decision, inbound_message, outbound_message
from frontdesk.storage.schema.llm import to_reread
from frontdesk.storage.schema.pipeline import effect, journal, work
from frontdesk.wiring.container import Container, now
from frontdesk.wiring.current import Current
from frontdesk.wiring.working import run_work
from tests.llm.conftest import BuildLlm, ModelFront
from tests.llm.scripted import Scripted, failed, reading, texts_of
from tests.llm.test_over_http import modelled

TEXT = "My order 4500017 has not arrived. Where is it? Kim"
DOWN = failed(ErrorKind.UNREACHABLE)


def front_of(container: Container, furnished: BuildLlm, service: Scripted) -> ModelFront:
    return ModelFront(container, furnished(service, breaker_failures=1000))


async def look(front: ModelFront) -> None:
    """As if the pause had passed, and all others, until nothing more happens."""
    for _ in range(2):
        due = update(work).where(work.c.state == "open").values(due_at=now())
        await front.container.database.write(lambda c, due=due: c.execute(due).rowcount)  # type: ignore[misc]
        await front.container.runner.run_until_idle()


async def watching(front: ModelFront) -> list[str]:
    return [row["state"] for row in await front.rows(work) if row["kind"] == WATCH_WORK]


async def tiers(front: ModelFront) -> Counter[str]:
    """What current readings are of."""
    current = select(analysis.c.tier).join(inbound_message, inbound_message.c.analysis_id == analysis.c.id)
    return Counter(await front.container.database.read(lambda c: list(c.execute(current).scalars())))


async def test_messages_are_read_again_by_themselves_when_a_model_is_back(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    for number in range(5):
        await front.say(f"{TEXT} {number}")
    before = [await front.rows(table) for table in (decision, effect, outbound_message)]
    assert (await tiers(front), len(before[2])) == ({"builtin": 5}, 5)
    service.lines = [reading(title="Read by a model")]
    await look(front)
    assert await tiers(front) == {"model": 5}
    await look(front)
    assert (await front.rows(to_reread), await watching(front)) == ([], ["done"])
    assert [await front.rows(table) for table in (decision, effect, outbound_message)] == before


async def test_while_no_model_is_back_one_message_is_tried_and_nothing_fails(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    for number in range(5):
        await front.say(f"{TEXT} {number}")
    asked = len(service.asked)
    for _ in range(10):
        await look(front)
    assert await watching(front) == ["open"]
    assert len(service.asked) - asked <= 10 * 2 * 2  # two looks each, two attempts at the one route
    assert await container.work.queue.counts() == {"open": 1, "failed": 0}
    assert len(await front.rows(to_reread)) == 5


async def test_a_text_that_no_model_can_read_keeps_the_engines_reading_and_holds_up_no_other(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    await front.say("POISON: this one is filtered.")
    for number in range(3):
        await front.say(f"{TEXT} {number}")

    def say_or_refuse(request: ModelRequest) -> str:
        if any("POISON" in text for text in texts_of(request)):
            raise failed(ErrorKind.CONTENT_FILTER, permanent=True)
        return reading()

    service.lines = [say_or_refuse]
    await look(front)
    assert await tiers(front) == {"model": 3, "builtin": 1}
    assert await front.rows(to_reread) == []
    assert "not reanalysed" in [row["kind"] for row in await front.rows(journal)]
    assert (await container.work.queue.counts())["failed"] == 0


async def test_what_is_being_read_again_when_models_go_away_waits_for_the_next_time(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    for number in range(3):
        await front.say(f"{TEXT} {number}")
    service.lines = [reading(), DOWN]  # it is back for one answer
    for _ in range(container.settings.work.most_attempts + 1):
        await look(front)
    assert await watching(front) == ["open"]
    assert (await container.work.queue.counts())["failed"] == 0
    service.lines = [reading()]
    for _ in range(3):
        await look(front)
    assert await tiers(front) == {"model": 3}


async def test_the_watch_begins_again_with_the_next_time_all_are_down(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    for number in range(2):
        service.lines = [DOWN]
        await front.say(f"{TEXT} {number}")
        assert await watching(front) == ["open"]
        service.lines = [reading()]
        await look(front)
        await look(front)
        assert await watching(front) == ["done"]


async def test_marks_that_need_nobody_any_more_do_not_keep_the_watch_going(
    container: Container, furnished: BuildLlm
) -> None:
    service = Scripted(lines=[DOWN])
    front = front_of(container, furnished, service)
    await front.say(TEXT)
    service.lines = [reading()]
    accepted = await front.say(f"{TEXT} Again.")
    marked = [{"message_id": name, "reason": "", "marked_at": now()} for name in (accepted.message_id, "0" * 26)]
    await container.database.write(lambda c: c.execute(insert(to_reread), marked).rowcount)
    await look(front)
    assert (await front.rows(to_reread), await watching(front)) == ([], ["done"])


async def test_a_process_that_starts_looks_after_what_was_marked_before(
    container: Container, furnished: BuildLlm
) -> None:
    models = furnished(Scripted(lines=[DOWN]))
    front = ModelFront(container, models)
    await models.marks.watch()
    assert await watching(front) == []
    await front.say(TEXT)
    await container.database.write(lambda c: c.execute(delete(work)).rowcount)
    await models.marks.watch()
    assert await watching(front) == ["open"]


async def test_a_server_reads_again_what_came_while_its_model_was_down(tmp_path: Path, builtin: Builtin) -> None:
    down = Rule(fault=Fault.SERVER_ERROR)
    async with modelled(tmp_path, builtin, down, reanalyse_seconds=0.05, breaker_seconds=0.05) as (container, server):
        working = asyncio.create_task(run_work(Current(container)))
        await container.messages.inbox.accept(NewMessage(TEXT, "WEB"))
        while not await container.llm.marks.marked():
            await asyncio.sleep(0.02)
        server.script = Script()
        while await container.llm.marks.marked() or (await container.work.queue.counts())["open"]:
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        read = await container.database.read(lambda c: list(c.execute(select(analysis.c.tier)).scalars()))
        assert sorted(read) == ["builtin", "model"]
