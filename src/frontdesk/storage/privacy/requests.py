"""What a person may demand: to be told what is kept about them, and to have it erased."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Connection, Select, insert, select

from frontdesk.model.privacy import Erasure, Kind, PersonFound
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.storage.engines.stored import StoredWithIds
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.pipeline.idempotency import write_once
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.privacy.erasing import as_plain, count, end_work, erase, forget_deleted_words
from frontdesk.storage.privacy.exporting import write_archive
from frontdesk.storage.privacy.finding import Scope, all_kept_answers, complete, find, outside_references
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.storage.schema.privacy import erasure

log = logging.getLogger(__name__)

# What was under way may write a last line of its own after an erasure, such as that an answer left, or what a model
# was asked. It is over long before this.
UNDER_WAY = timedelta(hours=2)


class StoredPrivacy(StoredWithIds):
    """Export and erasure of people on a database. A person is `contact:12`, `customer:1000123`, or an address."""

    async def preview(self, person: str, by: str, place: str = "") -> PersonFound:
        """Who it is, and how much there is. Raises NotFound, Conflict where it may be several, Invalid."""
        found = await self._database.read(lambda c: _found(c, find(c, person)))
        await self._note("person_looked_up", by, place, found)
        return found

    async def export(self, person: str, target: BinaryIO, by: str, place: str = "") -> Mapping[Kind, int]:
        """Write everything as a ZIP archive. Raises as `preview` does."""
        found = await self._database.read(lambda c: _found(c, find(c, person)))
        counts = await write_archive(self._database, person, target, self._clock())
        await self._note("person_exported", by, place, found)
        return counts

    async def erase(
        self, person: str, by: str, once: IdempotencyKey | None = None, place: str = ""
    ) -> StoredAnswer[Erasure]:
        """Erase it in one transaction. Counts and money stay, and a line that says so. Raises as `preview` does."""
        now, new_id = self._clock(), self._new_id()
        erased = await write_once(
            self._database, once, Erasure, now, lambda c: _erase(c, person, by, place, now, new_id)
        )
        await self._database.scrub()
        return erased

    async def erasures(self, limit: int = 100) -> tuple[Erasure, ...]:
        """The newest first."""
        rows = select(erasure).order_by(erasure.c.id.desc()).limit(limit)
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return tuple(Erasure(row["id"], row["at"], row["by"], tuple(row["contacts"]), row["counts"]) for row in found)

    async def sweep(self) -> int:
        """Erase once more what was under way during the latest erasures; how many messages were looked at."""
        now = self._clock()
        if not await self._database.read(lambda c: c.execute(_recent(now).limit(1)).first()):
            return 0
        swept = await self._database.write(lambda c: _sweep(c, now))
        await self._database.scrub()
        return swept

    async def _note(self, kind: str, by: str, place: str, found: PersonFound) -> None:
        now = self._clock()
        detail = {"counts": as_plain(found.counts)}
        subject = _subject(found.contacts)
        await self._database.write(lambda c: append(c, now, kind, by, place=place, subject=subject, detail=detail))


def _found(connection: Connection, scope: Scope) -> PersonFound:
    return PersonFound(
        contacts=tuple(sorted(scope.contacts)),
        customers=tuple(sorted(scope.customers)),
        addresses=tuple(sorted(scope.plain_addresses)),
        counts=count(connection, scope),
        shared=len(scope.touched - scope.interactions),
        outside=tuple(outside_references(connection, scope)),
    )


def _erase(connection: Connection, person: str, by: str, place: str, now: datetime, new_id: str) -> Erasure:
    scope = find(connection, person)
    while end_work(connection, scope):  # a result that was being stored meanwhile is there now: look again
        scope = find(connection, person)
    found = _found(connection, scope)
    erase(connection, scope, now)
    forget_deleted_words(connection)
    kept = Erasure(new_id, now, by, found.contacts, as_plain(found.counts))
    row = {"id": new_id, "at": now, "by": by, "contacts": list(kept.contacts), "counts": dict(kept.counts)}
    connection.execute(insert(erasure), [row])
    for number in sorted(scope.touched):
        note(connection, now, "erased", interaction_id=number, by=by, detail={"erasure": new_id})
    detail = {"erasure": new_id, "counts": kept.counts}
    append(connection, now, "person_erased", by, place=place, subject=_subject(found.contacts), detail=detail)
    return kept


def _subject(contacts: tuple[int, ...]) -> str:
    """Numbers of contacts: a name or an address would stand in the audit trail after the person was erased."""
    return " ".join(f"contact:{each}" for each in contacts)[:400]


def _recent(now: datetime) -> Select[str]:
    """Messages of the latest erasures; those that were only too old have nothing under way."""
    lately = select(erasure.c.at).where(erasure.c.at > now - UNDER_WAY)
    return select(inbound_message.c.id).where(inbound_message.c.erased_at.in_(lately))


def _sweep(connection: Connection, now: datetime) -> int:
    scope = Scope(messages=set(connection.execute(_recent(now)).scalars()))
    complete(connection, scope)
    scope.kept = all_kept_answers(connection)
    erase(connection, scope, now)
    forget_deleted_words(connection)
    return len(scope.messages)
