"""Puts questions that mean much the same together."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Of the engine's encoder: above it two questions mostly want the same.
NEAR = 0.6


def grouped(texts: Sequence[str], vectors: npt.NDArray[np.float32], near: float = NEAR) -> list[list[str]]:
    """Each text beside the first that is at least so near by its vector (of length 1); the largest groups first."""
    groups: list[list[int]] = []
    for place in range(len(texts)):
        scores = [float(vectors[group[0]] @ vectors[place]) for group in groups]
        best = int(np.argmax(scores)) if scores else -1
        if scores and scores[best] >= near:
            groups[best].append(place)
        else:
            groups.append([place])
    return [[texts[place] for place in group] for group in sorted(groups, key=lambda group: -len(group))]
