"""ULIDs out of a seed: the same for the same seed, in the order of time."""

from datetime import datetime
from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = [a + b for a in ALPHABET for b in ALPHABET]


class Ids:
    """Ids of what belongs together: one moment and one draw for all of them, then counted."""

    def __init__(self, chance: Random) -> None:
        """Draw from `chance`."""
        self._chance = chance
        self._stem, self._number = "", 0

    def begin(self, at: datetime) -> None:
        """The ids that follow are of this moment."""
        milliseconds = int(at.timestamp() * 1000)
        lot = self._chance.getrandbits(70)
        stem = [PAIRS[(milliseconds >> shift) & 1023] for shift in (40, 30, 20, 10, 0)]
        stem += [PAIRS[(lot >> shift) & 1023] for shift in (60, 50, 40, 30, 20, 10, 0)]
        self._stem, self._number = "".join(stem), 0

    def next(self) -> str:
        """The next id."""
        self._number += 1
        return self._stem + PAIRS[self._number]
