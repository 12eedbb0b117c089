"""What must go on goes on: a task that dies is begun again, with a line in the log."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import insert
from sqlalchemy.exc import DatabaseError, IntegrityError

from frontdesk.interfaces import CannotGoOn, Unavailable
from frontdesk.model import NewMessage
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.schema.configuration import meta
from frontdesk.wiring.container import Container
from frontdesk.wiring.current import Current
from frontdesk.wiring.runner import runner_over
from frontdesk.wiring.working import run_work
from frontdesk.workflows.runner import Runner, RunnerSettings
from frontdesk.workflows.schedule import keep_running, repeat
from tests.workflows.deciding import Deciding


class Panic(BaseException):
    """What pyo3 raises where Rust code panics: no Exception."""


async def test_a_task_that_dies_is_begun_again_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    deaths: list[BaseException] = [RuntimeError("a mistake"), Panic("index out of bounds"), asyncio.CancelledError()]

    async def begin() -> None:
        if deaths:
            raise deaths.pop(0)

    with caplog.at_level(logging.ERROR):
        await keep_running("the runner", begin, first_pause=0.001)
    assert deaths == []
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "the runner died",
        "the runner died",
        "the runner was cancelled by a part of its own",
    ]


async def test_a_task_that_dies_again_and_again_ends_what_it_belongs_to() -> None:
    async def begin() -> None:
        raise Panic("index out of bounds")

    with pytest.raises(CannotGoOn, match="the runner died 3 times in a row"):
        await keep_running("the runner", begin, first_pause=0.001, most_deaths=3)


async def test_a_task_whose_database_is_away_waits_for_it_however_long_it_takes() -> None:
    errors = [Unavailable("away")] * 20

    async def begin() -> None:
        if errors:
            raise errors.pop()

    await keep_running("the runner", begin, first_pause=0.0, most_deaths=3)
    assert errors == []


async def test_a_runner_that_cannot_look_for_work_says_so_and_gives_up_where_waiting_cannot_help(
    container: Container,
) -> None:
    class Broken:
        """A queue on a database with a broken page, which is no error that passes."""

        async def claim(self, *_: Any) -> Any:
            raise DatabaseError("SELECT", {}, Exception("database disk image is malformed"))

    pace = RunnerSettings(claim_pause=0.0)
    runner = Runner(Broken(), {}, "me", pace)  # type: ignore[arg-type]  # it is asked for work, no more
    assert not runner.is_down
    with pytest.raises(DatabaseError):
        await runner.run()
    assert runner.is_down


async def test_work_that_cannot_go_on_is_raised_to_who_started_it(container: Container) -> None:
    class Dying:
        async def run(self) -> None:
            raise CannotGoOn("watching died 10 times in a row")

    watched = replace(container, watch=Dying())  # type: ignore[arg-type]  # it is watched, no more
    with pytest.raises(CannotGoOn):
        await asyncio.wait_for(run_work(Current(watched)), 60)


async def test_a_runner_that_died_is_down_until_it_is_begun_again() -> None:
    class Dying:
        async def claim(self, *_: Any) -> list[Any]:
            raise Panic

    runner = Runner(Dying(), {}, "host:1", RunnerSettings())  # type: ignore[arg-type]  # it is only asked for work
    assert not runner.is_down
    with pytest.raises(Panic):
        await runner.run()
    assert runner.is_down


async def test_a_task_that_is_told_to_end_ends() -> None:
    task = asyncio.create_task(keep_running("for ever", lambda: asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_chore_that_panics_does_not_keep_the_others_from_being_done() -> None:
    done = asyncio.Event()

    async def panic() -> None:
        raise Panic

    async def other() -> None:
        done.set()

    task = asyncio.create_task(repeat({"panics": panic, "other": other}, 60))
    await asyncio.wait_for(done.wait(), 60)
    task.cancel()


async def test_a_panic_of_the_rule_engine_costs_one_message_its_attempts_and_no_other_anything(
    container: Container,
) -> None:
    class Panicking(Deciding):
        def decide(self, facts: Mapping[str, Any]) -> Any:
            if facts["text_length"] == len("panic"):
                raise Panic("index out of bounds")
            return super().decide(facts)

    once = structs.replace(container.settings.work, most_attempts=1)
    settings = structs.replace(container.settings, work=once)
    runner = runner_over(container.work.queue, settings, replace(container.pipeline, rules=Panicking(())))
    await container.messages.inbox.accept(NewMessage("panic", "WEB"))
    await container.messages.inbox.accept(NewMessage("My washing machine leaks.", "WEB"))
    await runner.run_until_idle()
    assert await container.work.queue.counts() == {"open": 0, "failed": 1}


async def test_waiting_for_a_message_survives_an_error_of_the_database(container: Container) -> None:
    class Away:
        """The container's database, which is away at first."""

        def __init__(self) -> None:
            self.errors: list[Exception] = [Unavailable("away"), RuntimeError("what nobody expected")]

        async def read(self, operation: Any) -> Any:
            if self.errors:
                raise self.errors.pop()
            return await container.database.read(operation)

    accepted = await container.messages.inbox.accept(NewMessage("My washing machine leaks.", "WEB"))
    await container.runner.run_until_idle()
    handled = StoredHandled(Away())  # type: ignore[arg-type]  # it is read from, no more
    assert await handled.wait([accepted.message_id], 60) == {accepted.message_id: True}


async def test_a_unique_violation_that_is_no_race_is_not_tried_again_and_again(container: Container) -> None:
    tried = []

    def twice(connection: Any) -> None:
        tried.append(1)
        for _ in range(2):
            connection.execute(insert(meta).values(key="twice", value=""))

    with pytest.raises(IntegrityError):
        await container.database.write(twice)
    assert len(tried) <= 2
