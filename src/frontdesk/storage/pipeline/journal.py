"""The journal: a line for everything that happened, appended in the transaction in which it happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from frontdesk.model import AuditEvent
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.schema.pipeline import journal
from frontdesk.storage.schema.rows import as_audit_event

# What changes how Frontdesk decides, answers, or whom it knows stands in the audit trail too.
AUDITED = frozenset(
    {
        *("rules_drafted", "rules_removed", "rules_published", "rules_rolled_back", "template_changed"),
        "timing_changed",
        *("contacts_merged", "article_changed", "article_removed", "articles_imported"),
    }
)
Line = tuple[str, Mapping[str, Any]]
_APPEND = insert(journal)


def note(
    connection: Connection,
    at: datetime,
    kind: str,
    *,
    interaction_id: int | None = None,
    message_id: str | None = None,
    by: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append a line."""
    row = {
        "at": at,
        "kind": kind,
        "interaction_id": interaction_id,
        "message_id": message_id,
        "by": by,
        "detail": dict(detail or {}),
    }
    connection.execute(_APPEND, [row])
    if kind in AUDITED:
        append(connection, at, kind, by, detail=detail)


def note_all(connection: Connection, at: datetime, interaction_id: int, message_id: str, lines: Sequence[Line]) -> None:
    """Append several lines about one message, in this order."""
    ids = {"at": at, "interaction_id": interaction_id, "message_id": message_id, "by": ""}
    connection.execute(_APPEND, [{**ids, "kind": kind, "detail": dict(detail)} for kind, detail in lines])


class StoredJournal(Stored):
    """The journal on a database."""

    async def since(self, after: int, limit: int = 500) -> tuple[AuditEvent, ...]:
        """Lines with an id above `after`, oldest first."""
        rows = select(journal).where(journal.c.id > after).order_by(journal.c.id).limit(limit)
        return await self._database.read(lambda c: tuple(as_audit_event(r) for r in c.execute(rows).mappings()))

    async def last(self) -> int:
        """The highest id, 0 when empty."""
        highest = select(func.coalesce(func.max(journal.c.id), 0))
        return int(await self._database.read(lambda c: c.execute(highest).scalar_one()))
