"""Following what changes: nothing is hidden, whoever writes meanwhile and however late it commits."""

import asyncio
import random

import pytest
from sqlalchemy import Connection, select, text, update

from frontdesk.interfaces import Invalid
from frontdesk.model import NewMessage
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.opening.upgrade import upgrade
from frontdesk.storage.schema.interactions import interaction
from frontdesk.wiring.container import Container, database_url, now

# The server has one order of transactions for all its databases: what others do on it delays, and hides nothing.
SECONDS = 60
ON_POSTGRESQL = pytest.mark.parametrize("dialect", [pytest.param("postgresql", marks=pytest.mark.postgres)])


@pytest.fixture
def lists(container: Container) -> StoredLists:
    return StoredLists(container.database, container.configuration.codes, now)


class Mirror:
    """A copy: versions by id."""

    def __init__(self, lists: StoredLists) -> None:
        self.lists, self.token, self.rows = lists, "0", dict[int, int]()

    async def follow(self, limit: int = 7) -> list[int]:
        told: list[int] = []
        while True:
            page = await self.lists.following(self.token, limit)
            assert page.next_cursor
            self.token = page.next_cursor
            self.rows |= {row.id: row.version for row in page.rows}
            told += [row.id for row in page.rows]
            if not page.rows:
                return told

    async def catch_up(self, container: Container) -> list[int]:
        """All that is told until the copy is complete."""
        told = await self.follow()
        async with asyncio.timeout(SECONDS):
            while self.rows != await stored(container):
                await asyncio.sleep(0.05)
                told += await self.follow()
        return told


async def stored(container: Container) -> dict[int, int]:
    rows = select(interaction.c.id, interaction.c.version)
    return dict(await container.database.read(lambda c: c.execute(rows).all()))


async def open_some(container: Container, count: int) -> list[int]:
    said = (container.messages.inbox.accept(NewMessage(f"message {n}", "WEB")) for n in range(count))
    return [each.interaction_id for each in await asyncio.gather(*said)]


def change(key: int) -> object:
    row = update(interaction).where(interaction.c.id == key)
    return row.values(version=interaction.c.version + 1, updated_at=now())


async def test_each_change_is_told_once_oldest_first_and_the_token_leads_on(
    container: Container, lists: StoredLists
) -> None:
    ids, mirror = await open_some(container, 20), Mirror(lists)
    assert sorted(await mirror.catch_up(container)) == sorted(ids)
    assert await mirror.follow() == []
    for key in (ids[3], ids[1], ids[3]):
        await container.database.write(lambda c, key=key: c.execute(change(key)))
    told = await mirror.catch_up(container)
    assert [key for n, key in enumerate(told) if key not in told[n + 1 :]] == [ids[1], ids[3]]


async def test_a_row_that_changes_between_two_pages_is_not_lost(container: Container, lists: StoredLists) -> None:
    ids, mirror = await open_some(container, 81), Mirror(lists)
    page = await lists.following("0", 10)
    last = (set(ids) - {row.id for row in page.rows}).pop()
    await container.database.write(lambda c: c.execute(change(last)))
    await mirror.catch_up(container)
    assert mirror.rows[last] == (await stored(container))[last]


async def test_nothing_is_lost_while_many_write(container: Container, lists: StoredLists) -> None:
    ids, mirror, chance = await open_some(container, 60), Mirror(lists), random.Random(11)
    writing = True

    async def write() -> None:
        for _ in range(40):
            keys = sorted(chance.sample(ids, 3))  # in order, so that they do not wait for each other in a circle
            await container.database.write(lambda c, keys=keys: [c.execute(change(key)) for key in keys])

    async def follow() -> None:
        while writing:
            await mirror.follow()

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write() for _ in range(6)), open_some(container, 30))
    writing = False
    await following
    await mirror.catch_up(container)
    assert len(mirror.rows) == 90


@ON_POSTGRESQL
async def test_what_commits_late_is_told_and_what_came_after_waits_for_it(
    container: Container, lists: StoredLists
) -> None:
    ids, mirror = await open_some(container, 3), Mirror(lists)
    await mirror.catch_up(container)
    begun, let = asyncio.Event(), asyncio.Event()

    def late(connection: Connection) -> None:
        from sqlalchemy.util import await_only

        connection.execute(change(ids[0]))
        begun.set()
        await_only(let.wait())

    writing = asyncio.create_task(container.database.write(late))
    await begun.wait()
    await container.database.write(lambda c: c.execute(change(ids[1])))
    assert await mirror.follow() == []
    let.set()
    await writing
    assert await mirror.catch_up(container) == [ids[0], ids[1]]


@ON_POSTGRESQL
async def test_after_a_restore_on_a_server_that_counted_less_nothing_is_hidden(
    container: Container, lists: StoredLists
) -> None:
    ids, mirror = await open_some(container, 3), Mirror(lists)
    far = text("UPDATE interaction SET changed = txid_current() + 1000000")
    await container.database.write(lambda c: c.execute(far))
    await upgrade(database_url(container.settings))
    assert sorted(await mirror.catch_up(container)) == sorted(ids)
    with pytest.raises(Invalid, match="of another database"):
        await lists.following(await _token(10**14), 5)


async def _token(stamp: int) -> str:
    from frontdesk.storage.engines.paging import encode

    return encode((stamp, 1))
