"""Estimates how likely a message is about any intent, by comparing it with the intents and with background texts."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .encoder import Vectors

# How many examples a description counts for when similarity is measured.
DESCRIBED = 3.0

# How much more similar to a description a message is than unrelated sentences are.
_DESCRIPTION_LEAD = 0.16
_EXAMPLE_LEAD = 0.12

# Log odds for each cosine, fitted by logistic regression over the sets in training/data, each left out in turn.
_NEAR, _OFF_TOPIC, _ON_TOPIC, _LEVEL = 15.0, 6.3, 9.3, 5.4
_USUAL = 1.0  # more messages are in scope than not
_NEIGHBOURS = 3
# The same where the intents are known concerns, and messages about them are there to compare with; fitted on those
# messages, the short ones, each without those like it, against the sentences to the assistant and about the city.
_FRIENDS, _RIVALS, _KNOWN_LEVEL = 24.4, 11.3, -3.6
_FRIENDLY = 3
_SEEN = 256  # sentences


@dataclass(frozen=True)
class Scope:
    """The background sentences, and how similar they and real messages are to the intents."""

    background: Vectors
    owned: npt.NDArray[np.float32]
    off_topic: float
    on_topic: float
    friends: Vectors
    known: float = 0.0
    _seen: dict[bytes, Vectors] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def measure(
        cls,
        prototypes: Vectors,
        described: Vectors,
        examples: Vectors,
        owners: npt.NDArray[np.int64],
        background: Vectors,
        ordinary: npt.NDArray[np.bool_],
        friends: Vectors,
        known: float,
    ) -> "Scope":
        """Measure both similarities: off-topic from background sentences, on-topic from each example when it is left
        out.

        `ordinary` are the intents that are not about a background topic themselves, `friends` all messages that are
        about one of the intents, and `known` is the share of the intents that are usual concerns.
        """
        cosines = background @ prototypes.T
        near = cosines.max(axis=1, initial=0.0)
        # Some background is on topic for any intent list; the median is robust against that.
        off = float(np.median(cosines[:, ordinary].max(axis=1) if ordinary.any() else near))
        counts = np.bincount(owners, minlength=len(prototypes))
        left_out = _left_out(prototypes, described, examples, owners, counts)
        usable = left_out[counts[owners] > 1] if len(examples) else left_out
        guess = off + _DESCRIPTION_LEAD
        trust = len(usable) / (len(usable) + 10.0)
        on = trust * float(usable.mean()) + (1 - trust) * guess if len(usable) else guess
        # If an intent is about greetings, for example, a greeting belongs to it and no longer counts as background.
        owned = np.maximum(near - float(np.median(near)), 0.0).astype(np.float32)
        return cls(background, owned, off, max(on, off + _EXAMPLE_LEAD), friends, known)

    def probability(self, nearness: float, views: Vectors) -> float:
        """The probability that the message is about one of the intents, 0 to 1.

        `nearness` is its cosine to the nearest intent; `views` are its vectors that are compared with the background.
        """
        return float(self._odds(np.float32(nearness), views).mean())

    def probabilities(self, nearness: npt.NDArray[np.float32], sentences: Vectors) -> npt.NDArray[np.float32]:
        """The same for each sentence alone."""
        return self._odds(nearness, sentences)

    def _odds(self, nearness: npt.NDArray[np.float32] | np.float32, views: Vectors) -> npt.NDArray[np.float32]:
        rivals, behind, friends = self._likeness(views)
        if np.ndim(nearness) == 0:
            rivals = np.atleast_1d(rivals.mean())
        level = _LEVEL + _USUAL - _OFF_TOPIC * self.off_topic - _ON_TOPIC * self.on_topic
        odds = _NEAR * (nearness - rivals) + level
        if self.known:
            among = _FRIENDS * friends - _RIVALS * behind + _KNOWN_LEVEL
            odds = self.known * (among.mean() if np.ndim(nearness) == 0 else among) + (1 - self.known) * odds
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0))), np.float32)

    def _likeness(self, views: Vectors) -> Vectors:
        """For each view how like it is to what is not owned of the background, to all of it, and to the friends.

        The sentences of a message are asked for several times, alone and together, and the tables are large.
        """
        keys = [view.tobytes() for view in views]
        seen = {key: row for key in keys if (row := self._seen.get(key)) is not None}
        if fresh := [i for i, key in enumerate(keys) if key not in seen]:
            some = views[fresh]
            behind = some @ self.background.T
            friends = _top(some @ self.friends.T, _FRIENDLY) if self.known else np.zeros(len(some), np.float32)
            rows = np.stack([_top(behind - self.owned), _top(behind), friends], axis=1)
            seen |= zip([keys[i] for i in fresh], rows, strict=True)
            if len(self._seen) > _SEEN:
                self._seen.clear()
            self._seen.update(seen)
        return np.stack([seen[key] for key in keys], axis=1)


def _top(likeness: Vectors, count: int = _NEIGHBOURS) -> npt.NDArray[np.float32]:
    """The mean of the greatest of each row."""
    count = min(count, likeness.shape[1])
    return np.asarray(np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1), np.float32)


def _left_out(
    prototypes: Vectors,
    described: Vectors,
    examples: Vectors,
    owners: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Each example's cosine to the nearest prototype, where its own intent's prototype is computed without it."""
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
