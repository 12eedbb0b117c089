"""Business calendars: which moments are working time, by the local clock with its changes of daylight saving.

All moments are counted in whole seconds since 1970, so that a sum over any number of days is exact.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.gathering import no_holiday

DAY = 86_400
# Where nobody works for so long nothing is ever due.
MOST_DAYS = 3_700

# From and to, in seconds of the local clock's day.
Periods = tuple[tuple[int, int], ...]
Spans = tuple[tuple[int, int], ...]


@cache
def public_holidays(place: str) -> Callable[[date], str]:
    """The names of a place's public holidays by day: DE, or DE-BY with a part of the country. Raises Invalid."""
    if not place:
        return no_holiday
    import holidays  # its lists take a tenth of a second, which only who asks for them should wait

    country, _, part = place.partition("-")
    try:
        if not country.isupper():  # the package would look up any name of its own
            raise ValueError
        calendar = holidays.country_holidays(country, part or None)
    except (NotImplementedError, AttributeError, ValueError):
        text = tr("no calendar is known of {place!r}: write a country as DE, or a part as DE-BY", place=place)
        raise Invalid(text, "holidays") from None
    return cache(lambda day: calendar.get(day) or "")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time: the periods of each weekday (Monday first), none on holidays; `own` says of some days otherwise."""

    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    week: tuple[Periods, ...] = (((0, DAY),),) * 7
    holiday: Callable[[date], str] = no_holiday
    own: Mapping[date, Periods] = field(default_factory=dict)
    _known: dict[date, Spans] = field(default_factory=dict, compare=False)

    def periods(self, day: date) -> Periods:
        """The working hours of a date by the local clock."""
        if day in self.own:
            return self.own[day]
        return () if self.holiday(day) else self.week[day.weekday()]

    def spans(self, since: datetime) -> Iterator[tuple[int, int]]:
        """The stretches of working time from a moment on, in seconds since 1970."""
        begin, day = _stamp(since), since.astimezone(self.zone).date()
        for _ in range(MOST_DAYS):
            if day not in self._known:
                self._known[day] = tuple(self._of_day(day))
            yield from ((max(low, begin), high) for low, high in self._known[day] if high > begin)
            day += timedelta(days=1)

    def _of_day(self, day: date) -> Iterator[tuple[int, int]]:
        """What the local clock shows within the periods; where it is set back, it shows an hour twice."""
        periods = self.periods(day)
        if not periods:
            return
        midnight = int(datetime.combine(day, time(), UTC).timestamp())
        for begin, end, ahead in _even(self.zone, day):
            for low, high in periods:
                first, last = max(begin, midnight + low - ahead), min(end, midnight + high - ahead)
                if first < last:
                    yield first, last


ALWAYS = Calendar()


def working_seconds(calendar: Calendar, since: datetime, until: datetime) -> int:
    """The seconds of working time from one moment until another; 0 where the other is earlier."""
    end, total = _stamp(until), 0
    for low, high in calendar.spans(since):
        if low >= end:
            break
        total += min(high, end) - low
    return total


def working_minutes(calendar: Calendar, since: datetime, until: datetime) -> int:
    """The whole minutes of working time from one moment until another."""
    return working_seconds(calendar, since, until) // 60


def add_working(calendar: Calendar, since: datetime, seconds: int) -> datetime | None:
    """The moment at which so many seconds of working time have passed; of none, the next working moment.

    None where that is never.
    """
    left = max(0, seconds)
    for low, high in calendar.spans(since):
        if high - low >= left:
            return datetime.fromtimestamp(low + left, UTC)
        left -= high - low
    return None


def _even(zone: ZoneInfo, day: date) -> Iterator[tuple[int, int, int]]:
    """The stretches of a local date in which the clock is not changed: begin, end, and how far it is ahead of UTC."""
    begin, last = (int(datetime.combine(each, time(), zone).timestamp()) for each in (day, day + timedelta(days=1)))
    while begin < last:
        ahead, end = _ahead(zone, begin), last
        if _ahead(zone, last - 1) != ahead:
            low = begin
            while end - low > 1:
                middle = (low + end) // 2
                low, end = (middle, end) if _ahead(zone, middle) == ahead else (low, middle)
        yield begin, end, ahead
        begin = end


def _ahead(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _stamp(at: datetime) -> int:
    return int(at.timestamp())
