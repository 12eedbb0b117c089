"""The audit trail on a database: appended in the transaction of what it tells, each line chained to the one before.

`digest` is SHA-256 over the digest before and all fields, so that a line cannot be changed, added or taken out later
without breaking every digest behind it. How many lines there are and the last digest stand in `meta` as well, which
shows where the end was cut off. Whoever can write to the database could make the whole chain anew, so keep a digest
elsewhere (`frontdesk audit verify` prints it).
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.model import Page
from frontdesk.model.audit import AuditCheck, AuditFilter, AuditRecord
from frontdesk.storage.engines.advisory_locks import AUDIT, take_advisory_lock
from frontdesk.storage.engines.stored import StoredByClock
from frontdesk.storage.schema.audit import GONE, audit_record
from frontdesk.storage.schema.configuration import keep_meta, meta_of

log = logging.getLogger("frontdesk.audit")

HEAD, SETTINGS = "audit_head", "settings_seen"
# Behind the lines that are no longer kept: how many they were, and the digest of the last.
BEGINNING = "audit_beginning"
SHORTENED = "audit_shortened"
PORTION = 5_000
LENGTHS = {"kind": 60, "by": 200, "place": 64, "subject": 400}


def append(
    connection: Connection,
    at: datetime,
    kind: str,
    by: str,
    *,
    place: str = "",
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append a line; one transaction at a time does. It is logged, too: without names, by the digest it is found."""
    take_advisory_lock(connection, AUDIT)
    lines, previous = _head(connection)
    texts = {"kind": kind, "by": by, "place": place, "subject": subject}
    row: dict[str, Any] = {name: _storable(text)[: LENGTHS[name]] for name, text in texts.items()}
    row |= {"at": at.astimezone(UTC), "detail": json.dumps(dict(detail or {}), sort_keys=True, default=str)}
    row["digest"] = _digest(previous, row)
    connection.execute(insert(audit_record), [row])
    log.info('event.kind="event" event.action="%s" source.ip="%s" event.hash="%s"', kind, row["place"], row["digest"])
    keep_meta(connection, HEAD, f"{lines + 1}:{row['digest']}")


class StoredAudit(StoredByClock):
    """What people and programs did that somebody may have to answer for: appended, chained, never changed."""

    async def note(
        self, kind: str, by: str, *, place: str = "", subject: str = "", detail: Mapping[str, Any] | None = None
    ) -> None:
        """Append a line: what happened, by whom, from where, to what."""
        now = self._clock()
        await self._database.write(lambda c: append(c, now, kind, by, place=place, subject=subject, detail=detail))

    async def kept_settings(self) -> Mapping[str, str]:
        """The digests of settings by name, as `keep_settings` was given them last; none before."""
        kept = await self._database.read(lambda c: meta_of(c, SETTINGS))
        digests: dict[str, str] = json.loads(kept or "{}")
        return digests

    async def keep_settings(self, digests: Mapping[str, str], changed: Sequence[str]) -> None:
        """Remember the settings, and append a line that names those that changed."""
        now, value = self._clock(), json.dumps(dict(digests))

        def operation(connection: Connection) -> None:
            keep_meta(connection, SETTINGS, value)
            append(connection, now, "settings_changed", COMMAND_LINE, detail={"settings": list(changed)})

        await self._database.write(operation)

    async def page(self, wanted: AuditFilter, limit: int, cursor: str = "") -> Page[AuditRecord]:
        """Up to `limit` lines, newest first. Raises Invalid (cursor)."""
        conditions = [
            audit_record.c[name] == value
            for name in ("kind", "by", "subject")
            if (value := _storable(getattr(wanted, name)))
        ]
        if wanted.since:
            conditions.append(audit_record.c.at >= wanted.since)
        if wanted.until:
            conditions.append(audit_record.c.at < wanted.until)
        rows = select(audit_record).where(*conditions)
        return await self._page(rows, (audit_record.c.id,), limit, cursor, _as_record, down=True)

    async def has(self, digest: str) -> bool:
        """Whether a line has this digest."""
        wanted = select(audit_record.c.id).where(audit_record.c.digest == _storable(digest)).limit(1)
        return await self._database.read(lambda c: c.execute(wanted).first()) is not None

    async def shorten(self, before: datetime, most: int) -> int:
        """Delete the oldest lines, those before a time and at most so many; how many. A line of the trail says so."""
        now = self._clock()
        return await self._database.write(lambda c: _shorten(c, before, most, now))

    async def before(self, before: datetime) -> int:
        """How many lines there are of before a time."""
        counted = select(func.count()).where(audit_record.c.at < before)
        return int(await self._database.read(lambda c: c.execute(counted).scalar_one()))

    async def counts(self, after: int | None) -> tuple[int, Mapping[str, int]]:
        """The highest id and how many lines of each kind lie above `after`; None counts none."""
        if after is None:
            highest = select(func.coalesce(func.max(audit_record.c.id), 0))
            return await self._database.read(lambda c: c.execute(highest).scalar_one()), {}
        newer = audit_record.c.id > after
        counted = select(audit_record.c.kind, func.count(), func.max(audit_record.c.id)).where(newer)
        rows = await self._database.read(lambda c: c.execute(counted.group_by(audit_record.c.kind)).all())
        return max([after, *(last for _, _, last in rows)]), {kind: count for kind, count, _ in rows}

    async def verify(self) -> AuditCheck:
        """Whether every line is as it was written, from the first that is still kept."""
        lines, previous, last = await self._database.read(_beginning)
        if lines and not await self._database.read(lambda c: _is_told(c, previous)):
            return AuditCheck(lines, previous, last, "the lines before it were taken out, and no line tells of that")
        while True:
            rows = await self._database.read(lambda c: _portion(c, last))  # noqa: B023 - awaited at once
            for row in rows:
                lines += 1
                if row["digest"] != _digest(previous, dict(row)):
                    return AuditCheck(lines, previous, row["id"], "this line, or the one before it, is not what it was")
                previous, last = row["digest"], row["id"]
            if len(rows) < PORTION:
                break
        expected = await self._database.read(_head)
        if expected != (lines, previous):
            return AuditCheck(lines, previous, last, f"there were {expected[0]:,} lines: the end was cut off")
        return AuditCheck(lines, previous)


def _head(connection: Connection) -> tuple[int, str]:
    lines, _, digest = (meta_of(connection, HEAD) or "0:").partition(":")
    return int(lines), digest


def _beginning(connection: Connection) -> tuple[int, str, int]:
    """How many lines are no longer kept, the digest of the last of them, and its number."""
    lines, _, digest = (meta_of(connection, BEGINNING) or "0:").partition(":")
    return int(lines), digest, int(meta_of(connection, GONE) or 0)


def _is_told(connection: Connection, digest: str) -> bool:
    told = select(audit_record.c.id).where(audit_record.c.kind == SHORTENED, audit_record.c.subject == digest)
    return connection.execute(told.limit(1)).first() is not None


def _shorten(connection: Connection, before: datetime, most: int, now: datetime) -> int:
    take_advisory_lock(connection, AUDIT)
    rows = select(audit_record.c.id, audit_record.c.digest, audit_record.c.at).order_by(audit_record.c.id)
    going = [row for row in connection.execute(rows.limit(most)) if row.at < before]
    if not going:
        return 0
    gone, _, _ = _beginning(connection)
    last = going[-1]
    keep_meta(connection, GONE, str(last.id))
    keep_meta(connection, BEGINNING, f"{gone + len(going)}:{last.digest}")
    # First, so that the trail is never empty: SQLite would begin again with the numbers of its lines.
    append(connection, now, SHORTENED, "retention", subject=last.digest, detail={"lines": len(going)})
    connection.execute(delete(audit_record).where(audit_record.c.id <= last.id))
    return len(going)


def _portion(connection: Connection, after: int) -> Sequence[RowMapping]:
    rows = select(audit_record).where(audit_record.c.id > after).order_by(audit_record.c.id).limit(PORTION)
    return connection.execute(rows).mappings().all()


def _digest(previous: str, row: Mapping[Any, Any]) -> str:
    fields = [row[name] for name in ("kind", "by", "place", "subject", "detail")]
    whole = json.dumps([previous, row["at"].astimezone(UTC).isoformat(), *fields])
    return hashlib.sha256(whole.encode()).hexdigest()


def _storable(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _as_record(row: RowMapping) -> AuditRecord:
    detail = json.loads(row["detail"])
    named = {name: row[name] for name in ("id", "at", "kind", "by", "place", "subject", "digest")}
    return AuditRecord(**named, detail=detail)
