"""Counts wrong proofs of orders over conversations, so that nobody tries postal codes until one fits."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

# So many wrong proofs of an order in so long, in this process; then it is as unknown as one that does not exist.
MOST_WRONG, WITHIN = 10, timedelta(hours=1)
_REMEMBERED = 10_000


class Guesses:
    """Wrong proofs by the number of the order."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Count by this clock."""
        self._clock = clock
        self._wrong: defaultdict[str, list[datetime]] = defaultdict(list)

    def note(self, number: str) -> None:
        """A wrong proof was told for this order."""
        if len(self._wrong) >= _REMEMBERED:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong[number] = [*self._recent(number), self._clock()][-MOST_WRONG:]

    def too_many(self, number: str) -> bool:
        """Whether its proofs are not looked at for now."""
        return number in self._wrong and len(self._recent(number)) >= MOST_WRONG

    def _recent(self, number: str) -> list[datetime]:
        since = self._clock() - WITHIN
        return [at for at in self._wrong.get(number, ()) if at > since]
