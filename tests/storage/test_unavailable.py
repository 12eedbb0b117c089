"""A full disk or a server that is away: one clear error, nothing half stored, and it goes on afterwards."""

import asyncio
import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from frontdesk.interfaces import Invalid, Unavailable
from frontdesk.model import NewMessage
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.storage.opening.open import open_database, parse_url
from frontdesk.storage.opening.upgrade import upgrade
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.pipeline import work
from frontdesk.wiring.container import Container, open_container


async def test_a_full_disk_refuses_new_messages_and_keeps_the_accepted_ones(tmp_path: Path, builtin: Builtin) -> None:
    async with open_container(load(data=tmp_path, environment={}), builtin) as container:
        kept = await container.messages.inbox.accept(NewMessage("stored before the disk was full", "WEB"))
        pages = await container.database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
        await container.database.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}").scalar())
        big = [container.messages.inbox.accept(NewMessage("x" * 50_000, "WEB")) for _ in range(5)]
        refused = await asyncio.gather(*big, return_exceptions=True)
        assert {type(answer) for answer in refused} == {Unavailable}
        assert "full" in str(refused[0])
        await container.database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000").scalar())
        await container.messages.inbox.accept(NewMessage("there is room again", "WEB"))
        await container.runner.run_until_idle()
        stored = await container.database.read(lambda c: c.execute(select(inbound_message.c.id)).scalars().all())
        assert kept.message_id in stored
        assert len(stored) == 2
        done = select(func.count()).select_from(work).where(work.c.state == "done")
        assert await container.database.read(lambda c: c.execute(done).scalar_one()) == 2


async def test_a_server_that_is_away_is_unavailable_not_a_crash() -> None:
    database = await open_database(parse_url("postgresql://postgres@127.0.0.1:9/nothing"))
    for attempt in (database.read, database.write):
        with pytest.raises(Unavailable, match="cannot be used now"):
            await attempt(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    await database.close()


async def test_a_start_without_its_server_says_so() -> None:
    with pytest.raises(Unavailable, match="cannot be used now"):
        await upgrade(parse_url("postgresql://postgres@127.0.0.1:9/nothing"))


@pytest.mark.postgres
@pytest.mark.parametrize("wrong", [{"database": "frontdesk_no_such"}, {"username": "frontdesk_nobody"}])
async def test_a_start_with_a_wrong_address_says_what_is_wrong(postgres_url: str, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"storage\.url: the database refuses.*frontdesk_no"):
        await upgrade(parse_url(postgres_url).set(**wrong))


@pytest.mark.postgres
async def test_connections_that_the_server_cuts_are_replaced(
    postgres_bare: str, tmp_path: Path, builtin: Builtin
) -> None:
    environment = {"FRONTDESK_STORAGE_URL": postgres_bare}
    async with open_container(load(data=tmp_path, environment=environment), builtin) as container:
        await container.messages.inbox.accept(NewMessage("before", "WEB"))
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await container.database.read(lambda c: c.exec_driver_sql(cut).all())
        await accept_with_patience(container, "after")
        await container.runner.run_until_idle()
        assert await container.work.queue.counts() == {"open": 0, "failed": 0}


async def accept_with_patience(container: Container, text: str) -> None:
    for _ in range(20):
        try:
            await container.messages.inbox.accept(NewMessage(text, "WEB", provider_id=text))
        except Unavailable:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("never available again")


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_closed_database_says_so(settings: Settings, builtin: Builtin) -> None:
    async with open_container(settings, builtin) as container:
        pass
    with pytest.raises(Unavailable, match="going down"):
        await container.messages.inbox.accept(NewMessage("too late", "WEB"))


@pytest.mark.both_databases
async def test_an_operation_that_ends_in_a_way_that_no_future_takes_is_an_error_too(container: Container) -> None:
    for each in (container.database.write, container.database.read):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(each(lambda _: next(iter(()))), 60)


async def test_a_connection_that_breaks_while_it_writes_is_replaced(tmp_path: Path) -> None:
    database = await open_database(parse_url(f"sqlite:///{tmp_path / 'x.sqlite3'}"))
    try:
        with pytest.raises((SQLAlchemyError, sqlite3.Error)):
            await asyncio.wait_for(database.write(lambda c: c.connection.driver_connection.close()), 60)
        one = await asyncio.wait_for(database.write(lambda c: c.exec_driver_sql("SELECT 1").scalar()), 60)
        assert one == 1
    finally:
        await asyncio.wait_for(database.close(), 60)


@pytest.mark.postgres
async def test_a_database_that_comes_up_later_is_waited_for(
    tmp_path: Path, postgres_bare: str, builtin: Builtin
) -> None:
    """Its port is open from the second try on: what comes there is handed on."""
    real = parse_url(postgres_bare)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(real.host, real.port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                sink.write(data)
            sink.close()

        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    async def come_up() -> asyncio.Server:
        await asyncio.sleep(1.5)
        return await asyncio.start_server(hand_on, "127.0.0.1", port)

    url = real.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    settings = load(data=tmp_path, environment={"FRONTDESK_STORAGE_URL": url, "FRONTDESK_STORAGE_WAIT_SECONDS": "60"})
    coming = asyncio.create_task(come_up())
    async with open_container(settings, builtin) as container:
        assert await container.work.condition.revision()
    (await coming).close()
    short = load(data=tmp_path, environment={"FRONTDESK_STORAGE_URL": url, "FRONTDESK_STORAGE_WAIT_SECONDS": "1"})
    with pytest.raises(Unavailable):
        async with open_container(short, builtin):
            pass
