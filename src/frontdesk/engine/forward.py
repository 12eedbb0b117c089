"""The encoder's arithmetic: token numbers in, two vectors for each sentence out.

The packaged model is a deep averaging network over word pieces and their 2-, 3- and 5-grams (Yang et al. 2019,
"Multilingual Universal Sentence Encoder for Semantic Retrieval", the convolutional form). Its package returns only the
last layer. The layer before distinguishes similar subjects better, so the computation is done here with the package's
weights.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
_TABLES = 17  # the word table is quantised in so many interleaved parts
_WORD, _GRAM = 512, 256
# n-gram width and how many of its places lie before the word
_GRAMS = ((2, 0), (3, 1), (5, 2))
_GAP = 2  # rows of zero between sentences, as far as any n-gram reaches
_TOKENS_AT_ONCE = 384  # as many as stay in the processor's cache


class Deep(NamedTuple):
    """One row for each sentence, of 512 numbers each: what the model says, and the layer before its last ones."""

    said: Array
    heard: Array


class Forward:
    """Computes with the weights that the package has loaded; holds no copy of them."""

    def __init__(self, weights: Any) -> None:  # the package has no types
        """`weights` is the package's own holder of arrays."""
        self._w = weights

    def __call__(self, sentences: Sequence[Sequence[int]]) -> Deep:
        """Encode sentences given as numbers of word pieces; none may be empty."""
        batches: list[list[Sequence[int]]] = [[]]
        space_left = _TOKENS_AT_ONCE
        for pieces in sentences:
            if batches[-1] and len(pieces) > space_left:
                batches.append([])
                space_left = _TOKENS_AT_ONCE
            batches[-1].append(pieces)
            space_left -= len(pieces) + _GAP
        parts = [self._last(self._heard(batch)) for batch in batches if batch]
        if not parts:
            return Deep(np.zeros((0, _WORD), np.float32), np.zeros((0, _WORD), np.float32))
        return Deep(np.concatenate([p.said for p in parts]), np.concatenate([p.heard for p in parts]))

    def _heard(self, batch: list[Sequence[int]]) -> Array:
        """The sums over words and n-grams, one row for each sentence."""
        lengths = np.array([len(pieces) for pieces in batch])
        starts = np.concatenate([[0], np.cumsum(lengths + _GAP)[:-1]]) + _GAP
        gap = np.ones(int(lengths.sum() + _GAP * (len(batch) + 1)), bool)
        for start, length in zip(starts, lengths, strict=True):
            gap[start : start + length] = False
        words = np.concatenate([np.asarray(pieces) for pieces in batch])
        features = _normal(self._features(words, gap), self._w.ln_g, self._w.ln_b, self._w.eps)
        edges = np.concatenate([[0], np.cumsum(lengths)])
        sums = np.stack([features[a:b].sum(axis=0) for a, b in pairwise(edges)]) @ self._w.cnn_W
        root = np.sqrt(lengths.astype(np.float32))[:, None]
        return np.asarray(sums / root + root * self._w.cnn_b, np.float32)

    def _features(self, words: npt.NDArray[np.int64], gap: npt.NDArray[np.bool_]) -> Array:
        """Each word's own vector beside those of the n-grams around it."""
        w, part = self._w, words % _TABLES
        plain = w.table[words] * w.scale[part, None] + w.lo[part, None]
        slim = _normal(plain @ w.proj_W + w.proj_b, w.ln_g_all, w.ln_b_all, w.eps)
        columns = [plain]
        spaced = np.zeros((len(gap), _GRAM), np.float32)
        for i, (width, before) in enumerate(_GRAMS):
            inner = slim[:, i * _GRAM : (i + 1) * _GRAM]
            for matrix, offset in ((w.w1[i], w.b1[i]), (w.w2[i], w.b2[i])):
                spaced[~gap] = inner
                inner = inner + np.maximum(_windows(spaced, ~gap, width, before) @ matrix + offset, 0)
            columns.append(inner)
        return np.concatenate(columns, axis=1)

    def _last(self, heard: Array) -> Deep:
        w = self._w
        first = np.maximum(heard @ w.d0, 0)
        second = np.maximum(heard @ w.p1 + first @ w.d1, 0)
        said = np.tanh(second @ w.p3 + np.maximum(second @ w.d2, 0) @ w.d3)
        return Deep(np.asarray(said / np.linalg.norm(said, axis=1, keepdims=True), np.float32), heard)


def _windows(spaced: Array, spoken: npt.NDArray[np.bool_], width: int, before: int) -> Array:
    """For each word the rows of its n-gram side by side; the gaps keep sentences apart."""
    middle = np.flatnonzero(spoken)
    places = middle[:, None] + np.arange(-before, width - before)
    return np.asarray(spaced[places].reshape(len(middle), -1), np.float32)


def _normal(rows: Array, scale: Array, shift: Array, least: float) -> Array:
    """Layer normalisation: every row with mean 0 and variance 1, then scaled and shifted."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + least)
    return np.asarray(rows / spread[:, None] * scale + shift, np.float32)
