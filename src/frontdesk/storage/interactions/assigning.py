"""Gives interactions that wait for us to people, as their teams want it, and takes them from who is away or silent.

One transaction at a time does so, whatever the number of processes: it holds the rows of the teams.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, String, cast, func, literal, or_, select, update

from frontdesk.interfaces import Clock
from frontdesk.model import CodeList, Role, WaitingOn
from frontdesk.model.console import Telling
from frontdesk.model.desk import AssignmentMode, Availability, Colleague, Owned, TeamAssignment, WhenAbsent
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.interactions.desk_views import OPEN
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.pipeline.locking import MESSAGES
from frontdesk.storage.pipeline.telling import tell
from frontdesk.storage.schema.configuration import code
from frontdesk.storage.schema.desk import agent_presence, team_assignment
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.people import account
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import columns, fact
from frontdesk.ticketing.assigning import is_overdue, moves_to, next_owner

MOST_AT_ONCE = 200
# How exactly it is known when somebody was heard of last.
HEARD_EVERY = timedelta(seconds=30)
_ONE, _THERE = interaction.c, agent_presence.c
_AGENTS = [role.value for role in Role if role.covers(Role.AGENT)]
_LONG_AGO = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
# The pipeline has not ended with them: it may answer, or find another team.
_KEY = literal(f"{MESSAGES}:").concat(cast(_ONE.id, String(20)))
_UNDER_WAY = select(work.c.id).where(work.c.lock_key == _KEY, work.c.state == "open").correlate(interaction).exists()
_ITS_PRIORITY = code.c.list == CodeList.PRIORITY.value, code.c.code == _ONE.priority
_URGENCY = select(code.c.position).where(*_ITS_PRIORITY).correlate(interaction).scalar_subquery()
_THEIRS = inbound_message.c.interaction_id == _ONE.id
_ASKED = select(func.max(inbound_message.c.received_at)).where(_THEIRS).correlate(interaction).scalar_subquery()


class StoredAssignment:
    """Assignment on a database. Who was not heard of for `away_after` is away."""

    def __init__(self, database: Database, clock: Clock, away_after: timedelta = timedelta(minutes=5)) -> None:
        """Use this database and clock."""
        self._database, self._clock, self._away_after = database, clock, away_after

    async def teams(self) -> tuple[TeamAssignment, ...]:
        """What teams want, by code; those that never said are left out."""
        rows = select(team_assignment).order_by(team_assignment.c.team)
        return await self._database.read(
            lambda c: tuple(fact(TeamAssignment, row) for row in c.execute(rows).mappings())
        )

    async def put(self, wanted: TeamAssignment, by: str) -> None:
        """Keep what a team wants."""
        now, row = self._clock(), columns(wanted)

        def operation(connection: Connection) -> None:
            if not insert_if_new(connection, team_assignment, row):
                connection.execute(update(team_assignment).where(team_assignment.c.team == wanted.team).values(**row))
            append(connection, now, "assignment_changed", by, subject=wanted.team, detail=row)

        await self._database.write(operation)

    async def people(self) -> tuple[Colleague, ...]:
        """Who can own interactions, by name."""
        now = self._clock()
        return await self._database.read(lambda c: self._people(c, now))

    async def heard(self, person: str, availability: Availability | None = None) -> Availability:
        """Somebody is there, and may say how far; how they are now."""
        now = self._clock()
        mine = select(agent_presence).where(_THERE.person == person)
        row = await self._database.read(lambda c: c.execute(mine).mappings().first())
        before = Availability(row["availability"]) if row else Availability.AVAILABLE
        is_known = row and row["heard_at"] and now - row["heard_at"] < HEARD_EVERY
        new: dict[str, Any] = {} if is_known else {"heard_at": now}
        new |= {"availability": availability.value, "since": now} if availability not in (None, before) else {}
        if new:
            await self._database.write(lambda c: _keep(c, person, before, new))
        return availability or before

    async def depute(self, person: str, deputy: str) -> None:
        """Let a colleague of this name stand in for somebody, who need not be there to say so."""
        await self._database.write(lambda c: _keep(c, person, Availability.AVAILABLE, {"deputy": deputy}))

    async def run(self) -> int:
        """Move what waits for us to who should have it; how many were moved."""
        now = self._clock()
        its = team_assignment.c
        is_on = its.mode != AssignmentMode.OFF.value, its.when_absent != WhenAbsent.KEPT.value
        active = or_(*is_on, its.returns_after_hours > 0)
        rows = select(team_assignment).where(active).order_by(team_assignment.c.team)
        if not await self._database.read(lambda c: c.execute(rows.limit(1)).first()):
            return 0

        def operation(connection: Connection) -> int:
            held = connection.execute(rows.with_for_update()).mappings()
            wanted = {row["team"]: fact(TeamAssignment, row) for row in held}
            people = self._people(connection, now)
            return _take_back(connection, wanted, people, now) + _give(connection, wanted, people, now)

        return await self._database.write(operation)

    def _people(self, connection: Connection, now: datetime) -> tuple[Colleague, ...]:
        owned = (
            select(func.count(_ONE.id))
            .where(OPEN, _ONE.assignee == account.c.name, _awake(now), _ONE.merged_into.is_(None))
            .correlate(account)
            .scalar_subquery()
        )
        rows = (
            select(account.c.id, account.c.name, account.c.teams, account.c.active, agent_presence, owned.label("open"))
            .join(agent_presence, _THERE.person == account.c.id, isouter=True)
            .where(account.c.role.in_(_AGENTS))
            .order_by(account.c.name, account.c.id)
        )
        return tuple(self._colleague(row, now) for row in connection.execute(rows).mappings())

    def _colleague(self, row: RowMapping, now: datetime) -> Colleague:
        chosen = Availability(row["availability"] or Availability.AVAILABLE)
        heard = row["heard_at"] if row["active"] and row["heard_at"] else _LONG_AGO
        times = [row["since"] or _LONG_AGO] if chosen is Availability.AWAY else []
        times += [heard] if now - heard > self._away_after else []
        given = {"teams": frozenset(row["teams"].split()), "availability": Availability.AWAY if times else chosen}
        return fact(Colleague, row, **given, absent_since=min(times, default=None), deputy=row["deputy"] or "")


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(_ONE.snoozed_until.is_(None), _ONE.snoozed_until <= now)


def _waiting(teams: Sequence[str], now: datetime) -> list[ColumnElement[bool]]:
    ours = _ONE.waiting_on == WaitingOn.US.value, _ONE.waiting_since.is_not(None), _ONE.merged_into.is_(None)
    return [OPEN, _ONE.team.in_(teams), *ours, _awake(now)]


def _give(connection: Connection, wanted: dict[str, TeamAssignment], people: Sequence[Colleague], now: datetime) -> int:
    """The longest waiting first, to who should have them."""
    teams = [each.team for each in wanted.values() if each.mode is not AssignmentMode.OFF]
    by_id, given = {each.id: each for each in people}, 0
    queue = select(_ONE.id, _ONE.team, _ONE.returned_from).where(*_waiting(teams, now), _ONE.assignee == "")
    ordered = queue.where(~_UNDER_WAY).order_by(_ONE.waiting_since, _URGENCY, _ONE.id).limit(MOST_AT_ONCE)
    for row in connection.execute(ordered).all() if teams else ():
        person = next_owner(wanted[row.team], by_id, row.returned_from)
        if person and move(connection, row.id, "", person.name, now):
            given += 1
            # Two in one moment are still one after the other.
            at = now + timedelta(microseconds=given)
            by_id[person.id] = replace(person, open=person.open + 1, assigned_at=at)
            _keep(connection, person.id, person.availability, {"assigned_at": at})
    return given


def _take_back(
    connection: Connection, wanted: dict[str, TeamAssignment], people: Sequence[Colleague], now: datetime
) -> int:
    """From who is away or silent, to their deputies or teams."""
    asked: list[Column[Any]] = [_ONE.id, _ONE.reference, _ONE.team, _ONE.waiting_since, _ONE.returned_at]
    rows = select(*asked, _ONE.assignee.label("owner"), _ONE.assigned_at.label("owned_since"), _ASKED.label("asked_at"))
    teams = [
        each.team for each in wanted.values() if each.when_absent is not WhenAbsent.KEPT or each.returns_after_hours
    ]
    moved = 0
    for row in connection.execute(rows.where(*_waiting(teams, now), _ONE.assignee != "")).mappings().all():
        owned = fact(Owned, row)
        to = moves_to(owned, wanted[owned.team], people, now)
        if to is None:
            continue
        late = is_overdue(owned, wanted[owned.team], now)
        marks = {"returned_at": now, "returned_from": owned.owner} if late else {}
        moved += move(connection, owned.id, owned.owner, to, now, **marks)
    return moved


def move(connection: Connection, interaction_id: int, owner: str, to: str, now: datetime, **marks: Any) -> bool:
    """Make it somebody else's if it is still the owner's; whether it was."""
    mine = update(interaction).where(_ONE.id == interaction_id, _ONE.assignee == owner)
    values = {"assignee": to, "assigned_at": now, "updated_at": now, "version": _ONE.version + 1, **marks}
    if connection.execute(mine.values(values)).rowcount != 1:
        return False
    note(connection, now, "changed", interaction_id=interaction_id, detail={"assignee": [owner, to]})
    tell(connection, interaction_id, [to], Telling.ASSIGNED, "", now)
    return True


def _keep(connection: Connection, person: str, availability: Availability, values: dict[str, Any]) -> None:
    row = {"person": person, "availability": availability.value, "deputy": "", **values}
    if not insert_if_new(connection, agent_presence, row):
        connection.execute(update(agent_presence).where(_THERE.person == person).values(**values))
