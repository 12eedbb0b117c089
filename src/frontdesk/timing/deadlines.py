"""Deadlines: the targets of service levels and the timers of rules, as they follow from where an interaction stands.

Pure: `planned` is given an interaction, its deadlines so far and what is set up, and says which of them change. What
has elapsed is kept in working seconds, so it survives every change of service level, priority or calendar.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from frontdesk.model import WaitingOn
from frontdesk.timing.calendars import ALWAYS, Calendar, add_working, working_seconds
from frontdesk.timing.entries import TARGETS, Facts, Setup, TimedRule

FIRST, NEXT, RESOLUTION = TARGETS
RULE = "rule:"
Start = tuple[str, datetime]


class Outcome(StrEnum):
    """How a deadline ended: kept, missed, no longer of interest; or its rule's actions were begun."""

    OPEN = ""
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    FIRED = "fired"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an interaction stands. `answered_at` is when a person first did, `is_helped` whether anything did.

    `turn` is the number of the customer's last message; `calls` are its service calls in the back end: key, status, and
    since when they have it.
    """

    id: int
    facts: Facts
    opened_at: datetime
    has_ended: bool = False
    waiting_on: WaitingOn = WaitingOn.US
    waiting_since: datetime | None = None
    answered_at: datetime | None = None
    is_helped: bool = False
    turn: int = 1
    calls: tuple[tuple[str, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A target (`first_answer`, `next_answer`, `resolution`) or timer (`rule:NAME`) of an interaction.

    One for each start: `start` names what began it. `seconds` are allowed, `worked` of them had passed until `since`;
    without `since` it is paused. `wake_at` is when it is looked at next. A miss stays, whatever comes later.
    """

    interaction_id: int
    name: str
    start: str
    entry: str = ""
    calendar: str = ""
    seconds: int = 0
    worked: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    wake_at: datetime | None = None
    near_at: datetime | None = None
    missed_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome = Outcome.OPEN

    @property
    def key(self) -> tuple[str, str]:
        """What it is, within its interaction."""
        return self.name, self.start

    @property
    def is_level(self) -> bool:
        """Whether it is a target of a service level."""
        return not self.name.startswith(RULE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A deadline as it should run now."""

    name: str
    start: str
    since: datetime
    entry: str
    seconds: int
    calendar: Calendar
    near: int = 0
    paused: bool = False
    opening: Calendar | None = None


def planned(standing: Standing, setup: Setup, before: Sequence[Deadline], now: datetime) -> list[Deadline]:
    """The deadlines that are new or changed."""
    levels = _followed(standing, setup, [each for each in before if each.is_level], _targets(standing, setup), now)
    timers = [each for each in before if not each.is_level]
    rules = _followed(standing, setup, timers, _timers(standing, setup, levels, now), now)
    known = {each.key: each for each in before}
    return [each for each in (*levels, *rules) if known.get(each.key) != each]


def struck(deadline: Deadline, now: datetime) -> Deadline:
    """What it is once its time has come: near or missed, or fired."""
    if not deadline.is_level:
        return replace(_stopped(deadline), ended_at=now, outcome=Outcome.FIRED)
    if deadline.due_at is not None and deadline.due_at <= now:
        return replace(deadline, missed_at=deadline.due_at, wake_at=None, near_at=deadline.near_at or now)
    return replace(deadline, near_at=now, wake_at=deadline.due_at)


def settled(deadline: Deadline, setup: Setup, now: datetime) -> Deadline:
    """The same with what has elapsed until now counted, by the calendar that it ran under."""
    if deadline.since is None:
        return deadline
    calendar = setup.by_name.get(deadline.calendar, ALWAYS)
    worked = deadline.worked + working_seconds(calendar, deadline.since, now)
    is_late = deadline.is_level and deadline.due_at is not None and deadline.due_at < now
    missed_at = deadline.missed_at or (deadline.due_at if is_late else None)
    return replace(deadline, worked=worked, since=max(now, deadline.since), missed_at=missed_at)


def _followed(
    standing: Standing, setup: Setup, before: Iterable[Deadline], wanted: Iterable[_Wanted], now: datetime
) -> list[Deadline]:
    rows, wants = {each.key: each for each in before}, {(each.name, each.start): each for each in wanted}
    ended = [_ended(standing, setup, row, now) for key, row in rows.items() if key not in wants]
    run = (_running(rows.get(key, Deadline(standing.id, *key)), each, setup, now) for key, each in wants.items())
    return [*ended, *run]


def _targets(standing: Standing, setup: Setup) -> Iterator[_Wanted]:
    level, calendar = setup.level(standing.facts), setup.calendar(standing.facts)
    if level is None or standing.has_ended:
        return

    def target(name: str, start: str, since: datetime, *, paused: bool = False) -> Iterator[_Wanted]:
        if seconds := level.seconds.get(name, 0):
            yield _Wanted(name, start, since, level.name, seconds, calendar, level.near, paused)

    turn = standing.waiting_on
    is_served = turn is WaitingOn.NOBODY or (turn is WaitingOn.CUSTOMER and standing.is_helped)
    if standing.answered_at is None and not is_served:
        yield from target(FIRST, "", standing.opened_at)
    if standing.answered_at is not None and standing.waiting_since is not None:
        start = standing.waiting_since.isoformat()
        yield from target(NEXT, start, standing.waiting_since, paused=turn is not WaitingOn.US)
    yield from target(RESOLUTION, "", standing.opened_at, paused=turn in (WaitingOn.CUSTOMER, WaitingOn.THIRD))


def _timers(standing: Standing, setup: Setup, levels: Sequence[Deadline], now: datetime) -> Iterator[_Wanted]:
    calendar = setup.calendar(standing.facts)
    for rule in setup.rules:
        if not rule.conditions.fit(standing.facts):
            continue
        counted, opening = (calendar if rule.working else ALWAYS), (calendar if rule.tells_customer else None)
        for start, since in _starts(rule, standing, levels, now):
            if since >= rule.since:
                name = f"{RULE}{rule.name}"
                yield _Wanted(name, start, since, rule.name, rule.seconds, counted, opening=opening)


def _starts(rule: TimedRule, standing: Standing, levels: Sequence[Deadline], now: datetime) -> Iterator[Start]:
    """What begins this rule's timers, each under its own name, and when that was."""
    if rule.event == "service_call_done":
        yield from ((key, at) for key, status, at in standing.calls if status.lower() in rule.statuses)
    elif standing.has_ended:
        return
    elif rule.event == "no_answer" and standing.waiting_on is WaitingOn.US and standing.waiting_since:
        yield standing.waiting_since.isoformat(), standing.waiting_since
    elif rule.event == "no_reply" and standing.waiting_on is WaitingOn.CUSTOMER:
        yield str(standing.turn), now
    elif rule.event in ("near", "missed"):
        for each in levels:
            at = each.near_at if rule.event == "near" else each.missed_at
            if at is not None and each.ended_at is None:
                yield f"{each.name} {each.start}".strip(), at


def _running(row: Deadline, want: _Wanted, setup: Setup, now: datetime) -> Deadline:
    """The deadline as it runs on, or begins; one that was fired, or a first answer that was given, stays as it is."""
    if row.ended_at is not None:
        if row.outcome is Outcome.FIRED or (row.outcome is not Outcome.CANCELLED and row.name != RESOLUTION):
            return row
        row = replace(row, ended_at=None, outcome=Outcome.OPEN)
    same = (want.entry, want.seconds, want.calendar.name) == (row.entry, row.seconds, row.calendar)
    if row.entry and same and (row.since is None) is want.paused:
        return row if want.paused or row.wake_at or row.missed_at else _timed(row, want)
    begins = now if row.entry else want.since
    row = settled(row, setup, now)
    row = replace(row, entry=want.entry, seconds=want.seconds, calendar=want.calendar.name)
    if want.paused:
        return _stopped(row)
    return _timed(replace(row, since=row.since or begins), want)


def _timed(row: Deadline, want: _Wanted) -> Deadline:
    """With the moments at which it is due and looked at."""
    assert row.since is not None
    left = row.seconds - row.worked
    due = add_working(want.calendar, row.since, left) if left > 0 else row.since
    if want.opening is not None and due is not None:
        due = add_working(want.opening, due, 0)
    wake = due
    if want.near and row.near_at is None:
        early = left - want.near
        wake = add_working(want.calendar, row.since, early) if early > 0 else row.since
    return replace(row, due_at=row.missed_at or due, wake_at=None if row.missed_at else wake)


def _ended(standing: Standing, setup: Setup, row: Deadline, now: datetime) -> Deadline:
    """One that is of interest no longer, and whether it was kept."""
    if row.ended_at is not None:
        return row
    at = standing.answered_at or now if row.name == FIRST else now
    row = settled(row, setup, max(at, row.since or at))
    if row.missed_at:
        outcome = Outcome.MISSED
    elif (row.name == FIRST and standing.answered_at) or (row.name == RESOLUTION and standing.has_ended):
        outcome = Outcome.MET
    else:
        outcome = Outcome.MET if row.name == NEXT and not standing.has_ended else Outcome.CANCELLED
    return replace(_stopped(row), ended_at=at, outcome=outcome)


def _stopped(row: Deadline) -> Deadline:
    return replace(row, since=None, due_at=None, wake_at=None)
