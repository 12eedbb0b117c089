"""The code lists and the catalogue of intents: data that people edit; analyses follow at once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from typing_extensions import override

from frontdesk.interfaces import Catalogue, CatalogueSource, Clock, Conflict, NewId, NotFound
from frontdesk.interfaces.access import acting
from frontdesk.model import Code, CodeList, Intent
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.schema.configuration import code, example, meta
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.rows import fact

STAMP = "catalogue"
MOST_NAMES = 20_000


class StoredCodes(CatalogueSource):
    """Code lists on a database; also the catalogue."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id
        self._catalogue: Catalogue | None = None
        self._lists: tuple[str, dict[CodeList, tuple[Code, ...]]] | None = None
        self._refreshing = asyncio.Lock()

    @override
    async def catalogue(self) -> Catalogue:
        stamp = await self._database.read(read_stamp)
        if self._catalogue is None or self._catalogue.stamp != stamp:
            async with self._refreshing:
                if self._catalogue is None or self._catalogue.stamp != stamp:
                    self._catalogue = await self._database.read(_read_catalogue)
        return self._catalogue

    async def all(self) -> dict[CodeList, tuple[Code, ...]]:
        """Every list, by position then code; cheap when nothing changed."""
        stamp = await self._database.read(read_stamp)
        if self._lists is None or self._lists[0] != stamp:
            self._lists = (stamp, await self._database.read(_read_lists))
        return self._lists[1]

    async def names(self, which: CodeList) -> dict[str, str]:
        """Code to name of one list."""
        return {entry.code: entry.name for entry in (await self.all()).get(which, ())}

    async def put(self, entry: Code, *, create: bool | None = None) -> Code:
        """Store an entry. `create` True refuses one that exists (Conflict), False one that does not (NotFound)."""
        now = self._clock()
        ids, by = [self._new_id() for _ in entry.examples], acting()
        await self._database.write(lambda c: put_entry(c, entry, create, now, ids, by))
        return entry

    async def remove(self, which: CodeList, key: str) -> None:
        """Take an entry out of use: it stays readable on what carries it. Raises NotFound."""
        now, by = self._clock(), acting()
        await self._database.write(lambda c: _retire(c, which, key, now, by))

    async def learn(self, intent: str, text: str, correction_id: str) -> None:
        """Make a corrected message an example of the intent that a person gave it."""
        row = {"id": self._new_id(), "intent": intent, "text": text, "created_at": self._clock()}
        await self._database.write(lambda c: learn(c, row | {"correction_id": correction_id}))


class StoredCodeEntries:
    """New entries of code lists on a database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def add(self, entry: Code, once: IdempotencyKey | None) -> StoredAnswer[Code]:
        """Raises Conflict when the code exists."""
        now, ids, by = self._clock(), [self._new_id() for _ in entry.examples], acting()

        def operation(connection: Connection) -> Code:
            put_entry(connection, entry, True, now, ids, by)
            return entry

        return await write_once(self._database, once, Code, now, operation)


def read_stamp(connection: Connection, key: str = STAMP) -> str:
    """Changes with every change of the catalogue or a code list, or of what else has a stamp."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar() or "0"


def touch(connection: Connection, key: str = STAMP) -> None:
    """Say that the catalogue changed, or what else has a stamp."""
    stamp = str(int(read_stamp(connection, key)) + 1)
    if connection.execute(update(meta).where(meta.c.key == key).values(value=stamp)).rowcount == 0:
        connection.execute(insert(meta), [{"key": key, "value": stamp}])


def changed(connection: Connection, at: datetime, by: str, which: CodeList, key: str, **values: Any) -> None:
    """Say that an entry of a list changed, here and in the audit trail."""
    append(connection, at, "code_changed", by, subject=f"{which.value} {key}", detail=values)
    touch(connection)


def learn(connection: Connection, row: dict[str, Any]) -> None:
    """Store an example that a correction gave, in the correction's transaction."""
    connection.execute(insert(example), [row])
    touch(connection)


def _read_lists(connection: Connection) -> dict[CodeList, tuple[Code, ...]]:
    given: dict[str, list[str]] = {}
    examples = select(example.c.intent, example.c.text).where(example.c.correction_id.is_(None))
    for intent, words in connection.execute(examples.order_by(example.c.id)):
        given.setdefault(intent, []).append(words)
    lists: dict[CodeList, list[Code]] = {which: [] for which in CodeList}
    for row in connection.execute(select(code).order_by(code.c.list, code.c.position, code.c.code)).mappings():
        examples_of = tuple(given.get(row["code"], ())) if row["list"] == CodeList.INTENT else ()
        entry = fact(Code, row, examples=examples_of)
        lists[entry.list].append(entry)
    return {which: tuple(entries) for which, entries in lists.items()}


def _read_catalogue(connection: Connection) -> Catalogue:
    entries = [entry for entry in _read_lists(connection)[CodeList.INTENT] if entry.active]
    learned = select(example.c.text, example.c.intent).where(example.c.correction_id.is_not(None))
    names = select(customer.c.name).order_by(customer.c.id).limit(MOST_NAMES)
    return Catalogue(
        stamp=read_stamp(connection),
        intents=tuple(Intent(e.code, e.name, e.description, e.examples) for e in entries),
        learned=tuple((text, intent) for text, intent in connection.execute(learned.order_by(example.c.id))),
        customers=tuple(connection.execute(names).scalars()),
    )


def put_entry(
    connection: Connection, entry: Code, create: bool | None, now: datetime, ids: Sequence[str], by: str
) -> None:
    """Store an entry with its examples (`ids` are theirs); see StoredCodes.put. Raises Conflict, NotFound."""
    here = (code.c.list == entry.list.value, code.c.code == entry.code)
    exists = connection.execute(select(code.c.code).where(*here)).first() is not None
    if create is True and exists:
        raise Conflict(tr("{list} {code} exists already", list=entry.list.value, code=entry.code))
    if create is False and not exists:
        raise NotFound(tr("there is no {list} {code}", list=entry.list.value, code=entry.code))
    values = {"name": entry.name, "description": entry.description, "position": entry.position, "active": entry.active}
    if exists:
        connection.execute(update(code).where(*here).values(**values))
    else:
        connection.execute(insert(code), [values | {"list": entry.list.value, "code": entry.code}])
    if entry.list is CodeList.INTENT:
        _replace_examples(connection, entry, now, ids)
    changed(connection, now, by, entry.list, entry.code, **values, examples=len(entry.examples))


def _replace_examples(connection: Connection, entry: Code, now: datetime, ids: Sequence[str]) -> None:
    given = (example.c.intent == entry.code, example.c.correction_id.is_(None))
    connection.execute(delete(example).where(*given))
    pairs = zip(ids, entry.examples, strict=True)
    rows = [{"id": key, "intent": entry.code, "text": text, "created_at": now} for key, text in pairs]
    if rows:
        connection.execute(insert(example), rows)


def _retire(connection: Connection, which: CodeList, key: str, now: datetime, by: str) -> None:
    here = (code.c.list == which.value, code.c.code == key)
    if connection.execute(update(code).where(*here).values(active=False)).rowcount == 0:
        raise NotFound(tr("there is no {list} {code}", list=which.value, code=key))
    changed(connection, now, by, which, key, active=False)
