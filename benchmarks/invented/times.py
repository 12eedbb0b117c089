"""When the invented customers write: growth over the years, seasons, weekdays, office hours, and a few bad days."""

import math
from bisect import bisect
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

# Monday to Sunday, and midnight to midnight, in shares of the busiest.
WEEKDAYS = (1.0, 0.93, 0.9, 0.87, 0.84, 0.42, 0.3)
HOURS = (
    *(0.06, 0.04, 0.03, 0.03, 0.04, 0.08, 0.2, 0.42, 0.72, 0.95, 1.0, 0.92),
    *(0.74, 0.78, 0.86, 0.9, 0.88, 0.78, 0.66, 0.6, 0.52, 0.4, 0.24, 0.12),
)
# By month: presents at the end of the year, heat waves for fridges.
SEASONS = (1.18, 0.96, 0.94, 0.95, 0.97, 1.02, 1.06, 1.0, 0.96, 1.0, 1.14, 1.3)
GROWTH_A_YEAR = 1.35
BAD_DAYS = 0.012
HOUR_STEPS = list(accumulate(HOURS))


class Times:
    """Sorted moments over the days before `until`."""

    def __init__(self, chance: Random, until: datetime, days: int) -> None:
        """Weigh each day; `bad` holds those on which something went wrong."""
        self._chance = chance
        self._until = until.astimezone(UTC)
        self.first = (self._until - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.days = days + 1
        self.bad = {day for day in range(self.days) if chance.random() < BAD_DAYS}
        self._steps = list(accumulate(self._weight(day) for day in range(self.days)))

    def moments(self, count: int) -> list[datetime]:
        """So many moments, oldest first."""
        chance, steps = self._chance, self._steps
        seconds: list[float] = []
        while len(seconds) < count:
            day = bisect(steps, chance.random() * steps[-1])
            hour = bisect(HOUR_STEPS, chance.random() * HOUR_STEPS[-1])
            at = day * 86_400 + hour * 3600 + chance.random() * 3600
            if self.first + timedelta(seconds=at) < self._until:
                seconds.append(at)
        seconds.sort()
        return [self.first + timedelta(seconds=at) for at in seconds]

    def is_bad(self, at: datetime) -> bool:
        """Whether something went wrong on that day."""
        return (at - self.first).days in self.bad

    def _weight(self, number: int) -> float:
        day = self.first + timedelta(days=number)
        trend = math.pow(GROWTH_A_YEAR, number / 365)
        noise = math.exp(self._chance.gauss(0, 0.08))
        return WEEKDAYS[day.weekday()] * SEASONS[day.month - 1] * trend * noise * (1.9 if number in self.bad else 1.0)


def in_office(at: datetime) -> datetime:
    """The moment itself in office hours, else the next morning."""
    if at.hour >= 18:
        return at.replace(hour=8, minute=at.minute) + timedelta(days=1)
    return at.replace(hour=8) if at.hour < 8 else at
