"""Says which signals a message carries, and where."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .features import Array, Traits, registry
from .heads import Look
from .reading import Signal
from .text import Prepared, is_wordless

_LISTED = 0.05
# In a thread, an answer like "it is here now" or "still nothing" needs fewer words (log odds).
_IN_THREAD = {"resolved": 1.5, "unresolved": 2.5, "repeat_contact": -0.5}
# There it is one of these or the other: the less likely gets so much less likely.
_EITHER, _NOT_BOTH = ("resolved", "unresolved"), 3.0
# Where nothing but phrases stands that only look like the signal ("smoke detector").
_ONLY_LOOKS = 4.0
_SHORT = 80
_MOST_SPANS = 5


class SignalReader:
    """Reads signals; safe to share between threads."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are the signals in the order in which the network knows them."""
        self._names = tuple(names)
        self.by_part: npt.NDArray[np.bool_] = np.array([signal.scope == "part" for signal in registry()])
        self.limits = {signal.name: signal.limit for signal in registry()}

    def read(
        self, prepared: Prepared, look: Look, whole: Traits, traits: Sequence[Traits], in_thread: bool
    ) -> tuple[Signal, ...]:
        """The signals of at least 5 %; `whole` are the traits of the body, `traits` those of its first sentences."""
        if is_wordless(prepared.own):
            return (Signal("no_words", 0.98),)
        sentences = prepared.sentences[: len(traits)]
        odds = self._odds(look, whole, in_thread=in_thread and len(prepared.own.split()) <= _SHORT)
        found = []
        for i, name in enumerate(self._names):
            probability = float(1.0 / (1.0 + np.exp(-np.clip(odds[i], -30.0, 30.0))))
            if probability >= _LISTED:
                spans = [
                    (sentence.start + hit.start, sentence.start + hit.end)
                    for sentence, trait in zip(sentences, traits, strict=True)
                    for hit in trait.hits
                    if hit.name == name
                ]
                if not spans and len(sentences):
                    strongest = sentences[int(look.signals_by_part[:, i].argmax())]
                    spans = [(strongest.start, strongest.end)]
                found.append(Signal(name, round(probability, 4), _apart(spans)))
        return tuple(found)

    def _odds(self, look: Look, whole: Traits, *, in_thread: bool) -> Array:
        count = len(self._names)
        only_looks = (whole.row[count : 2 * count] > 0) & (whole.row[:count] == 0)
        odds = np.asarray(look.signals - _ONLY_LOOKS * only_looks, np.float32)
        if in_thread:
            for name, shift in _IN_THREAD.items():
                odds[self._names.index(name)] += shift
            odds[min((self._names.index(name) for name in _EITHER), key=lambda i: odds[i])] -= _NOT_BOTH
        return odds


def _apart(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, none inside or over another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept[:_MOST_SPANS])
