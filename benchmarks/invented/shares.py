"""How often what happens among the invented messages: intents, moods, channels, people at work."""

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random

# Shares need not add up to anything.
INTENTS = {"TI": 31, "PI": 19, "DI": 19, "WR": 14, "CA": 6, "CI": 5, "": 6}
BAD_DAY_INTENTS = {"TI": 18, "PI": 8, "DI": 52, "WR": 8, "CA": 12, "CI": 2, "": 5}
CHRISTMAS_INTENTS = {"TI": 24, "PI": 22, "DI": 30, "WR": 11, "CA": 6, "CI": 5, "": 6}
MOODS = {
    "TI": {"Negative": 40, "Neutral": 60},
    "PI": {"Neutral": 86, "Positive": 9, "Negative": 5},
    "WR": {"Neutral": 55, "Negative": 40, "Positive": 5},
    "DI": {"Neutral": 52, "Negative": 41, "Positive": 7},
    "CA": {"Negative": 93, "Neutral": 7},
    "CI": {"Positive": 94, "Neutral": 6},
    "": {"Neutral": 82, "Negative": 8, "Positive": 10},
}
TYPES = {
    "TI": {"SR": 72, "CM": 28},
    "PI": {"QS": 94, "IN": 6},
    "WR": {"SR": 50, "QS": 32, "CM": 18},
    "DI": {"QS": 50, "CM": 32, "SR": 18},
    "CA": {"CM": 100},
    "CI": {"CL": 100},
    "": {"IN": 48, "QS": 48, "CL": 4},
}
CHANNELS = {"EMI": 36, "WEB": 24, "WTA": 15, "PHC": 9, "TEL": 4, "FAC": 4, "INS": 3, "SMS": 2, "REV": 2, "IPC": 1}
CATEGORIES = {"TI": "SUP", "PI": "QNA", "WR": "SUP", "DI": "SUP", "CA": "CFD", "CI": "CFD", "": "QNA"}
LENGTHS = {1: 62, 2: 21, 3: 10, 4: 4, 5: 2, 7: 1}
FIELDS_CORRECTED = {"intent": 60, "sentiment": 25, "message_type": 15}
ENDS = {"CL": 68, "CO": 22, "SP": 10}
AGENTS = ("Ada Linfield", "Bruno Kesten", "Carla Mondego", "Deniz Aralik", "Emmy Vosberg", "Filip Narrow")

BY_PERSON = {"Person": 0.55, "CRM-Complaint": 0.6}
BY_PERSON_ELSE = 0.14
MEMOS, CORRECTED, REREAD, BY_MODEL, CALL_FAILS = 0.03, 0.015, 0.01, 0.3, 0.006


class Draw:
    """Draws by shares; the sums are made once."""

    def __init__(self, shares: Mapping[str, int] | Mapping[int, int]) -> None:
        """Draw from these."""
        self._values = list(shares)
        self._steps = list(accumulate(shares.values()))

    def __call__(self, chance: Random) -> str:
        """One of the values."""
        return self._values[bisect(self._steps, chance.random() * self._steps[-1])]  # type: ignore[return-value]


INTENT, BAD_DAY_INTENT, CHRISTMAS_INTENT = map(Draw, (INTENTS, BAD_DAY_INTENTS, CHRISTMAS_INTENTS))
MOOD = {intent: Draw(shares) for intent, shares in MOODS.items()}
TYPE = {intent: Draw(shares) for intent, shares in TYPES.items()}
CHANNEL, LENGTH, FIELD, END = map(Draw, (CHANNELS, LENGTHS, FIELDS_CORRECTED, ENDS))  # type: ignore[arg-type]
