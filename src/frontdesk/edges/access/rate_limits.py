"""Limits how often one caller may try, with token buckets in the memory of this process."""

import ipaddress
import math
import time
from collections.abc import Callable

from typing_extensions import override

from frontdesk.interfaces import RateLimiter, TooMany

MOST_CALLERS = 50_000


class TokenBuckets(RateLimiter):
    """So many attempts a minute for each key, saved up to a minute's worth."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, most_callers: int = MOST_CALLERS
    ) -> None:
        """`clock` tells seconds; about no more than `most_callers` keys are remembered."""
        self._most, self._rate, self._clock = float(per_minute), per_minute / 60, clock
        self._most_callers = most_callers
        # What was left of a key's attempts, and when; a key that is not here has all of them.
        self._left: dict[str, tuple[float, float]] = {}

    @override
    def admit(self, key: str) -> None:
        now = self._clock()
        left = self._now_left(key, now)
        if left < 1:
            raise TooMany(math.ceil((1 - left) / self._rate))
        self._left.pop(key, None)
        if len(self._left) >= self._most_callers:
            self._make_room(now)
        self._left[key] = (left - 1, now)

    def give_back(self, key: str) -> None:
        """Take an attempt back: it was a good one."""
        now = self._clock()
        if key in self._left:
            self._left[key] = (min(self._most, self._now_left(key, now) + 1), now)

    def _now_left(self, key: str, now: float) -> float:
        left, since = self._left.get(key, (self._most, now))
        return min(self._most, left + (now - since) * self._rate)

    def _make_room(self, now: float) -> None:
        """Forget callers who have all attempts again; in a flood of addresses also the least recent tenth."""
        for key in [key for key in self._left if self._now_left(key, now) >= self._most]:
            del self._left[key]
        for key in list(self._left)[: max(0, len(self._left) - self._most_callers * 9 // 10)]:
            del self._left[key]


def place(address: str) -> str:
    """What counts as one place on the network: an IPv4 address, or the /64 that an IPv6 customer is given whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
