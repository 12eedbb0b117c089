"""Values that are believed for some seconds: fetched once for all who wait, forgotten when told to."""

import asyncio

import pytest

from frontdesk.interfaces.cached import Cached, CachedByKey
from tests.fakes import Seconds


class Source:
    """Counts; fails or waits where it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def fetch(self) -> int:
        self.count += 1
        mine = self.count
        await self.may_answer.wait()
        if self.fails:
            raise RuntimeError("away")
        return mine


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def source() -> Source:
    return Source()


async def test_a_value_is_believed_for_its_seconds_and_no_longer(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    assert [await cached.get(source.fetch) for _ in range(2)] == [1, 1]
    clock.now = 5.0
    assert await cached.get(source.fetch) == 2


async def test_a_value_may_say_how_long_it_is_good_for(clock: Seconds, source: Source) -> None:
    cached = Cached[int](lambda value: value * 10.0, clock)
    await cached.get(source.fetch)
    clock.now = 10.0
    await cached.get(source.fetch)
    clock.now = 29.0
    assert await cached.get(source.fetch) == 2


async def test_none_is_a_value(clock: Seconds) -> None:
    asked = []

    async def fetch() -> None:
        asked.append(1)

    cached = Cached[None](5.0, clock)
    await cached.get(fetch)
    await cached.get(fetch)
    assert len(asked) == 1


async def test_those_who_ask_at_once_wait_for_one_fetch(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    source.may_answer.clear()
    waiting = [asyncio.ensure_future(cached.get(source.fetch)) for _ in range(9)]
    await asyncio.sleep(0)
    source.may_answer.set()
    assert await asyncio.gather(*waiting) == [1] * 9


async def test_one_who_is_cancelled_leaves_the_fetch_to_the_next(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    source.may_answer.clear()
    first, second = (asyncio.ensure_future(cached.get(source.fetch)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.may_answer.set()
    assert await second == 2


async def test_a_fetch_that_fails_is_told_and_tried_again(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    await cached.get(source.fetch)
    clock.now, source.fails = 5.0, True
    with pytest.raises(RuntimeError, match="away"):
        await cached.get(source.fetch)
    assert cached.known == 1
    source.fails = False
    assert await cached.get(source.fetch) == 3


async def test_what_is_forgotten_is_fetched_again(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    await cached.get(source.fetch)
    cached.forget()
    assert await cached.get(source.fetch) == 2


async def test_what_is_forgotten_while_it_is_fetched_is_not_believed(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    source.may_answer.clear()
    asking = asyncio.ensure_future(cached.get(source.fetch))
    await asyncio.sleep(0)
    cached.forget()
    source.may_answer.set()
    assert (await asking, await cached.get(source.fetch)) == (1, 2)


async def test_what_is_put_is_believed_without_a_fetch(clock: Seconds, source: Source) -> None:
    cached = Cached[int](5.0, clock)
    cached.put(7)
    assert await cached.get(source.fetch) == 7
    assert source.count == 0


async def test_each_key_has_a_value_of_its_own(clock: Seconds, source: Source) -> None:
    cached = CachedByKey[str, int](5.0, clock)
    assert [await cached.get(key, source.fetch) for key in "abab"] == [1, 2, 1, 2]
    cached.forget("a")
    assert [await cached.get(key, source.fetch) for key in "ab"] == [3, 2]


async def test_no_more_keys_are_kept_than_there_is_room_for(clock: Seconds, source: Source) -> None:
    cached = CachedByKey[str, int](5.0, clock, most=2)
    assert [await cached.get(key, source.fetch) for key in "abca"] == [1, 2, 3, 4]
