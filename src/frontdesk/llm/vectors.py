"""Vectors of texts: length, similarity, and an exact search for the nearest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from frontdesk.interfaces import Invalid

Vector = Sequence[float]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Near:
    """A vector, by its position in the searched list, with its cosine similarity, -1 to 1."""

    place: int
    likeness: float


def dot(one: Vector, other: Vector) -> float:
    """The dot product. Raises Invalid for different sizes."""
    first, second = _pair(one, other)
    return float(first @ second)


def norm(vector: Vector) -> float:
    """The Euclidean length."""
    return float(np.linalg.norm(_array(vector)))


def cosine_similarity(one: Vector, other: Vector) -> float:
    """The cosine of the angle between them, -1 to 1; 0 where one has no length. Raises Invalid for different sizes."""
    first, second = _pair(one, other)
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return max(-1.0, min(1.0, float(first @ second) / lengths)) if lengths else 0.0


def similarity_search(wanted: Vector, vectors: Sequence[Vector], limit: int = 10) -> list[Near]:
    """The vectors most like the wanted one, best first, at most `limit`. Raises Invalid for different sizes."""
    if limit < 1:
        raise Invalid("limit must be at least 1", "limit")
    if not vectors:
        return []
    if {len(vector) for vector in vectors} != {len(wanted)}:
        raise Invalid("all vectors must have as many numbers as the wanted one", "vectors")
    all_ = np.asarray(vectors, np.float64)
    likeness = _unit(all_) @ _unit(_array(wanted)[None, :])[0]
    best = np.argsort(-likeness, kind="stable")[:limit]
    return [Near(int(place), float(likeness[place])) for place in best]


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1.0, lengths), np.float64)


def _pair(one: Vector, other: Vector) -> tuple[Matrix, Matrix]:
    if len(one) != len(other):
        raise Invalid(f"vectors of {len(one)} and {len(other)} numbers cannot be compared", "vectors")
    return _array(one), _array(other)


def _array(vector: Vector) -> Matrix:
    found = np.asarray(vector, np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise Invalid("a vector is a list of finite numbers", "vectors")
    return found
