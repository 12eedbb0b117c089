"""SAP HANA through SAP's driver and SQLAlchemy dialect (extra `hana`): the same synchronous functions, run on threads.

Transactions read what is committed; rows that are about to change are locked first, and what loses such a race is
repeated. Error codes: SAP HANA SQL Reference Guide, "SQL Error Codes"; those of the client are negative.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from typing_extensions import override

from frontdesk.interfaces import Invalid, Unavailable
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.batching import BATCHES_AT_ONCE, BatchingDatabase
from frontdesk.storage.engines.database import Operation, encode_json
from frontdesk.storage.engines.sealing import Sealer, use

T = TypeVar("T")

TRIES = 5
UNIQUE = 301  # two batches took the same new reference
# transaction rolled back: lock wait timeout, by a deadlock, serialization failure; unique constraint violated
REPEATABLE = {131, 133, 138, UNIQUE}
# out of memory, not enough disk or memory for a transaction; connection failed, lost, reconnected or closed
AWAY = {4, 149, -10108, -10709, -10806, -10807, -10821}
DENIED = 10  # invalid user name or password
ENCRYPTED = {"encrypt": "true", "sslValidateCertificate": "true"}


class HanaDatabase(BatchingDatabase):
    """A pool of connections, each used by one thread at a time."""

    dialect = "hana"

    def __init__(self, url: URL, pool_size: int, sealer: Sealer | None = None) -> None:
        """Connect lazily to `url`. Raises Invalid where the extra is not installed."""
        super().__init__()
        self._engine = hana_engine(url, pool_size=pool_size, max_overflow=BATCHES_AT_ONCE)
        use(self._engine.dialect, sealer)
        self._threads = ThreadPoolExecutor(pool_size + BATCHES_AT_ONCE, "hana")

    @override
    async def read(self, operation: Operation[T]) -> T:
        return await self._on_thread(self._read, operation)

    @override
    async def write(self, operation: Operation[T]) -> T:
        return await self._on_thread(self._write, operation)

    @override
    async def close(self) -> None:
        await self._batches.drain()
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def _on_thread(self, run: Callable[[Operation[T]], T], operation: Operation[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, operation)

    def _read(self, operation: Operation[T]) -> T:
        try:
            with self._engine.connect() as connection:
                return operation(connection)
        except DBAPIError as error:
            raise as_ours(error) from error

    def _write(self, operation: Operation[T]) -> T:
        said = ""
        for attempt in range(TRIES):
            try:
                with self._engine.begin() as connection:
                    return operation(connection)
            except DBAPIError as error:
                before, said = said, str(error.orig)
                hopeless = _code(error) == UNIQUE and said == before  # a race would have been seen by now
                if _code(error) not in REPEATABLE or hopeless or attempt == TRIES - 1:
                    raise as_ours(error) from error
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")


def hana_engine(url: URL, **arguments: Any) -> Engine:
    """An engine that connects lazily, encrypted unless the address says `?encrypt=false`. Raises Invalid.

    What else the address asks for (`?sslTrustStore=…&currentSchema=…`) goes to the driver as it is.
    """
    safe = url.update_query_dict({name: v for name, v in ENCRYPTED.items() if name not in url.query})
    if url.query.get("encrypt") == "false":
        safe = safe.difference_update_query(["sslValidateCertificate"])
    logging.getLogger("alembic").setLevel(logging.WARNING)  # the dialect loads it, which tells of every plug-in
    try:
        return create_engine(safe, json_serializer=encode_json, hide_parameters=True, pool_pre_ping=True, **arguments)
    except (ImportError, NoSuchModuleError):
        raise Invalid(
            "storage.url names SAP HANA, whose driver is not installed: pip install 'frontdesk[hana]'", "storage.url"
        ) from None


def _code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "errorcode", 0) or 0)


def at_start(error: DBAPIError) -> Exception:
    """Like `as_ours`, at start: a refused login means a wrong address."""
    if _code(error) == DENIED:
        return Invalid(f"storage.url: the database refuses: {error.orig}", "storage.url")
    return as_ours(error)


def as_ours(error: DBAPIError) -> Exception:
    """The error for a server that is away or full: not the caller's fault, and worth another try."""
    if error.connection_invalidated or _code(error) in AWAY:
        return Unavailable(tr("the database cannot be used now: {error}", error=error.orig), after_seconds=2)
    return error
