"""Tells how likely a message is about any of the intents at all, from how near it comes to the nearest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .encoder import Vectors

# How many examples a description counts for where it is asked how near a message comes.
DESCRIBED = 3.0

# A message comes this much nearer to a mere description than sentences about anything do.
_DESCRIPTION_LEAD = 0.16
_EXAMPLE_LEAD = 0.12
_SPREAD = 0.085
_USUAL = 2.3  # log odds that a message is in scope before it is read: most are


@dataclass(frozen=True)
class Scope:
    """Two bell curves of equal width over the cosine to the nearest intent: off topic and on topic."""

    off_topic: float
    on_topic: float
    spread: float

    @classmethod
    def unknown(cls) -> "Scope":
        """For no intents."""
        return cls(0.0, 1.0, _SPREAD)

    @classmethod
    def measure(
        cls,
        prototypes: Vectors,
        described: Vectors,
        examples: Vectors,
        owners: npt.NDArray[np.int64],
        background: Vectors,
    ) -> "Scope":
        """Off topic from background sentences, on topic from each example's cosine when left out."""
        near = (background @ prototypes.T).max(axis=1)
        # Some of the background is on topic for any intent list: the median does not mind.
        off = float(np.median(near))
        counts = np.bincount(owners, minlength=len(prototypes))
        left_out = _left_out(prototypes, described, examples, owners, counts)
        usable = left_out[counts[owners] > 1] if len(examples) else left_out
        guess = off + _DESCRIPTION_LEAD
        trust = len(usable) / (len(usable) + 10.0)
        on = trust * float(usable.mean()) + (1 - trust) * guess if len(usable) else guess
        return cls(off, max(on, off + _EXAMPLE_LEAD), _SPREAD)

    def probability(self, nearness: float) -> float:
        """That the message is about one of the intents, 0 to 1."""
        middle = (self.on_topic + self.off_topic) / 2
        slope = (self.on_topic - self.off_topic) / self.spread**2
        return float(1.0 / (1.0 + np.exp(-np.clip(slope * (nearness - middle) + _USUAL, -30.0, 30.0))))


def _left_out(
    prototypes: Vectors,
    described: Vectors,
    examples: Vectors,
    owners: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Each example's cosine to the nearest prototype, its own intent's taken as it would be without it."""
    if not len(examples):
        return np.zeros(0, np.float32)
    sums = np.zeros_like(described)
    np.add.at(sums, owners, examples)
    rest = sums[owners] - examples
    rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
    own = DESCRIBED * described[owners] + (counts[owners] - 1)[:, None] * rest
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9)
    near = examples @ prototypes.T
    near[np.arange(len(owners)), owners] = (own * examples).sum(axis=1)
    return np.asarray(near.max(axis=1), np.float32)
