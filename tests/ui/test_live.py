"""Live pages: who is told what, and what happens to late lines and slow listeners."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime

import pytest

from frontdesk.model import AuditEvent
from frontdesk.ui.live import Live
from frontdesk.wiring.container import Container
from tests.conftest import Front


class Lines:
    """A journal in memory, whose lines may appear out of order as PostgreSQL's do."""

    def __init__(self) -> None:
        self.lines: list[AuditEvent] = []
        self.reads = 0

    def add(self, number: int, interaction_id: int = 1, kind: str = "analysed") -> None:
        self.lines.append(AuditEvent(number, datetime.now(UTC), kind, interaction_id))
        self.lines.sort(key=lambda line: line.id)

    async def since(self, after: int, limit: int = 500) -> tuple[AuditEvent, ...]:
        self.reads += 1
        return tuple(line for line in self.lines if line.id > after)[:limit]

    async def last(self) -> int:
        return max((line.id for line in self.lines), default=0)


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
async def live(lines: Lines) -> AsyncIterator[Live]:
    made = Live(lines)
    yield made
    made.close()


async def opened(live: Live, interaction_id: int | None) -> AsyncGenerator[bytes]:
    """A stream that listens."""
    stream = live.stream(interaction_id)
    assert (await anext(stream)).startswith(b"retry:")
    return stream


async def told(stream: AsyncGenerator[bytes]) -> bytes:
    async with asyncio.timeout(60):
        return await anext(stream)


async def test_who_watches_an_interaction_is_told_of_it_and_of_no_other(live: Live, lines: Lines) -> None:
    one, all_of_them = await opened(live, 1), await opened(live, None)
    lines.add(1, interaction_id=2)
    assert b"id: 1" in await told(all_of_them)
    lines.add(2, interaction_id=1)
    assert b'id: 2\nevent: refresh\ndata: {"kind":"analysed"}' in await told(one)


async def test_what_happened_before_is_not_told(live: Live, lines: Lines) -> None:
    lines.add(1)
    stream = await opened(live, 1)
    lines.add(2)
    assert b"id: 2" in await told(stream)


async def test_a_line_that_is_committed_late_is_told_too(live: Live, lines: Lines) -> None:
    stream = await opened(live, None)
    lines.add(2)
    assert b"id: 2" in await told(stream)
    lines.add(1)
    assert b"id: 1" in await told(stream)


async def test_a_listener_who_does_not_keep_up_is_told_once(live: Live, lines: Lines) -> None:
    slow, quick = await opened(live, 1), await opened(live, 1)
    for number in range(1, 2001):
        lines.add(number)
    async with asyncio.timeout(60):
        while b"id: 2000\n" not in await anext(quick):
            pass
    assert b"id: 2000\n" in await told(slow)


async def test_a_message_that_joined_is_told_at_once(live: Live) -> None:
    stream = await opened(live, 7)
    live.touched(7)
    assert b"accepted" in await told(stream)


async def test_closing_ends_every_stream_and_opens_no_more(live: Live) -> None:
    stream = await opened(live, 1)
    live.close()
    async with asyncio.timeout(60):
        assert not [part async for part in stream if b"refresh" in part]
    assert live.is_full


async def test_nobody_reads_the_journal_while_nobody_listens(live: Live, lines: Lines) -> None:
    stream = await opened(live, 1)
    lines.add(1)
    await told(stream)
    await stream.aclose()
    live.wake()
    async with asyncio.timeout(60):
        while live.is_following:
            await asyncio.sleep(0.01)
    reads = lines.reads
    live.wake()
    await asyncio.sleep(0)
    assert lines.reads == reads


async def test_each_step_of_the_pipeline_reaches_who_watches(container: Container, front: Front) -> None:
    live = Live(container.work.journal)
    stream = await opened(live, None)
    await front.say("The oven is broken")
    assert b"event: refresh" in await told(stream)
    live.close()
