"""PostgreSQL through asyncpg: the same synchronous functions, run over a pool, deadlocks repeated.

Each round trip costs about as much as the statement itself, so there are none without need: reads have no BEGIN and
COMMIT, and only a connection that has been idle is asked whether it is still there.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from frontdesk.interfaces import Unavailable
from frontdesk.storage.database import BatchOperation, Operation, encode_json
from frontdesk.storage.remote import remote_engine

T = TypeVar("T")
Item = TypeVar("Item")

MOST_IN_ONE_COMMIT = 128
BATCHES_AT_ONCE = 2
BELIEVED_SECONDS = 1.0
TRIES = 5
# serialization_failure, deadlock_detected, unique_violation (two batches took the same new reference)
REPEATABLE = {"40001", "40P01", "23505"}
# connection exception, insufficient resources (disk full, too many connections), operator intervention (shutdown)
AWAY = ("08", "53", "57")


class PostgresDatabase:
    """A pool of connections; none is held while anything but the database is waited for."""

    dialect = "postgresql"

    def __init__(self, url: URL, pool_size: int) -> None:
        """Connect lazily to `url`."""
        self._engine = remote_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            json_serializer=encode_json,
            connect_args={"timeout": 10, "command_timeout": 60},
        )
        _watch_idle_connections(self._engine)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._batches: dict[Callable[..., Any], _Batch] = {}
        self._waiting = 0

    async def read(self, operation: Operation[T]) -> T:
        """See Database."""
        try:
            async with self._reading.connect() as connection:
                return await connection.run_sync(operation)
        except (OSError, DBAPIError) as error:
            raise _as_ours(error) from error

    async def write(self, operation: Operation[T]) -> T:
        """See Database."""
        for attempt in range(TRIES):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(operation)
            except (OSError, DBAPIError) as error:
                if _sqlstate(error) not in REPEATABLE or attempt == TRIES - 1:
                    raise _as_ours(error) from error
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    async def write_batched(self, operation: BatchOperation[Item, T], item: Item) -> T:
        """See Database."""
        batch = self._batches.get(operation)
        if batch is None:
            batch = self._batches[operation] = _Batch(self, operation)
        self._waiting += 1
        try:
            return await batch.add(item)  # type: ignore[no-any-return]
        finally:
            self._waiting -= 1

    @property
    def is_waited_for(self) -> bool:
        """See Database."""
        return self._waiting > 0

    async def close(self) -> None:
        """See Database."""
        for batch in self._batches.values():
            await batch.drain()
        await self._engine.dispose()


class _Batch:
    """Collects the items of callers while earlier ones are being committed."""

    def __init__(self, database: PostgresDatabase, operation: Callable[..., Any]) -> None:
        self._database = database
        self._operation = operation
        self._waiting: list[tuple[Any, asyncio.Future[Any]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def add(self, item: Any) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._start()
        return await future

    async def drain(self) -> None:
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self) -> None:
        if self._waiting and len(self._running) < BATCHES_AT_ONCE:
            task = asyncio.create_task(self._flush())
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._start()

    async def _flush(self) -> None:
        taken, self._waiting = self._waiting[:MOST_IN_ONE_COMMIT], self._waiting[MOST_IN_ONE_COMMIT:]
        if not taken:
            return
        items = [item for item, _ in taken]
        try:
            answers: Sequence[Any] = await self._database.write(lambda c: self._operation(c, items))
        except BaseException as error:  # every caller of the batch must hear of it
            if len(taken) > 1 and isinstance(error, DBAPIError):
                await self._one_by_one(taken)
                return
            for _, future in taken:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(taken, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _one_by_one(self, taken: list[tuple[Any, asyncio.Future[Any]]]) -> None:
        """One bad item must not hurt the others of its batch."""
        for item, future in taken:
            try:
                [answer] = await self._database.write(_alone(self._operation, item))
            except Exception as error:  # handed to the caller whose item it is
                answer = error
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


def _watch_idle_connections(engine: AsyncEngine) -> None:
    """Before a connection is used: one that is known to be closed, or does not answer after a pause, is replaced."""

    @event.listens_for(engine.sync_engine, "checkin")
    def _used(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _use(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        was_idle = time.monotonic() - entry.info.get("used", time.monotonic()) > BELIEVED_SECONDS
        if connection.driver_connection.is_closed() or (was_idle and not _answers(engine.dialect, connection)):
            raise InvalidatePoolError


def _answers(dialect: Dialect, connection: Any) -> bool:
    try:
        return dialect.do_ping(connection)
    except Exception:  # whatever it is, a new connection is worth more than knowing
        return False


def _alone(operation: Callable[..., Any], item: Any) -> Operation[Any]:
    return lambda connection: operation(connection, [item])


def _sqlstate(error: Exception) -> str:
    cause = getattr(error, "orig", None)
    return str(getattr(cause, "sqlstate", "") or getattr(cause, "pgcode", ""))


def _as_ours(error: Exception) -> Exception:
    """A server that is away, full or shutting down: nothing of the caller's, and worth another try."""
    gone = isinstance(error, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
    if gone or _sqlstate(error).startswith(AWAY):
        return Unavailable(f"the database cannot be used now: {getattr(error, 'orig', error)}", after_seconds=2)
    return error
