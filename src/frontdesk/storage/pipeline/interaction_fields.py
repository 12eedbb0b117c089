"""Setting fields of an interaction that nobody else has changed meanwhile."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, update

from frontdesk.interfaces import Stale
from frontdesk.model import Change, Interaction, Status, WaitingOn
from frontdesk.model.translatable import tr
from frontdesk.storage.pipeline.deadlines import keep_deadlines
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.search.documents import index_heads
from frontdesk.ticketing.status import ENDED

# What is found by its words.
SEARCHED = frozenset({"title", "summary", "tags", "customer_id"})


def apply_change(
    connection: Connection, before: Interaction, change: Change, now: datetime, by: str = ""
) -> Interaction:
    """Set fields of an interaction if it is still at `before.version`. Raises Stale."""
    after = set_fields(connection, before, change, now, by)
    if not SEARCHED.isdisjoint(change.fields()):
        index_heads(connection, [before.id])
    keep_deadlines(connection, [before.id], now)
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
        is_closed = change.status in (Status.CLOSED, Status.CONFIRMED)
        values |= {"closed_at": now, "assignee": "", "snoozed_until": None} if is_closed else {"closed_at": None}
        if change.status in ENDED:  # who is told so waits no longer
            values["waiting_on"] = WaitingOn.NOBODY
        elif change.status is Status.RE_OPENED:
            values["reopened"] = before.reopened + 1
            values.setdefault("waiting_on", WaitingOn.US)
    if values.get("assignee"):
        values["assigned_at"] = now
    if (turn := values.get("waiting_on")) is WaitingOn.US:
        values["waiting_since"] = before.waiting_since or now
    elif turn in (WaitingOn.CUSTOMER, WaitingOn.NOBODY):
        values["waiting_since"] = None
    given = {f"new_{name}": getattr(value, "value", value) for name, value in values.items()}
    changed = connection.execute(_setting(tuple(values)), given | {"its_id": before.id, "its_version": before.version})
    if changed.rowcount != 1:
        raise Stale(tr("interaction {reference} was changed meanwhile: read it again", reference=before.reference))
    return replace(before, **values)


@lru_cache(256)
def _setting(names: tuple[str, ...]) -> Update:
    """Sets these columns of a version of an interaction; made once, for that takes longer than the database does."""
    one = interaction.c.id == bindparam("its_id"), interaction.c.version == bindparam("its_version")
    return update(interaction).where(*one).values({name: bindparam(f"new_{name}") for name in names})
