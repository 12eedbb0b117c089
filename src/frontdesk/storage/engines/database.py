"""Opens the database: SQLite behind one writer thread with group commit, PostgreSQL or SAP HANA behind a pool.

All take synchronous functions over a Connection, so that every query exists once. `read` and `write` return
when the transaction has ended; a write has then been fsynced.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, event

T = TypeVar("T")
Item = TypeVar("Item")
Operation = Callable[[Connection], T]
BatchOperation = Callable[[Connection, Sequence[Item]], Sequence[T | Exception]]


class Database(Protocol):
    """A database that answers."""

    dialect: str

    async def read(self, operation: Operation[T]) -> T:
        """Run a reading function. All its statements see one moment; on HANA each sees what is committed by then.

        It may run more than once, so it must touch nothing but the database, and that by reading alone.
        """
        ...

    async def write(self, operation: Operation[T]) -> T:
        """Run a writing function; all it did is durable when this returns, or nothing is when it raises.

        It may run more than once (a deadlock or a lost connection), so it must touch nothing but the database.
        """
        ...

    async def write_batched(self, operation: BatchOperation[Item, T], item: Item) -> T:
        """Like `write` for many callers at once: `operation` gets the items of several callers and answers in order.

        An answer that is an exception is raised to its caller alone. These go before all other writes.
        """
        ...

    @property
    def is_waited_for(self) -> bool:
        """Whether callers of `write_batched` wait for their commit now: a good moment for the rest to give way."""
        ...

    async def scrub(self) -> None:
        """Leave nothing of what was overwritten in files that we can reach. A server cleans up by itself (VACUUM)."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of all connections."""
        ...


def encode_json(value: Any) -> str:
    """JSON as it is stored."""
    return msgspec.json.encode(value).decode()


def prepare_sqlite(engine: Any) -> None:
    """Make each new connection durable (WAL, full fsync) and leave BEGIN to us, as SQLAlchemy's SQLite page advises."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
