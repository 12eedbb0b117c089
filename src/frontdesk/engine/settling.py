"""Settles what heads and index say of a message by its signals, its language and what was said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .encoder import Vectors
from .features import Array
from .intents import IntentIndex
from .language import UNKNOWN
from .reading import Scored, Turn
from .text import Prepared

Chosen = tuple[str | None, float, tuple[Scored, ...]]

# The languages that the sentence encoder has learnt; others are read by phrases, and believed less.
_KNOWN = frozenset(["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"])
_BELIEF = 0.55
# With one of these signals nothing is praise, whatever the words are.
_VETOES = ("irony", "threatens", "abuse", "spam", "automatic", "no_words")
# These have no concern that an intent could name.
_NO_CONCERN = ("no_words", "automatic", "spam")
# A message of so few words, or one so unsure, is read together with the customer's words before it.
_SHORT, _UNSURE, _ECHO = 12, 0.5, 0.9


@dataclass(frozen=True)
class Thread:
    """What came before a message, oldest first, and the sentence vectors of each turn."""

    turns: tuple[Turn, ...] = ()
    vectors: tuple[Vectors, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether the customer wrote before."""
        return any(turn.role == "customer" for turn in self.turns)


def feeling(odds: Array, language: str, present: Mapping[str, float]) -> Array:
    """The probabilities of the sentiments; `present` are the signals above their limits."""
    if language not in _KNOWN and language != UNKNOWN:
        odds = _BELIEF * odds + (1 - _BELIEF) / 3
    veto = max((present[name] for name in _VETOES if name in present), default=0.0)
    if veto:
        negative, neutral, positive = odds
        moved = positive * max(veto, 0.8)
        plain = any(name in present for name in ("spam", "automatic", "no_words"))
        odds = np.array([negative + (0 if plain else moved), neutral + (moved if plain else 0), positive - moved])
    return np.asarray(odds / odds.sum(), np.float32)


def intent(
    chosen: str | None,
    probability: float,
    ranked: tuple[Scored, ...],
    language: str,
    present: Mapping[str, float],
    threshold: float,
) -> Chosen:
    """The intent, less likely in a language that the encoder has not learnt, none where no customer speaks."""
    factor = 1.0
    if language not in _KNOWN:
        factor = _BELIEF
    if any(name in present for name in _NO_CONCERN):
        factor = min(factor, 0.1)
    if factor < 1.0:
        ranked = tuple(Scored(each.code, factor * each.probability) for each in ranked)
        probability = factor * probability
    return (chosen if language != UNKNOWN and probability >= threshold else None), probability, ranked


def needs_thread(prepared: Prepared, probability: float) -> bool:
    """Whether a message says too little by itself."""
    return len(prepared.own.split()) <= _SHORT and probability < _UNSURE


def in_thread(rows: Vectors, thread: Thread, lean: float, index: IntentIndex, alone: Chosen) -> Chosen:
    """The intent of a message together with what the customer wrote last, if that is the likelier reading."""
    earlier = _last_words(thread.turns, thread.vectors)
    if earlier is None:
        return alone
    together = index.score(np.vstack([rows, earlier]) if len(rows) else earlier, lean)
    if together[1] * _ECHO <= alone[1]:
        return alone
    ranked = tuple(Scored(each.code, _ECHO * each.probability) for each in together[2])
    best = ranked[0]
    return (best.code if best.probability >= index.threshold else None), best.probability, ranked


def _last_words(turns: Sequence[Turn], vectors: Sequence[Vectors]) -> Vectors | None:
    for turn, rows in zip(reversed(turns), reversed(vectors), strict=True):
        if turn.role == "customer" and len(rows) and len(turn.text.split()) > 2:
            return rows
    return None
