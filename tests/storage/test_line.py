"""Who writes first: accepted messages, then all others, of whom none waits for ever."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from frontdesk.model import NewMessage
from frontdesk.storage.engines.sqlite import MOST_BESIDE_BATCHED, MOST_IN_ONE_COMMIT, _Job, _Line
from frontdesk.wiring.container import Container


def job(name: int, *, batched: bool) -> _Job:
    nobody: Any = None
    return _Job(lambda: None, nobody, nobody, name, batched)


def line(batched: int, others: int) -> _Line:
    made = _Line()
    for name in range(others):
        made.add(job(name, batched=False))
    for name in range(batched):
        made.add(job(name, batched=True))
    return made


def test_messages_at_the_door_are_stored_before_what_was_there_before_them() -> None:
    taken = line(batched=3, others=10).take()
    assert [each.batched for each in taken] == [True] * 3 + [False] * MOST_BESIDE_BATCHED


def test_however_many_come_to_the_door_the_others_get_their_turn() -> None:
    made, seen = line(batched=0, others=10), []
    while made:
        for name in range(5000):
            made.add(job(name, batched=True))
        taken = made.take()
        assert taken
        seen += [each.item for each in taken if not each.batched]
        if seen[-1:] == [9]:
            break
    assert seen == list(range(10))


def test_with_nobody_at_the_door_all_others_go_together_up_to_a_limit() -> None:
    made = line(batched=0, others=MOST_IN_ONE_COMMIT + 1)
    assert [len(made.take()), len(made.take()), len(made.take())] == [MOST_IN_ONE_COMMIT, 1, 0]


async def test_a_database_tells_while_somebody_waits_at_the_door(container: Container) -> None:
    seen: list[bool] = []

    def store(connection: Connection, items: Sequence[int]) -> Sequence[int]:
        seen.append(container.database.is_waited_for)
        return [connection.execute(text("SELECT 1")).scalar_one() for _ in items]

    assert not container.database.is_waited_for
    await asyncio.gather(*(container.database.write_batched(store, number) for number in range(3)))
    assert seen
    assert all(seen)
    assert not container.database.is_waited_for


async def test_writes_of_all_kinds_at_once_are_all_answered(container: Container) -> None:
    def one(connection: Connection) -> int:
        return int(connection.execute(text("SELECT 1")).scalar_one())

    messages = [container.messages.inbox.accept(NewMessage(f"Message {number}", "WEB")) for number in range(40)]
    answers = await asyncio.gather(*messages, *(container.database.write(one) for _ in range(40)))
    assert answers[40:] == [1] * 40
    assert len({accepted.reference for accepted in answers[:40] if not isinstance(accepted, int)}) == 40
