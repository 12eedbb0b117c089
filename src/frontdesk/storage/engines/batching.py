"""Commits shared by many callers, for databases behind a pool: writes during a commit go into the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from frontdesk.storage.engines.database import BatchOperation, Database, Operation

T = TypeVar("T")
Item = TypeVar("Item")

MOST_IN_ONE_COMMIT = 128
BATCHES_AT_ONCE = 2


class BatchingDatabase(Database):
    """What databases behind a pool have in common."""

    def __init__(self) -> None:
        """Batches are committed by `write`."""
        self._batches = Batches(self)

    @override
    async def write_batched(self, operation: BatchOperation[Item, T], item: Item) -> T:
        return await self._batches.write(operation, item)

    @property
    @override
    def is_waited_for(self) -> bool:
        return self._batches.is_waited_for

    @override
    async def scrub(self) -> None:
        """The server cleans up by itself."""


class Batches:
    """One batch at a time is filled for each operation, while earlier ones are being committed."""

    def __init__(self, database: Database) -> None:
        """Write through this database."""
        self._database = database
        self._batches: dict[Callable[..., Any], _Batch] = {}
        self._waiting = 0

    async def write(self, operation: BatchOperation[Item, T], item: Item) -> T:
        """Run a writing function; all it did is durable when this returns, or nothing is when it raises.

        It may run more than once (a deadlock or a lost connection), so it must touch nothing but the database.
        """
        batch = self._batches.get(operation)
        if batch is None:
            batch = self._batches[operation] = _Batch(self._database, operation)
        self._waiting += 1
        try:
            return await batch.add(item)  # type: ignore[no-any-return]
        finally:
            self._waiting -= 1

    @property
    def is_waited_for(self) -> bool:
        """Whether callers of `write_batched` wait for their commit now: a good moment for the rest to give way."""
        return self._waiting > 0

    async def drain(self) -> None:
        """Wait for what is under way."""
        for batch in self._batches.values():
            await batch.drain()


class _Batch:
    """Collects the items of callers while earlier ones are being committed."""

    def __init__(self, database: Database, operation: Callable[..., Any]) -> None:
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
                _hand_over(error, future)
            return
        for (_, future), answer in zip(taken, answers, strict=True):
            _hand_over(answer, future)

    async def _one_by_one(self, taken: list[tuple[Any, asyncio.Future[Any]]]) -> None:
        """Run the items one by one, so that a bad item does not fail the others of its batch."""
        for item, future in taken:
            try:
                [answer] = await self._database.write(_alone(self._operation, item))
            except Exception as error:  # handed to the caller whose item it is
                answer = error
            _hand_over(answer, future)


def _hand_over(answer: Any, future: asyncio.Future[Any]) -> None:
    """Give a caller its result; the caller may have been cancelled."""
    if future.done():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _alone(operation: Callable[..., Any], item: Any) -> Operation[Any]:
    return lambda connection: operation(connection, [item])
