"""Work that must be done one at a time, in order: rows with the same lock key wait for one another.

Of the open rows of a key the oldest alone may be claimed; the others are `blocked`. Whoever ends it lets the next one
go in the same transaction, also when it ends as failed. A row that waits to be tried again keeps its place, so the
later ones wait with it. A key is a line and the number of an interaction, whose row is locked (FOR UPDATE) while rows
join or leave: so two transactions never overlook each other, and a claim needs to look at no other row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from frontdesk.model import WorkState
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.pipeline import work

# Customers' messages and their changes; what people answer; readings made anew. None waits for those of another line.
MESSAGES, REPLIES, READINGS = LINES = ("message", "reply", "reading")
PORTION: Final = 500
TICK: Final = timedelta(microseconds=1)

OPEN = work.c.state == WorkState.OPEN.value


def lock_key(line: str, interaction_id: int) -> str:
    """The key of one line of work of an interaction."""
    return f"{line}:{interaction_id}"


def new_work(
    id: str, kind: str, subject: str, step: str, at: datetime, due_at: datetime | None = None, lock_key: str = ""
) -> dict[str, Any]:
    """A row of open work, due at once unless `due_at` says when."""
    row = {"id": id, "kind": kind, "subject": subject, "step": step, "lock_key": lock_key}
    return row | {"state": WorkState.OPEN.value, "due_at": due_at or at, "created_at": at}


def keep_open(connection: Connection, id: str, kind: str, step: str, at: datetime, due_at: datetime) -> None:
    """Have the one row of its kind there and open. It is locked, so that it does not end without seeing what is new."""
    row = new_work(id, kind, "", step, at, due_at)
    if not insert_if_new(connection, work, row | {"attempts": 0, "lease_owner": ""}):
        connection.execute(select(work.c.state).where(work.c.id == id).with_for_update())
        fresh = {"state": WorkState.OPEN.value, "due_at": due_at, "attempts": 0, "lease_owner": "", "created_at": at}
        connection.execute(update(work).where(work.c.id == id, work.c.state != WorkState.OPEN.value).values(**fresh))


def add_work(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert open rows, oldest first; those with a `lock_key` take their place behind what is open under it."""
    for start in range(0, len(rows), PORTION):
        connection.execute(insert(work), _placed(connection, rows[start : start + PORTION]))


def _placed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """With places in the order in which they come, whatever the clocks of the processes say that add them."""
    latest = _latest(connection, {row["lock_key"] for row in rows if row.get("lock_key")})
    placed = []
    for row in rows:
        key, at, before = row.get("lock_key", ""), row["created_at"], latest.get(row.get("lock_key", ""))
        placed.append({**row, "lock_key": key, "blocked": before is not None})
        if before is not None and before >= at:
            placed[-1]["created_at"] = at = before + TICK
        latest |= {key: at} if key else {}
    return placed


def _latest(connection: Connection, keys: set[str]) -> dict[str, datetime]:
    """Those keys that have open rows, and when the last was added; which stays so until this transaction ends."""
    if not keys:
        return {}
    _hold(connection, keys)
    return {row.lock_key: row.last for row in connection.execute(_LAST, {"keys": sorted(keys)})}


def is_taken(connection: Connection, key: str) -> bool:
    """Whether something is open under this key, which stays so until this transaction ends."""
    return bool(_latest(connection, {key} if key else set()))


def let_next_go(connection: Connection, key: str) -> None:
    """Make the oldest row of a key claimable, unless another one of it still is."""
    if not key:
        return
    _hold(connection, {key})
    if (first := connection.execute(_FIRST, {"its_key": key}).scalar()) is not None:
        connection.execute(_LET_GO, {"its_id": first})


def let_lines_go(connection: Connection, interaction_id: int) -> None:
    """The same for all lines of an interaction, after rows of work were deleted."""
    for line in LINES:
        let_next_go(connection, lock_key(line, interaction_id))


def move_keys(connection: Connection, other: int, into: int) -> None:
    """Put the work of one interaction into the lines of another: what runs now runs on, all else waits for it."""
    for line in LINES:
        gone, here = lock_key(line, other), lock_key(line, into)
        moved = update(work).where(work.c.lock_key == gone, work.c.state.in_(("open", "failed")))
        if connection.execute(moved.values(lock_key=here)).rowcount:
            idle = update(work).where(work.c.lock_key == here, OPEN, work.c.lease_owner == "")
            connection.execute(idle.values(blocked=True))
            let_next_go(connection, here)


def let_stuck_go(connection: Connection) -> int:
    """Make the oldest row of each key claimable whose rows all wait; how many keys.

    There are none unless a process of an older version worked beside this one, or somebody deleted rows by hand.
    """
    free = exists().where(
        _other.c.lock_key == work.c.lock_key, _other.c.state == WorkState.OPEN.value, ~_other.c.blocked
    )
    keys = connection.execute(select(work.c.lock_key).where(OPEN, work.c.blocked, ~free).distinct()).scalars().all()
    for key in keys:
        let_next_go(connection, key)
    return len(keys)


_other = work.alias("other")
_is_free = exists().where(
    _other.c.lock_key == bindparam("its_key"), _other.c.state == WorkState.OPEN.value, ~_other.c.blocked
)
_FIRST = (
    select(work.c.id)
    .where(work.c.lock_key == bindparam("its_key"), OPEN, work.c.blocked, ~_is_free)
    .order_by(work.c.created_at, work.c.id)
    .limit(1)
)


_LAST = (
    select(work.c.lock_key, func.max(work.c.created_at).label("last"))
    .where(work.c.lock_key.in_(bindparam("keys", expanding=True)), OPEN)
    .group_by(work.c.lock_key)
)
_LET_GO = update(work).where(work.c.id == bindparam("its_id")).values(blocked=False)
_HOLD = (
    select(interaction.c.id)
    .where(interaction.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(interaction.c.id)
    .with_for_update()
)


def _hold(connection: Connection, keys: Iterable[str]) -> None:
    """Lock the interactions of these keys against others who add or end work of them. SQLite has one writer anyway."""
    if connection.dialect.name == "sqlite":
        return
    connection.execute(_HOLD, {"ids": sorted({int(key.rpartition(":")[2]) for key in keys})})
