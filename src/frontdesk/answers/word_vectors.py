"""Vectors of single words, remembered: the words of articles come again with every question."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from frontdesk.answers.topics import Rows
from frontdesk.interfaces.knowledge import PassageEncoder

_REMEMBERED = 50_000
_BATCH = 256


class WordVectors:
    """Asks the encoder for words that it was not asked for before."""

    def __init__(self, encoder: PassageEncoder) -> None:
        """The encoder must know single words: the built-in engine's does."""
        self._encoder = encoder
        self._known: OrderedDict[str, Rows] = OrderedDict()

    async def of_all(self, lists: Sequence[Sequence[str]]) -> list[Rows]:
        """For each list one row for each of its words."""
        missing = [word for word in dict.fromkeys(w for words in lists for w in words) if word not in self._known]
        fresh: dict[str, Rows] = {}
        for at in range(0, len(missing), _BATCH):
            part = missing[at : at + _BATCH]
            fresh.update(zip(part, await self._encoder.passages(part), strict=True))
        found = [[fresh[w] if w in fresh else self._known[w] for w in words] for words in lists]
        self._known.update(fresh)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return [np.stack(rows) if rows else np.zeros((0, 0), np.float32) for rows in found]
