"""Setting fields of an interaction that nobody else has changed meanwhile."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from frontdesk.interfaces import Stale
from frontdesk.model import Change, Interaction, Status
from frontdesk.model.translatable import tr
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.search.documents import index_heads

# What is found by its words.
SEARCHED = frozenset({"title", "summary", "tags", "customer_id"})


def apply_change(
    connection: Connection, before: Interaction, change: Change, now: datetime, by: str = ""
) -> Interaction:
    """Set fields of an interaction if it is still at `before.version`. Raises Stale."""
    after = set_fields(connection, before, change, now, by)
    if not SEARCHED.isdisjoint(change.fields()):
        index_heads(connection, [before.id])
    return after


def set_fields(connection: Connection, before: Interaction, change: Change, now: datetime, by: str = "") -> Interaction:
    """Like `apply_change`, for who brings the index up to date himself."""
    values: dict[str, Any] = dict(change.fields())
    if not values:
        return before
    values |= {"updated_at": now, "version": before.version + 1}
    if by:
        values["modified_by"] = by
    if change.status is not None and change.status is not before.status:
        values["closed_at"] = now if change.status in (Status.CLOSED, Status.CONFIRMED) else None
    changed = connection.execute(
        update(interaction)
        .where(interaction.c.id == before.id, interaction.c.version == before.version)
        .values(**{name: getattr(value, "value", value) for name, value in values.items()})
    )
    if changed.rowcount != 1:
        raise Stale(tr("interaction {reference} was changed meanwhile: read it again", reference=before.reference))
    return replace(before, **values)
