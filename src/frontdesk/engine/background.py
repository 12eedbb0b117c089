"""Background texts that are not for customer service: greetings, small talk, quizzes, applications, advertising."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .encoder import Vectors

# An intent whose name and description are this similar to a background topic is about that topic.
_SAME = 0.47
# So many sentences are needed to show what a topic is like.
_ENOUGH = 14


@dataclass(frozen=True)
class Background:
    """Sentences, the topics that some of them belong to, and which one (-1 for none).

    They are kept in a byte a number, as they are needed only where intents change: times `scale` they are `rows`.
    """

    small: npt.NDArray[np.int8]
    scale: Vectors
    topics: Vectors
    topic_of: npt.NDArray[np.int64]

    @property
    def rows(self) -> Vectors:
        """The sentences' vectors."""
        return self.small * self.scale

    def claims(self, described: Vectors, alike: float = _SAME) -> npt.NDArray[np.int64]:
        """For each sentence the intent (its place in `described`) that is about its topic, or -1."""
        if not len(described) or not len(self.topics):
            return np.full(len(self.small), -1)
        likeness = described @ self.topics.T
        owner = np.where(likeness.max(axis=0) >= alike, likeness.argmax(axis=0), -1)
        return np.asarray(np.where(self.topic_of >= 0, owner[self.topic_of], -1), np.int64)

    def lent(self, claims: npt.NDArray[np.int64], taught: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which sentences serve as examples: those claimed by intents that have none (are not in `taught`)."""
        sizes = np.bincount(self.topic_of[self.topic_of >= 0], minlength=1)
        enough = sizes[np.maximum(self.topic_of, 0)] >= _ENOUGH
        return np.asarray((claims >= 0) & ~np.isin(claims, taught) & enough)
