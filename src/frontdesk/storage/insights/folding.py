"""Folding: recomputes the facts of changed interactions and deletes the notes of these changes.

One transaction takes changes away and writes the facts of their interactions, so a crash loses neither or both, and a
fold that runs twice ends the same. Folds are one after another (an advisory lock on PostgreSQL, the one writer on
SQLite), so `stamp` rises in the order in which facts become visible, which is what caches rely on.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select, update

from frontdesk.storage.engines.advisory_locks import INSIGHTS, take_advisory_lock
from frontdesk.storage.engines.changing import changed, taken
from frontdesk.storage.insights.definitions import NONE, Theirs, interactions, messages, replies
from frontdesk.storage.schema.insights import (
    insight_change,
    insight_interaction,
    insight_message,
    insight_reply,
    insight_state,
)


def fold(connection: Connection, limit: int) -> int:
    """Fold up to so many noted changes; how many they were."""
    take_advisory_lock(connection, INSIGHTS)
    oldest = select(insight_change.c.id).order_by(insight_change.c.id).limit(limit)
    noted = taken(connection, oldest, delete(insight_change), (insight_change.c.interaction_id,))
    ids = [row["interaction_id"] for row in noted]
    if ids:
        distinct = sorted(set(ids))
        make_facts(connection, lambda column: column.in_(distinct), distinct)
    return len(ids)


def refold(connection: Connection, first: int, last: int) -> None:
    """Make the facts of the interactions with these numbers anew; what was noted of them is folded with it."""
    take_advisory_lock(connection, INSIGHTS)
    connection.execute(delete(insight_change).where(insight_change.c.interaction_id.between(first, last)))
    make_facts(connection, lambda column: column.between(first, last))


def make_facts(connection: Connection, theirs: Theirs, ids: Iterable[int] = ()) -> None:
    """Replace the facts of some interactions; those of `ids` that are no more are remembered as gone."""
    stamp = _next_stamp(connection)
    dialect = connection.dialect.name
    for table in (insight_message, insight_reply, insight_interaction):
        connection.execute(delete(table).where(theirs(table.c.interaction_id)))
    _fill(connection, insight_message, messages(theirs, dialect))
    _fill(connection, insight_reply, replies(theirs, dialect))
    _fill(connection, insight_interaction, interactions(theirs, dialect, stamp))
    there = select(insight_interaction.c.interaction_id).where(theirs(insight_interaction.c.interaction_id))
    gone = set(ids) - set(connection.execute(there).scalars()) if ids else set()
    if gone:
        connection.execute(insert(insight_interaction), [_gone(each, stamp) for each in sorted(gone)])


def begin_epoch(connection: Connection) -> None:
    """Let caches load everything anew."""
    take_advisory_lock(connection, INSIGHTS)
    _next_stamp(connection)
    connection.execute(update(insight_state).values(epoch=insight_state.c.epoch + 1))


def _next_stamp(connection: Connection) -> int:
    raised = update(insight_state).values(stamp=insight_state.c.stamp + 1)
    for row in changed(connection, raised, (insight_state.c.stamp,)):
        return int(row["stamp"])
    connection.execute(insert(insight_state), [{"id": 1, "epoch": 1, "stamp": 1}])
    return 1


def _fill(connection: Connection, table: Table, rows: Select[Any]) -> None:
    connection.execute(insert(table).from_select([column.name for column in rows.selected_columns], rows))


def _gone(interaction_id: int, stamp: int) -> dict[str, Any]:
    nothing = {"at": 0, "answer_seconds": NONE, "acknowledge_seconds": NONE, "close_seconds": NONE, "automated": NONE}
    return {"interaction_id": interaction_id, "stamp": stamp, "gone": True, **nothing}
