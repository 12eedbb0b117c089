"""What one read sees is one moment, however many statements it has; a read of one statement is one round trip."""

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from frontdesk.storage.engines.database import prepare_sqlite
from frontdesk.storage.schema.configuration import meta
from frontdesk.wiring.container import Container, database_url


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(meta)).scalar_one()


def _write_elsewhere(container: Container, key: str) -> None:
    """Commit a row on another connection, out of the middle of a read."""
    row = insert(meta).values(key=key, value="")
    if container.database.dialect == "postgresql":
        await_only(container.database.write(lambda c: c.execute(row).rowcount))
        return
    engine = create_engine(database_url(container.settings))
    prepare_sqlite(engine)
    with engine.connect() as connection:
        connection.execute(row)
    engine.dispose()


async def test_a_write_between_two_statements_of_a_read_is_not_seen(container: Container) -> None:
    written: list[str] = []

    def look(connection: Connection) -> tuple[int, int]:
        first = count(connection)
        written.append(f"key {len(written)}")
        _write_elsewhere(container, written[-1])
        return first, count(connection)

    for _ in range(3):
        first, second = await container.database.read(look)
        assert first == second
    assert await container.database.read(count) == first + 1


async def test_a_read_of_one_statement_has_no_transaction_and_a_longer_one_a_single_one(container: Container) -> None:
    if container.database.dialect != "postgresql":
        pytest.skip("SQLite begins without a round trip")
    begun: list[str] = []

    def hear(connection: Connection, *_: object) -> None:
        begun.append(connection.get_execution_options()["isolation_level"])

    def twice(connection: Connection) -> tuple[int, int]:
        return count(connection), count(connection)

    await container.database.read(twice)
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        await container.database.read(count)
        await container.database.read(twice)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert begun == ["AUTOCOMMIT", "REPEATABLE READ", "REPEATABLE READ"]


async def test_a_read_of_several_statements_cannot_write(container: Container) -> None:
    if container.database.dialect != "postgresql":
        pytest.skip("SQLite undoes what a read writes")

    def write(connection: Connection) -> int:
        count(connection)
        return connection.execute(insert(meta).values(key="x", value="")).rowcount

    with pytest.raises(DBAPIError, match="read-only"):
        await container.database.read(write)
