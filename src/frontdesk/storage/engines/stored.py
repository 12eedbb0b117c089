"""What every store begins with: a database, and where it needs them a clock and a maker of ids."""

from frontdesk.interfaces import Clock, NewId
from frontdesk.storage.engines.database import Database


class Stored:
    """Reads and writes a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database


class StoredByClock(Stored):
    """Writes with what it stores when that was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        super().__init__(database)
        self._clock = clock


class StoredWithIds(StoredByClock):
    """Gives what it stores ids of its own."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and maker of ids."""
        super().__init__(database, clock)
        self._new_id = new_id
