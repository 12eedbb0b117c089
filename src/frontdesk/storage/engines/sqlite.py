"""SQLite with one writer thread: writes that arrive during a commit share the next commit.

Batched writes (messages being accepted, whose senders wait) go first: beside them a commit takes only a few others.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from frontdesk.interfaces import Unavailable
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import BatchOperation, Database, Operation, encode_json, prepare_sqlite
from frontdesk.storage.engines.sealing import Sealer, use

log = logging.getLogger(__name__)

T = TypeVar("T")
Item = TypeVar("Item")

# More in one transaction makes the others wait longer without saving an fsync worth mentioning.
MOST_IN_ONE_COMMIT = 256
MOST_BESIDE_BATCHED = 2
READERS = 4


@dataclass(slots=True)
class _Job:
    """One write of one caller, waiting for its commit."""

    operation: Callable[..., Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    item: Any = None
    batched: bool = False
    answer: Any = None
    error: BaseException | None = None


class SqliteDatabase(Database):
    """One file, one writer thread, a few reader threads (WAL lets them read meanwhile)."""

    dialect = "sqlite"

    def __init__(self, url: URL, sealer: Sealer | None = None) -> None:
        """Open the file named by `url`; its folder must exist."""
        self._engine = _engine(url)
        use(self._engine.dialect, sealer)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._line = _Line()
        self._waiting = 0
        self._writer = threading.Thread(target=self._write_for_ever, name="sqlite-write", daemon=True)
        self._closed = False
        self._writer.start()

    @override
    async def read(self, operation: Operation[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, operation)

    def _read(self, operation: Operation[T]) -> T:
        with self._engine.connect() as connection:
            try:
                _tell(connection, "BEGIN")
                return operation(connection)
            except (OperationalError, sqlite3.OperationalError, StopIteration) as error:
                raise _as_ours(error) from error
            finally:
                if connection.connection.in_transaction:
                    _tell(connection, "ROLLBACK")

    @override
    async def write(self, operation: Operation[T]) -> T:
        return await self._hand_in(operation, None, batched=False)  # type: ignore[no-any-return]

    @override
    async def write_batched(self, operation: BatchOperation[Item, T], item: Item) -> T:
        self._waiting += 1
        try:
            return await self._hand_in(operation, item, batched=True)  # type: ignore[no-any-return]
        finally:
            self._waiting -= 1

    @property
    @override
    def is_waited_for(self) -> bool:
        return self._waiting > 0

    async def _hand_in(self, operation: Callable[..., Any], item: Any, *, batched: bool) -> Any:
        if self._closed:
            raise Unavailable(tr("the database is closed: the process is going down"))
        loop = asyncio.get_running_loop()
        job = _Job(operation, loop, loop.create_future(), item, batched)
        self._jobs.put(job)
        return await job.future

    @override
    async def scrub(self) -> None:
        if not await asyncio.get_running_loop().run_in_executor(self._readers, self._empty_log):
            log.warning("what was overwritten stays in the write-ahead log until the next time: somebody reads there")

    def _empty_log(self) -> bool:
        """Earlier versions of pages stand in the write-ahead log until it is emptied; false where one is still read."""
        with self._engine.connect() as connection:
            driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # it is one
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    @override
    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._writer.join)
        self._readers.shutdown()
        self._engine.dispose()

    def _write_for_ever(self) -> None:
        """Until the database is closed. Without this thread nobody would be answered, so nothing may end it."""
        while self._line or not self._line.closed:
            jobs: list[_Job] = []
            try:
                with self._engine.connect() as connection:
                    try:
                        while jobs := self._next_jobs() or []:
                            _commit_together(connection, jobs)
                            _answer(jobs)
                    except BaseException:  # whatever broke it, nobody may get this connection again
                        connection.invalidate()
                        raise
            except BaseException as error:  # the connection is broken: these jobs hear of it, the next get a new one
                log.exception("the connection that writes broke; another one is opened")
                _fail(jobs or self._next_jobs() or [], error)

    def _next_jobs(self) -> list[_Job] | None:
        """The jobs of the next commit; None when the database is closed and nothing is left."""
        line = self._line
        if not line and not line.closed:
            line.add(self._jobs.get())
        while not self._jobs.empty():
            line.add(self._jobs.get())
        return line.take() or None


class _Line:
    """Two queues of jobs: batched writes, whose senders wait for an answer, and all others."""

    def __init__(self) -> None:
        self._batched: deque[_Job] = deque()
        self._others: deque[_Job] = deque()
        self.closed = False

    def __bool__(self) -> bool:
        return bool(self._batched or self._others)

    def add(self, job: _Job | None) -> None:
        """Put a job into its line; None says that no more will come."""
        if job is None:
            self.closed = True
        else:
            (self._batched if job.batched else self._others).append(job)

    def take(self) -> list[_Job]:
        """The next jobs, batched ones first; nobody waits for ever."""
        most = MOST_BESIDE_BATCHED if self._batched else MOST_IN_ONE_COMMIT
        taken = [self._batched.popleft() for _ in range(min(len(self._batched), MOST_IN_ONE_COMMIT))]
        return taken + [self._others.popleft() for _ in range(min(len(self._others), most))]


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=READERS + 1,
        max_overflow=0,
        json_serializer=encode_json,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    prepare_sqlite(engine)
    return engine


def _commit_together(connection: Connection, jobs: list[_Job]) -> None:
    """Run all jobs in one transaction; one that fails is undone alone, a commit that fails fails them all."""
    try:
        _tell(connection, "BEGIN IMMEDIATE")
        for group in _groups(jobs):
            _run(connection, group)
        _tell(connection, "COMMIT")
    except BaseException as error:  # whatever it was, every caller must hear of it: nothing is stored
        if connection.connection.in_transaction:
            _tell(connection, "ROLLBACK")
        for job in jobs:
            job.error = job.error or error
    finally:
        connection.rollback()  # SQLAlchemy's own idea of a transaction; the driver's is over


def _groups(jobs: list[_Job]) -> list[list[_Job]]:
    """Batched jobs of the same operation together, each other job by itself, in order of arrival."""
    groups: list[list[_Job]] = []
    open_group: dict[Any, list[_Job]] = {}
    for job in jobs:
        if job.batched and job.operation in open_group:
            open_group[job.operation].append(job)
            continue
        groups.append([job])
        if job.batched:
            open_group[job.operation] = groups[-1]
    return groups


def _run(connection: Connection, group: list[_Job]) -> None:
    """Run one group; when a batch fails, each of its items is tried alone so that one cannot hurt the others."""
    _tell(connection, "SAVEPOINT job")
    try:
        if group[0].batched:
            answers: Sequence[Any] = group[0].operation(connection, [job.item for job in group])
        else:
            answers = [group[0].operation(connection)]
    except Exception as error:  # the callers of this group get it; the other groups go on
        if not connection.connection.in_transaction:
            raise  # SQLite itself rolled all back (disk full, for one): nobody's work is stored
        _tell(connection, "ROLLBACK TO job")
        _tell(connection, "RELEASE job")
        if len(group) > 1:
            for job in group:
                _run(connection, [job])
        else:
            group[0].error = error
        return
    _tell(connection, "RELEASE job")
    for job, answer in zip(group, answers, strict=True):
        if isinstance(answer, Exception):
            job.error = answer
        else:
            job.answer = answer


def _fail(jobs: list[_Job], error: BaseException) -> None:
    for job in jobs:
        job.error = job.error or error
    _answer(jobs)


def _tell(connection: Connection, statement: str) -> None:
    """Begin and end transactions past SQLAlchemy, which takes ten times as long for a statement as SQLite for these."""
    connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]  # it is connected


def _answer(jobs: list[_Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, group in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, group)
        except RuntimeError:
            continue  # the loop has ended: its callers no longer wait


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(_as_ours(job.error))
        else:
            job.future.set_result(job.answer)


def _as_ours(error: BaseException) -> BaseException:
    """A full disk, a locked or unreadable file: nothing of the caller's, and worth another try."""
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        said = error.orig if isinstance(error, OperationalError) else error
        return Unavailable(tr("the database cannot be used now: {error}", error=said), after_seconds=2)
    # No future takes a StopIteration: its caller would wait for ever.
    return RuntimeError("an operation ended early") if isinstance(error, StopIteration) else error


def check_file(url: URL) -> str:
    """What SQLite says of the file's integrity: "ok", or what is wrong."""
    with _engine(url).connect() as connection:
        return str(connection.execute(text("PRAGMA quick_check")).scalar())
