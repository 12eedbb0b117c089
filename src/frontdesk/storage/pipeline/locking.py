"""Work that must be done one at a time, in order: rows with the same lock key wait for one another.

Of the open rows of a key the oldest alone may be claimed; the others are `blocked`. Whoever ends it lets the next one
go in the same transaction, also when it ends as failed. A row that waits to be tried again keeps its place, so the
later ones wait with it. A key is a line and the number of an interaction, whose row is locked (FOR UPDATE) while rows
join or leave: so two transactions never overlook each other, and a claim needs to look at no other row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from frontdesk.model import WorkState
from frontdesk.storage.schema.interactions import interaction
from frontdesk.storage.schema.pipeline import work

# Customers' messages and their changes; what people answer; readings made anew. None waits for those of another line.
MESSAGES, REPLIES, READINGS = LINES = ("message", "reply", "reading")
PORTION: Final = 500

OPEN = work.c.state == WorkState.OPEN.value


def lock_key(line: str, interaction_id: int) -> str:
    """The key of one line of work of an interaction."""
    return f"{line}:{interaction_id}"


def add_work(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert open rows, oldest first; those with a `lock_key` take their place behind what is open under it."""
    for start in range(0, len(rows), PORTION):
        connection.execute(insert(work), _placed(connection, rows[start : start + PORTION]))


def _placed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    keys = {row["lock_key"] for row in rows if row.get("lock_key")}
    taken = _taken(connection, keys)
    placed = []
    for row in rows:
        key = row.get("lock_key", "")
        placed.append({**row, "lock_key": key, "blocked": key in taken})
        taken |= {key} if key else set()
    return placed


def _taken(connection: Connection, keys: set[str]) -> set[str]:
    """Those keys that have open rows, which stays so until this transaction ends."""
    if not keys:
        return set()
    _hold(connection, keys)
    first = select(work.c.lock_key).where(work.c.lock_key.in_(keys), OPEN, ~work.c.blocked)
    return set(connection.execute(first).scalars())


def is_taken(connection: Connection, key: str) -> bool:
    """Whether something is open under this key, which stays so until this transaction ends."""
    return bool(_taken(connection, {key} if key else set()))


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
