"""Working time against a naive count, minute by minute, over whole years with their changes of daylight saving."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.timing.calendars import ALWAYS, Calendar, add_working, working_minutes, working_seconds
from frontdesk.timing.entries import CALENDARS, check_entry, setup_of
from tests.timing.written import calendar

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 366 * 24 * 60
DESKS = {
    "Berlin": calendar("Europe/Berlin", "Mon-Fri 09:00-12:30 13:15-17:00\nSat 10:00-14:00", "DE-BY"),
    "nights": calendar(
        "America/New_York", "Mon-Sun 00:00-02:45 22:00-24:00", "US", "2026-03-08 01:30-04:00\n2026-11-01"
    ),
    "half hours": calendar("Australia/Lord_Howe", "Fri-Mon 01:15-03:15", ""),
    "midnight": calendar("Africa/Cairo", "Mon-Fri 00:00-01:30 23:00-24:00", "EG"),
}


def naive(desk: Calendar) -> list[bool]:
    """Whether each minute of the year is working time, by what the clock on the wall shows."""
    found = []
    for minute in range(MINUTES):
        here = (YEAR + timedelta(minutes=minute)).astimezone(desk.zone)
        at = here.hour * 3600 + here.minute * 60
        found.append(any(low <= at < high for low, high in desk.periods(here.date())))
    return found


@pytest.mark.parametrize("name", DESKS)
def test_working_time_is_what_a_count_of_every_minute_of_the_year_gives(name: str) -> None:
    desk, works, drawn = DESKS[name], naive(DESKS[name]), random.Random(name)
    total = [0]
    for each in works:
        total.append(total[-1] + each)
    assert working_minutes(desk, YEAR, YEAR + timedelta(minutes=MINUTES)) == total[-1]
    for _ in range(400):
        first, last = sorted(drawn.sample(range(MINUTES), 2))
        begin, end = (YEAR + timedelta(minutes=each) for each in (first, last))
        minutes = total[last] - total[first]
        assert working_seconds(desk, begin, end) == 60 * minutes
        due = add_working(desk, begin, 60 * minutes)
        assert due is not None
        assert working_seconds(desk, begin, due) == 60 * minutes
        assert due <= end or minutes == 0


@pytest.mark.parametrize(
    ("begin", "due"), [("2026-03-29T00:30", "2026-03-29T02:00"), ("2026-10-25T00:30", "2026-10-25T02:00")]
)
def test_both_changes_of_the_clock_count_the_hours_that_pass(begin: str, due: str) -> None:
    desk = calendar("Europe/Berlin", "Mon-Sun 01:30-05:00", "")
    since = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    assert add_working(desk, since, 5400) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_end_of_a_day_is_its_last_moment_and_nothing_more_to_do_is_the_next_opening() -> None:
    friday = datetime(2026, 7, 3, 14, tzinfo=UTC)
    assert add_working(DESKS["Berlin"], friday, 3600) == friday + timedelta(hours=1)
    assert add_working(DESKS["Berlin"], friday + timedelta(hours=1), 0) == datetime(2026, 7, 4, 8, tzinfo=UTC)
    assert add_working(ALWAYS, friday, 60) == friday + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("zone", text) for text in ("", "Mars/Olympus", "../etc/passwd", "x" * 300)),
        *(
            ("hours", text)
            for text in ("", "Mon", "Someday 09:00-17:00", "Mon 17:00-09:00", "Mon 09:00-12:00 11:00-13:00")
        ),
        *(("hours", text) for text in ("Mon 9-17", "Mon 09:60-10:00", "Mon 09:00-24:30")),
        *(("holidays", text) for text in ("XX", "DE-XX", "__class__")),
        *(("own_days", text) for text in ("tomorrow", "2026-02-30", "2026-01-01 9:00-10:00")),
        *(("position", text) for text in ("-1", "²", "1000000")),
        ("shoe_size", "44"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_field_that_is_wrong(field: str, text: str) -> None:
    good = {"zone": "Europe/Berlin", "hours": "Mon-Fri 09:00-17:00"}
    with pytest.raises(Invalid) as refused:
        check_entry(CALENDARS, "desk", {**good, field: text}, "2026-01-01T00:00:00+00:00")
    assert refused.value.field == field


def test_nothing_that_is_set_up_is_all_day_and_night() -> None:
    assert setup_of("").calendar({"team": "SALES"}) == ALWAYS


def test_an_entry_that_cannot_be_read_any_more_is_left_out_and_stops_nothing() -> None:
    stored = {"calendars": {"old": {"zone": "Atlantis/Poseidonis"}}, "levels": {}, "rules": {}}
    assert setup_of(json.dumps(stored)).calendar({}) == ALWAYS
