"""Rows behind a figure as a filter of the list of interactions, where the list can ask for exactly the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from frontdesk.insights.calendar import Period
from frontdesk.insights.measures import How, Measure
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.console.list_query import LONGEST_VALUE, MOST_VALUES
from frontdesk.ui.console.origins import with_origin

# What the list filters by the interaction's own value, as figures do. Not type, language and tier: figures take
# a person's correction for them, the list what was read.
SAME = ("status", "priority", "category", "channel", "intent", "sentiment", "team", "customer", "route")


def in_list(
    measure: Measure, where: Mapping[str, Sequence[str]], period: Period, origin: str, zone: tzinfo
) -> str | None:
    """The list's address with these rows and no others; None where the list cannot ask for them."""
    if measure.how is not How.COUNT or measure.name != "interactions":
        return None
    if any(name not in SAME or not _can_be_asked(name, values) for name, values in where.items()):
        return None
    pairs = [(name, value) for name, values in where.items() for value in values]
    pairs += [("opened_since", _day_or_time(period.since.astimezone(zone)))] if period.since else []
    pairs += [("opened_until", _last_day_or_time(period.until.astimezone(zone)))] if period.until else []
    return with_origin(f"{PATH}?{urlencode([*pairs, ('sort', '-created')])}", origin)


def _can_be_asked(name: str, values: Sequence[str]) -> bool:
    most = 1 if name == "customer" else MOST_VALUES
    return 0 < len(values) <= most and all(0 < len(value) <= LONGEST_VALUE for value in values)


def _day_or_time(at: datetime) -> str:
    return at.date().isoformat() if at.time() == time() else at.isoformat()


def _last_day_or_time(at: datetime) -> str:
    """A day counts whole in the list, so the last one is the day before its end."""
    return (at - timedelta(days=1)).date().isoformat() if at.time() == time() else at.isoformat()
