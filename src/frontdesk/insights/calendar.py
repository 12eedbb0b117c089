"""The calendar of the configured time zone: which hour, day, week, month, quarter or year a moment falls in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from frontdesk.insights.dimensions import WEEKDAYS

DAY = 86_400
# Day 0 of 1970 was a Thursday: weeks begin three days before.
MONDAY = 3
FORMS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
MONTHS = {"month": 1, "quarter": 3, "year": 12}

Ints = NDArray[np.integer]


class Calendar:
    """Turns moments (seconds since 1970) into places on the local calendar and back."""

    def __init__(self, zone: tzinfo) -> None:
        """Use this zone's clock, with its summer times."""
        self.zone = zone

    def hours(self, at: Ints) -> Ints:
        """The local hour of each moment, counted from 1970 on the local clock."""
        if at.size == 0:
            return np.zeros(0, np.int32)
        starts, offsets = self._offsets(int(at.min()), int(at.max()))
        shift = offsets[np.searchsorted(starts, at, "right") - 1] if len(starts) > 1 else offsets[0]
        return ((at + shift) // 3600).astype(np.int32)

    def buckets(self, name: str, hours: Ints) -> Ints:
        """Local hours as numbers of hour, day, week, month, quarter, year, hour_of_day or weekday."""
        if name == "hour":
            return hours
        if name == "hour_of_day":
            return hours % 24
        days = hours // 24
        if name == "day":
            return days
        if name == "week":
            return (days + MONDAY) // 7
        if name == "weekday":
            return (days + MONDAY) % 7
        if days.size == 0:
            return days
        first = int(days.min())
        table = np.arange(first, int(days.max()) + 1).astype("M8[D]").astype("M8[M]").astype(np.int32)
        table //= MONTHS[name]
        return table[days - first]

    def key(self, name: str, bucket: int) -> str:
        """A bucket as it is written: 2026-01-31T13, 2026-01-31, 2026-W05, 2026-01, 2026-Q1, 2026; 13; Monday."""
        if name == "hour_of_day":
            return f"{bucket:02d}"
        if name == "weekday":
            return WEEKDAYS[bucket]
        begin = self.begin(name, bucket)
        if name == "week":
            year, week, _ = begin.isocalendar()
            return f"{year}-W{week:02d}"
        if name == "quarter":
            return f"{begin.year}-Q{begin.month // 3 + 1}"
        return begin.strftime(FORMS[name])

    def begin(self, name: str, bucket: int) -> datetime:
        """The first moment of a bucket on the local clock, without zone."""
        if name == "hour":
            return datetime(1970, 1, 1) + timedelta(hours=bucket)  # noqa: DTZ001 - the local clock
        if name in ("day", "week"):
            days = bucket if name == "day" else bucket * 7 - MONDAY
            return datetime(1970, 1, 1) + timedelta(days=days)  # noqa: DTZ001 - the local clock
        months = bucket * MONTHS[name]
        return datetime(1970 + months // 12, months % 12 + 1, 1)  # noqa: DTZ001 - the local clock

    def span(self, name: str, bucket: int) -> tuple[datetime, datetime]:
        """The moments at which a bucket begins and at which the next does."""
        return self.moment(self.begin(name, bucket)), self.moment(self.begin(name, bucket + 1))

    def span_of(self, name: str, key: str) -> tuple[datetime, datetime]:
        """The moments at which the bucket with this key begins and at which the next does."""
        if name == "quarter":
            begin = datetime(int(key[:4]), int(key[-1]) * 3 - 2, 1)  # noqa: DTZ001 - the local clock
        elif name == "week":
            begin = datetime.fromisocalendar(int(key[:4]), int(key[-2:]), 1)
        else:
            begin = datetime.strptime(key, FORMS[name])  # noqa: DTZ007 - the local clock
        days = (begin - datetime(1970, 1, 1)).days  # noqa: DTZ001 - the local clock
        if name in MONTHS:
            return self.span(name, ((begin.year - 1970) * 12 + begin.month - 1) // MONTHS[name])
        bucket = {"hour": days * 24 + begin.hour, "day": days, "week": (days + MONDAY) // 7}[name]
        return self.span(name, bucket)

    def moment(self, local: datetime | date) -> datetime:
        """A local time (or midnight of a date) as a moment in UTC."""
        whole = local if isinstance(local, datetime) else datetime(local.year, local.month, local.day)  # noqa: DTZ001
        return whole.replace(tzinfo=self.zone).astimezone(UTC)

    def _offsets(self, first: int, last: int) -> tuple[Ints, Ints]:
        """The seconds by which the local clock is ahead, and from which moment on each holds."""
        starts, offsets = [first], [self._offset(first)]
        at = first
        while at < last:
            following = min(at + 7 * DAY, last)
            if self._offset(following) != offsets[-1]:
                turn = self._turn(at, following)
                starts.append(turn)
                offsets.append(self._offset(turn))
                at = turn
                continue
            at = following
        return np.array(starts, np.int64), np.array(offsets, np.int64)

    def _turn(self, before: int, after: int) -> int:
        """The first second with another offset than `before` has."""
        old = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == old else (before, middle)
        return after

    def _offset(self, at: int) -> int:
        offset = datetime.fromtimestamp(at, self.zone).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class Period:
    """Moments from `since` to before `until`; None leaves an end open."""

    since: datetime | None = None
    until: datetime | None = None
