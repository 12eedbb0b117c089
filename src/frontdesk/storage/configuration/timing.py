"""What people set up about time, on a database: one row that holds all of it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from frontdesk.interfaces import Clock, Conflict, NotFound
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.templates import change_text
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.deadlines import SETUP, current_setup, deadlines_of
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.timers import set_watch, settle_all
from frontdesk.storage.schema.configuration import meta
from frontdesk.timing.deadlines import Deadline
from frontdesk.timing.entries import FIELDS, MOST_ENTRIES, Texts, check_entry, entries_of

Entries = Mapping[str, Mapping[str, Texts]]


class StoredTiming:
    """Calendars, service levels and timed rules on a database, and the deadlines that follow from them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    async def entries(self) -> Entries:
        """All entries by kind and name."""
        row = select(meta.c.value).where(meta.c.key == SETUP)
        stored = entries_of(await self._database.read(lambda c: c.execute(row).scalar() or ""))
        return {kind: {name: _shown(kind, entry) for name, entry in stored[kind].items()} for kind in FIELDS}

    async def entry(self, kind: str, name: str) -> Texts:
        """One entry. Raises NotFound."""
        found = (await self.entries()).get(kind, {}).get(name)
        if found is None:
            raise NotFound(tr("there is no entry {name} of this kind", name=name[:40]))
        return found

    async def put(self, kind: str, name: str, given: Texts, by: str) -> Texts:
        """Store an entry, new or changed. Raises NotFound (kind), Invalid that names the field, Conflict (too many)."""
        if kind not in FIELDS:
            raise NotFound(tr("there is no entry {name} of this kind", name=name[:40]))
        now = self._clock()
        new = check_entry(kind, name, given, now.isoformat())
        await self._database.write(lambda c: _change(c, kind, name, new, by, now))
        return _shown(kind, new)

    async def remove(self, kind: str, name: str, by: str) -> None:
        """Delete an entry. Raises NotFound."""
        await self.entry(kind, name)
        await self._database.write(lambda c: _change(c, kind, name, None, by, self._clock()))

    async def deadlines(self, interaction_id: int) -> list[Deadline]:
        """Those of an interaction, the next to be due first, then those without a time."""
        found = await self._database.read(lambda c: deadlines_of(c, [interaction_id]))
        every = found[interaction_id]
        return sorted(every, key=lambda each: (each.due_at is None, each.due_at or each.ended_at or self._clock()))


def _shown(kind: str, entry: Texts) -> Texts:
    return {name: entry[name] for name in FIELDS[kind] if name in entry}


def _change(connection: Connection, kind: str, name: str, new: Texts | None, by: str, now: datetime) -> None:
    """One entry changed; what ran is counted by the calendars of before, and all deadlines are looked at again."""
    settle_all(connection, current_setup(connection), now)

    def change(text: str) -> str:
        every = entries_of(text)
        before = every[kind].pop(name, None)
        if new is not None:
            every[kind][name] = {**new, "since": before["since"] if before else new["since"]}
        if len(every[kind]) > MOST_ENTRIES:
            raise Conflict(tr("there are {most} entries already: delete one first", most=MOST_ENTRIES))
        return msgspec.json.encode(every).decode()

    change_text(connection, SETUP, change)
    set_watch(connection, now)
    note(connection, now, "timing_changed", by=by, detail={"kind": kind, "name": name, "entry": new})
