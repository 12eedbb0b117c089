"""The sockets of interfaces that show the house as entities: reading by query trees, changing by writes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from frontdesk.model.querying import Done, Found, Query, Write


class Entities(Protocol):
    """Reads entities."""

    async def read(
        self, query: Query, at: Mapping[str, Any] | None = None, top: int | None = None, skip: int = 0
    ) -> Found:
        """The rows with the values `at`, `top` of them; `more` says whether there are more. Raises Invalid.

        `top` and `skip` count instead of the query's. The same query handed in again is read faster.
        """
        ...

    async def count(self, query: Query, at: Mapping[str, Any] | None = None) -> int:
        """How many rows there are, whatever its page. Raises Invalid."""
        ...


class EntityWriter(Protocol):
    """Changes entities."""

    async def write(self, writes: Sequence[Write]) -> Sequence[Done]:
        """Carry out all in order, or none. Raises NotFound, Invalid (field names the property), Conflict, Stale."""
        ...


class Handled(Protocol):
    """Tells when accepted messages have been handled."""

    async def wait(self, message_ids: Sequence[str], seconds: float) -> Mapping[str, bool]:
        """For each whether it was handled within so many seconds."""
        ...
