"""What people set up about time: calendars, service levels and timed rules, each an entry of a few texts (fields.toml).

An entry is written as people write it, so forms, REST and files share one form: `hours = "Mon-Fri 09:00-17:00"`,
`first_answer = "4h"`, `actions = "escalate team=SUPPORT"`. Reading it is pure and names the field that is wrong.
"""

import logging
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.actions import ANSWER, REPLY, check_action
from frontdesk.timing.calendars import ALWAYS, Calendar, Periods, add_working, public_holidays

log = logging.getLogger(__name__)
FIELDS: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    (files(__package__) / "fields.toml").read_text("utf-8")
)


class EntryKind(StrEnum):
    """The kinds of entries."""

    CALENDARS = "calendars"
    LEVELS = "levels"
    RULES = "rules"


CALENDARS, LEVELS, RULES = FIELDS
CONDITIONS = ("tier", "priority", "channel", "intent", "team")
TARGETS = ("first_answer", "next_answer", "resolution")
EVENTS = ("no_answer", "no_reply", "service_call_done", "near", "missed")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_TEXT, MOST_ENTRIES = 4_000, 200
UNITS = {"m": 60, "h": 3_600, "d": 86_400}

Facts = Mapping[str, str]
Texts = Mapping[str, str]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_SPAN = re.compile(r"(\d{1,4})\s*([mhd])")
_HOUR = re.compile(r"\d:\d")
_PERIOD = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Conditions:
    """For which interactions an entry is: the codes that each fact may have, any where none is named."""

    codes: tuple[tuple[str, frozenset[str]], ...] = ()

    def fit(self, facts: Facts) -> bool:
        """Whether an interaction with these facts fulfils all of them."""
        return all(facts.get(name, "") in allowed for name, allowed in self.codes)


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """The seconds of working time that each target allows, and how long before its end it is near."""

    name: str
    conditions: Conditions
    seconds: Mapping[str, int]
    near: int


@dataclass(frozen=True, slots=True)
class TimedRule:
    """A rule that waits: so many seconds after its event, in working time or not, it has these actions.

    It knows events since `since`; `statuses` are those that end a service call. `tells_customer`: it writes to them.
    """

    name: str
    conditions: Conditions
    event: str
    seconds: int
    working: bool
    actions: tuple[Mapping[str, Any], ...]
    statuses: frozenset[str]
    since: datetime

    @property
    def tells_customer(self) -> bool:
        """Whether it waits for business hours, because the customer gets a message."""
        return any(each["kind"] in (REPLY, ANSWER) for each in self.actions)


@dataclass(frozen=True, slots=True)
class Setup:
    """All entries, in the order in which they are looked at; of calendars and service levels the first that fits."""

    calendars: tuple[tuple[Conditions, Calendar], ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    rules: tuple[TimedRule, ...] = ()
    by_name: Mapping[str, Calendar] = field(default_factory=dict)

    def calendar(self, facts: Facts) -> Calendar:
        """The one that is theirs; all of the day and night where none is."""
        return next((each for conditions, each in self.calendars if conditions.fit(facts)), ALWAYS)

    def level(self, facts: Facts) -> ServiceLevel | None:
        """The one that is theirs."""
        return next((each for each in self.levels if each.conditions.fit(facts)), None)


@lru_cache(8)
def setup_of(text: str) -> Setup:
    """The entries out of the text that they are stored as."""
    calendars, levels, rules = (tuple(_readable(kind, entries)) for kind, entries in entries_of(text).items())
    return Setup(calendars, levels, rules, {each.name: each for _, each in calendars})


def _readable(kind: str, entries: Mapping[str, Texts]) -> Iterator[Any]:
    """Those of a kind, in order. What another release or another list of holidays allowed must not stop the desk."""
    for name, entry in sorted(entries.items(), key=lambda each: (int(each[1].get("position", 0)), each[0])):
        try:
            made = _READ[kind](name, entry)
            yield (_conditions(entry), made) if kind == CALENDARS else made
        except Invalid as error:
            log.error("%s %s is left out: %s", kind, name, error)


def entries_of(text: str) -> dict[str, dict[str, Texts]]:
    """The texts of all entries by kind and name."""
    return {kind: {} for kind in FIELDS} | (msgspec.json.decode(text) if text else {})


def check_entry(kind: str, name: str, given: Texts, since: str) -> Texts:
    """An entry as it is stored: its known fields, and since when it is there. Raises Invalid that names the field."""
    if not _NAME.fullmatch(name):
        raise Invalid(tr("a name is made of letters, digits, hyphens and underscores, at most 40"), "name")
    if unknown := given.keys() - FIELDS[kind].keys():
        raise Invalid(tr("there is no field {name}", name=min(unknown)[:40]), min(unknown)[:40])
    if long := next((each for each, text in given.items() if len(text) > MOST_TEXT), ""):
        raise Invalid(tr("a text has at most {most:,} characters", most=MOST_TEXT), long)
    entry = {each: text.strip() for each, text in given.items() if text.strip()} | {"since": since}
    _check_position(entry)
    _READ[kind](name, entry)
    return entry


def _check_position(entry: Texts) -> None:
    text = entry.get("position", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Invalid(tr("the position is a whole number from 0 to 100,000"), "position")


def _conditions(entry: Texts) -> Conditions:
    named = ((name, frozenset(_words(entry.get(name, ""), ","))) for name in CONDITIONS)
    return Conditions(tuple((name, codes) for name, codes in named if codes))


def _words(text: str, between: str) -> list[str]:
    return [each.strip() for each in text.split(between) if each.strip()]


def _calendar(name: str, entry: Texts) -> Calendar:
    try:
        zone = ZoneInfo(entry.get("zone", ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(tr("there is no time zone of this name: write for example Europe/Berlin"), "zone") from None
    week: list[Periods] = [()] * 7
    for part in _words(entry.get("hours", "").lower().replace("\n", ";"), ";"):
        days, _, hours = part.partition(" ")
        first, _, last = days.partition("-")
        if {first, last or first} - set(WEEKDAYS):
            raise Invalid(tr("write days as Mon or Mon-Fri, not {text!r}", text=days[:40]), "hours")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        for day in range(begin, end + 1 if begin <= end else end + 8):
            week[day % 7] = (*week[day % 7], *_periods(hours, "hours"))
    own = dict(_own_day(line) for line in _words(entry.get("own_days", ""), "\n"))
    week = [_in_order(each, "hours") for each in week]
    made = Calendar(name, zone, tuple(week), public_holidays(entry.get("holidays", "")), own)
    if not any(week) or add_working(made, datetime(2026, 1, 1, tzinfo=zone), 0) is None:
        raise Invalid(tr("a calendar needs working hours: write for example Mon-Fri 09:00-17:00"), "hours")
    return made


def _own_day(line: str) -> tuple[date, Periods]:
    """A date that is closed, or with hours of its own; what else follows is a remark."""
    day, _, rest = line.partition(" ")
    try:
        return date.fromisoformat(day), _periods(
            " ".join(word for word in rest.split() if _HOUR.search(word)), "own_days"
        )
    except ValueError:
        raise Invalid(tr("write a day as 2026-12-24, not {text!r}", text=day[:40]), "own_days") from None


def _periods(text: str, where: str) -> Periods:
    found = []
    for word in text.split():
        match = _PERIOD.fullmatch(word)
        hours, minutes, to_hours, to_minutes = map(int, match.groups()) if match else (0, 0, 0, 0)
        begin, end = hours * 3_600 + minutes * 60, to_hours * 3_600 + to_minutes * 60
        if not begin < end <= 86_400 or minutes > 59 or to_minutes > 59:
            raise Invalid(tr("write hours as 09:00-17:00, not {text!r}", text=word[:40]), where)
        found.append((begin, end))
    return _in_order(found, where)


def _in_order(periods: Iterable[tuple[int, int]], where: str) -> Periods:
    ordered = tuple(sorted(periods))
    if any(one[1] > other[0] for one, other in pairwise(ordered)):
        raise Invalid(tr("two periods of a day overlap"), where)
    return ordered


def _span(entry: Texts, name: str, units: str = "mh") -> int:
    """A span of time in seconds, 0 where there is none."""
    if not (text := entry.get(name, "")):
        return 0
    match = _SPAN.fullmatch(text)
    if match is None or match[2] not in units:
        raise Invalid(tr("write a time as 30m or 4h, in elapsed time also as 3d"), name)
    return int(match[1]) * UNITS[match[2]]


def _level(name: str, entry: Texts) -> ServiceLevel:
    seconds = {target: span for target in TARGETS if (span := _span(entry, target))}
    if not seconds:
        raise Invalid(tr("a service level needs a time for at least one of its targets"), TARGETS[0])
    return ServiceLevel(name, _conditions(entry), seconds, _span(entry, "near"))


def _rule(name: str, entry: Texts) -> TimedRule:
    event, working = entry.get("event", ""), entry.get("working", "no")
    if event not in EVENTS:
        raise Invalid(tr("unknown event: use one of {known}", known=", ".join(EVENTS)), "event")
    if working not in ("yes", "no"):
        raise Invalid(tr("write yes or no"), "working")
    actions = tuple(_action(line) for line in _words(entry.get("actions", ""), "\n"))
    if not actions:
        raise Invalid(tr("a rule needs an action"), "actions")
    statuses = frozenset(_words(entry.get("statuses", "closed, done, completed").lower(), ","))
    after, since = _span(entry, "after", "mh" if working == "yes" else "mhd"), datetime.fromisoformat(entry["since"])
    return TimedRule(name, _conditions(entry), event, after, working == "yes", actions, statuses, since)


def _action(line: str) -> Mapping[str, Any]:
    """An action as a line: its kind, then name=value; a value with spaces stands in quotation marks."""
    try:
        kind, *given = shlex.split(line)
    except ValueError:
        raise Invalid(tr("a quotation mark is missing"), "actions") from None
    pairs = dict(each.partition("=")[::2] for each in given)
    return check_action({"kind": kind, **pairs})


_READ: Mapping[str, Any] = {CALENDARS: _calendar, LEVELS: _level, RULES: _rule}
