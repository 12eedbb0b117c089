"""Deadlines on a database: kept in the transaction of whatever changes an interaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from frontdesk.model import WaitingOn
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.configuration import meta
from frontdesk.storage.schema.interactions import deadline, inbound_message, interaction
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.pipeline import effect
from frontdesk.storage.schema.rows import columns, fact
from frontdesk.ticketing.status import ENDED
from frontdesk.timing.deadlines import Deadline, Standing, planned
from frontdesk.timing.entries import CONDITIONS, Setup, setup_of

SETUP = "timing"
_SETUP = select(meta.c.value).where(meta.c.key == SETUP)


def current_setup(connection: Connection) -> Setup:
    """What is set up now."""
    return setup_of(connection.execute(_SETUP).scalar() or "")


def keep_deadlines(connection: Connection, ids: Collection[int], now: datetime) -> None:
    """Bring the deadlines of interactions up to date with what has just been written."""
    setup = current_setup(connection)
    if ids and (setup.levels or setup.rules):
        plan(connection, ids, setup, now)


def plan(connection: Connection, ids: Collection[int], setup: Setup, now: datetime) -> dict[int, list[Deadline]]:
    """The deadlines of each of these interactions as they are now, written where they changed."""
    after: dict[int, list[Deadline]] = {}
    for matter, before in _matters(connection, sorted(ids), setup):
        changed = planned(matter, setup, before, now)
        write(connection, before, changed, now)
        after[matter.id] = [*{each.key: each for each in (*before, *changed)}.values()]
    return after


def write(connection: Connection, before: Iterable[Deadline], after: Sequence[Deadline], now: datetime) -> None:
    """Store what changed, with a line in the journal for a target that is near or missed."""
    known = {each.key: each for each in before}
    new = [columns(each) for each in after if each.key not in known]
    old = [_bound(each) for each in after if each.key in known]
    if new:
        connection.execute(insert(deadline), new)
    if old:
        connection.execute(_CHANGE, old)
    for each in after:
        was = known.get(each.key)
        for kind, at, seen in (
            ("level_near", each.near_at, was and was.near_at),
            ("level_missed", each.missed_at, was and was.missed_at),
        ):
            if at and not seen and not (kind == "level_near" and each.missed_at):
                detail = {"target": each.name, "level": each.entry}
                note(connection, now, kind, interaction_id=each.interaction_id, detail=detail)


def deadlines_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Deadline]]:
    """All deadlines of these interactions, also those that ended."""
    found: dict[int, list[Deadline]] = {each: [] for each in ids}
    for row in connection.execute(_THEIRS, {"ids": list(ids)}).mappings():
        found[row["interaction_id"]].append(fact(Deadline, row))
    return found


def _bound(each: Deadline) -> dict[str, Any]:
    row = columns(each)
    keys = {f"its_{name}": row.pop(name) for name in _KEY}
    return {**{f"new_{name}": value for name, value in row.items()}, **keys}


def _matters(connection: Connection, ids: Sequence[int], setup: Setup) -> Iterable[tuple[Standing, list[Deadline]]]:
    events = {rule.event for rule in setup.rules}
    rows = connection.execute(_STANDING, {"ids": ids}).mappings().all()  # locked before anything else is read
    known = deadlines_of(connection, ids)
    turns: Mapping[int, int] = (
        {row[0]: row[1] for row in connection.execute(_TURNS, {"ids": ids})} if "no_reply" in events else {}
    )
    calls: dict[int, list[tuple[str, str, datetime]]] = {}
    if "service_call_done" in events:
        for its, key, detail in connection.execute(_CALLS, {"ids": ids}):
            if at := detail.get("status_at"):
                call = (key, str(detail.get("status", "")), datetime.fromisoformat(at))
                calls.setdefault(its, []).append(call)
    for row in rows:
        yield _matter(row, turns.get(row["id"], 0), tuple(calls.get(row["id"], ()))), known[row["id"]]


def _matter(row: Mapping[Any, Any], turn: int, calls: tuple[tuple[str, str, datetime], ...]) -> Standing:
    return Standing(
        id=row["id"],
        facts={name: row[name] or "" for name in CONDITIONS},
        opened_at=row["created_at"],
        has_ended=row["status"] in ENDED,
        waiting_on=WaitingOn(row["waiting_on"]),
        waiting_since=row["waiting_since"],
        answered_at=row["first_person_answer_at"],
        is_helped=row["first_answer_at"] is not None,
        turn=turn,
        calls=calls,
    )


_KEY = ("interaction_id", "name", "start")
_ONE = interaction.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TIER = select(customer.c.tier).where(customer.c.id == _ONE.customer_id).scalar_subquery().label("tier")
_STANDING = (
    select(
        *(_ONE.id, _ONE.priority, _ONE.channel, _ONE.intent, _ONE.team, _ONE.status, _ONE.created_at),
        *(_ONE.waiting_on, _ONE.waiting_since, _ONE.first_answer_at, _ONE.first_person_answer_at, _TIER),
    )
    .where(_ONE.id.in_(_IDS))
    .order_by(_ONE.id)
    .with_for_update()
)
_THEIRS = select(deadline).where(deadline.c.interaction_id.in_(_IDS))
_TURNS = (
    select(inbound_message.c.interaction_id, func.max(inbound_message.c.sequence))
    .where(inbound_message.c.interaction_id.in_(_IDS))
    .group_by(inbound_message.c.interaction_id)
)
_CALLS = select(effect.c.interaction_id, effect.c.key, effect.c.detail).where(
    effect.c.interaction_id.in_(_IDS), effect.c.kind == CREATE_SERVICE_CALL, effect.c.state == "done"
)
_CHANGE = (
    update(deadline)
    .where(*(deadline.c[name] == bindparam(f"its_{name}") for name in _KEY))
    .values({each.name: bindparam(f"new_{each.name}") for each in deadline.c if each.name not in _KEY})
)
