"""Cuts sentences into the word pieces of the encoder, and remembers how the words were cut that come again and again.

The package looks for the best cut of a whole sentence. No piece of its vocabulary reaches over a space, so the best cut
of a sentence is that of its words, one by one.
"""

from functools import lru_cache
from typing import Any

_REMEMBERED = 10_000
_SPACE = "\u2581"


class Pieces:
    """The package's own tokenizer (unigram, Kudo 2018), word by word; threads may share it."""

    def __init__(self, tokenizer: Any) -> None:  # the package has no types
        """Raises ValueError where a piece of the vocabulary reaches over a space."""
        if any(_SPACE in piece[1:] for piece in tokenizer._pieces):
            raise ValueError("a word piece reaches over a space")
        self._tokenizer = tokenizer
        self._cut = lru_cache(_REMEMBERED)(lambda word: tuple(tokenizer._viterbi(word)))

    def __call__(self, sentence: str) -> list[int]:
        """The numbers of its pieces, between those of begin and end."""
        own = self._tokenizer
        first, *words = own._normalizer.normalize(sentence).split(_SPACE)
        pieces = list(self._cut(first)) if first else []
        for word in words:
            pieces += self._cut(_SPACE + word)
        return [own._bos_id, *(pieces or [own._unk_id]), own._eos_id]
