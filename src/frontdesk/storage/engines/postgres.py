"""PostgreSQL through asyncpg: the same synchronous functions, run over a pool, deadlocks repeated.

Each round trip costs about as much as the statement itself, so there are none without need: reads of one statement have
no BEGIN and COMMIT, and only a connection that has been idle is asked whether it is still there. A read that turns out
to need a second statement is begun anew in a transaction that sees one moment, and so from then on at once.
"""

import asyncio
import contextlib
import random
import time
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from typing_extensions import override

from frontdesk.interfaces import Invalid, Unavailable
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.batching import BatchingDatabase
from frontdesk.storage.engines.database import Operation, encode_json
from frontdesk.storage.engines.remote import remote_engine
from frontdesk.storage.engines.sealing import Sealer, use

T = TypeVar("T")

CACHE_SECONDS = 1.0
STATEMENTS = "statements"
TRIES = 5
UNIQUE = "23505"  # two batches took the same new reference
# serialization_failure, deadlock_detected, unique_violation
REPEATABLE = {"40001", "40P01", UNIQUE}
# connection exception, insufficient resources (disk full, too many connections), operator intervention (shutdown)
DENIED = ("28", "3D")  # invalid authorization, no such database
AWAY = ("08", "53", "57")


class PostgresDatabase(BatchingDatabase):
    """A pool of connections; none is held while anything but the database is waited for."""

    dialect = "postgresql"

    def __init__(self, url: URL, pool_size: int, sealer: Sealer | None = None) -> None:
        """Connect lazily to `url`."""
        super().__init__()
        self._engine = remote_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            json_serializer=encode_json,
            connect_args={"timeout": 10, "command_timeout": 60},
        )
        _watch_idle_connections(self._engine)
        use(self._engine.dialect, sealer)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._seeing_one_moment = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        _allow_one_statement(self._reading)
        self._long_reads: set[Any] = set()

    @override
    async def read(self, operation: Operation[T]) -> T:
        name = getattr(operation, "__code__", operation)
        try:
            if name not in self._long_reads:
                with contextlib.suppress(_SecondStatement):
                    async with self._reading.connect() as connection:
                        connection.info[STATEMENTS] = 0
                        return await connection.run_sync(operation)
                self._long_reads.add(name)
            async with self._seeing_one_moment.connect() as connection:
                return await connection.run_sync(operation)
        except (OSError, DBAPIError) as error:
            raise as_ours(error) from error

    @override
    async def write(self, operation: Operation[T]) -> T:
        said = ""
        for attempt in range(TRIES):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(operation)
            except (OSError, DBAPIError) as error:
                before, said = said, _said(error)
                hopeless = _sqlstate(error) == UNIQUE and said == before  # a race would have been seen by now
                if _sqlstate(error) not in REPEATABLE or hopeless or attempt == TRIES - 1:
                    raise as_ours(error) from error
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    @override
    async def close(self) -> None:
        await self._batches.drain()
        await self._engine.dispose()


class _SecondStatement(BaseException):
    """A read has a second statement, which must see what the first one saw; no `except` of its own may stop this."""


def _allow_one_statement(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _count(connection: Connection, *_: Any) -> None:
        connection.info[STATEMENTS] = connection.info.get(STATEMENTS, 0) + 1
        if connection.info[STATEMENTS] > 1:
            raise _SecondStatement


def _watch_idle_connections(engine: AsyncEngine) -> None:
    """Before a connection is used: one that is known to be closed, or does not answer after a pause, is replaced."""

    @event.listens_for(engine.sync_engine, "checkin")
    def _used(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _use(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        was_idle = time.monotonic() - entry.info.get("used", time.monotonic()) > CACHE_SECONDS
        if connection.driver_connection.is_closed() or (was_idle and not _answers(engine.dialect, connection)):
            raise InvalidatePoolError


def _answers(dialect: Dialect, connection: Any) -> bool:
    try:
        return dialect.do_ping(connection)
    except Exception:  # whatever it is, a new connection is worth more than knowing
        return False


def _said(error: Exception) -> str:
    """With the key that was there already, which tells the second race from the first."""
    cause = getattr(error, "orig", error)
    return f"{cause} {getattr(cause, 'detail', None) or ''}"


def _sqlstate(error: Exception) -> str:
    cause = getattr(error, "orig", None)
    return str(getattr(cause, "sqlstate", "") or getattr(cause, "pgcode", ""))


def at_start(error: Exception) -> Exception:
    """Like `as_ours`, at start: a refused login or a missing database means a wrong address."""
    if _sqlstate(error).startswith(DENIED):
        return Invalid(f"storage.url: the database refuses: {getattr(error, 'orig', error)}", "storage.url")
    return as_ours(error)


def as_ours(error: Exception) -> Exception:
    """The error for a server that is away, full or shutting down: not the caller's fault, and worth another try."""
    gone = isinstance(error, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
    if gone or _sqlstate(error).startswith(AWAY):
        return Unavailable(
            tr("the database cannot be used now: {error}", error=getattr(error, "orig", error)), after_seconds=2
        )
    return error
