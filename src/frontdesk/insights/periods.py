"""Named periods such as the last 30 days or this month, and the previous period to compare with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from frontdesk.insights.calendar import Calendar, Period
from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

PERIODS = {
    "today": "Today",
    "last-7-days": "Last 7 days",
    "last-30-days": "Last 30 days",
    "last-90-days": "Last 90 days",
    "last-365-days": "Last 365 days",
    "this-month": "This month",
    "last-month": "Last month",
    "this-year": "This year",
    "all": "All time",
}
USUAL = "last-30-days"
YEARS = range(1970, 3000)
DATE_LENGTH = len("2026-01-31")
# How many days a bucket of a trend may have for a period of so many days at most.
BUCKETS = ((2, "hour"), (92, "day"), (550, "week"), (3660, "month"))


@dataclass(frozen=True, slots=True)
class Span:
    """A period and the previous one of the same length; None where it has no beginning."""

    now: Period
    before: Period | None
    bucket: str


def span_of(name: str, since: datetime | None, until: datetime | None, now: datetime, calendar: Calendar) -> Span:
    """The named period, or the one given by its ends, which outrank the name. Raises Invalid."""
    if name and name not in PERIODS:
        raise Invalid(
            tr("there is no period {name!r}: use one of {known}", name=name, known=", ".join(PERIODS)), "period"
        )
    if since is not None and until is not None and since >= until:
        raise Invalid(tr("until is not after since"), "until")
    if since is not None or until is not None:
        return _span(Period(since, until), now)
    return _span(_named(name or USUAL, now, calendar), now)


def moment_of(text: str, calendar: Calendar, field: str) -> datetime | None:
    """A date or time in words; dates, and times without zone, are of the configured zone. Raises Invalid."""
    if not text:
        return None
    try:
        at: date = datetime.fromisoformat(text) if len(text) > DATE_LENGTH else date.fromisoformat(text)
        if at.year in YEARS:
            is_whole = isinstance(at, datetime) and at.tzinfo is not None
            return at.replace(microsecond=0).astimezone(UTC) if is_whole else calendar.moment(at)  # type: ignore[attr-defined, call-arg]  # a datetime
    except (ValueError, OverflowError):
        pass
    raise Invalid(
        tr(
            "{field} {value!r} is no date or time from {year} on: write 2026-01-31 or 2026-01-31T12:00:00Z",
            field=field,
            value=text[:40],
            year=YEARS[0],
        ),
        field,
    )


def _named(name: str, now: datetime, calendar: Calendar) -> Period:
    today = now.astimezone(calendar.zone).date()
    tomorrow = today + timedelta(days=1)
    if name == "all":
        return Period()
    if name == "last-month":
        this = today.replace(day=1)
        return Period(calendar.moment((this - timedelta(days=1)).replace(day=1)), calendar.moment(this))
    days = {"today": 1, "last-7-days": 7, "last-30-days": 30, "last-90-days": 90, "last-365-days": 365}
    begin = {"this-month": today.replace(day=1), "this-year": today.replace(month=1, day=1)}
    first = begin[name] if name in begin else tomorrow - timedelta(days=days[name])
    return Period(calendar.moment(first), calendar.moment(tomorrow))


def _span(period: Period, now: datetime) -> Span:
    if period.since is None:
        return Span(period, None, "month")
    length = (period.until or now) - period.since
    bucket = next((name for days, name in BUCKETS if length <= timedelta(days=days)), "quarter")
    return Span(period, Period(period.since - length, period.since), bucket)
