"""Predicts sentiment and type of a message with small linear models over the sentence vectors."""

from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from .background import Background
from .encoder import SAID, Vectors, said
from .reading import MESSAGE_TYPES, SENTIMENTS
from .text import Prepared

Array = npt.NDArray[np.float32]
# Brings unit vectors to the size at which one penalty fits all inputs of a head.
_VECTOR_SCALE = 3.0
_ARRAYS = ("sentiment", "message_type", "background", "topics", "usual", "signals", "signal_scale")


def mean_inputs(vectors: Vectors) -> Array:
    """The mean of a message's sentence vectors, at the size that suits the heads."""
    mean = said(vectors).mean(axis=0) if len(vectors) else np.zeros(SAID, np.float32)
    return np.asarray(_VECTOR_SCALE * mean, np.float32)


def traits_inputs(vectors: Vectors, traits: Array) -> Array:
    """What the heads of sentiment and signals see of a text: the mean of its vectors, and its traits."""
    mean = mean_inputs(vectors)
    length = float(np.linalg.norm(mean)) or 1.0
    return np.concatenate([_VECTOR_SCALE * mean / length, traits]).astype(np.float32)


def type_inputs(prepared: Prepared, vectors: Vectors, sentiment: Array) -> Array:
    """What the type head sees: the mean, the last sentence (where people ask), question marks, sentiment."""
    last = said(vectors)[-1] if len(vectors) else np.zeros(SAID, np.float32)
    asked = sum(s.text.rstrip().endswith(("?", "？")) for s in prepared.sentences)
    signs = np.array([min(asked, 2), asked / max(1, len(prepared.sentences)), *sentiment], np.float32)
    return np.concatenate([mean_inputs(vectors), last, signs]).astype(np.float32)


@dataclass(frozen=True)
class Heads:
    """The trained arrays; `training/train.py` writes them.

    `known` are messages about the usual concerns of shops, which intents about the same learn from.
    """

    sentiment_head: Array
    type_head: Array
    background: Background
    known: Background
    usual: Array
    signal_head: Array
    signal_scale: Array

    @classmethod
    def load(cls) -> "Heads":
        """Read the arrays that come with the package."""
        source = resources.files(__package__) / "weights" / "heads.npz"
        with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            sentiment, type_, rows, topics, usual, signals, scale = (arrays[n].astype(np.float32) for n in _ARRAYS)
            background = Background(rows, topics, arrays["topic_of"].astype(np.int64))
            known, about = (arrays[n].astype(np.float32) for n in ("known", "known_topics"))
            concerns = Background(known, about, arrays["known_topic_of"].astype(np.int64))
            return cls(sentiment, type_, background, concerns, usual, signals, scale)

    def sentiment(self, vectors: Vectors, traits: Array | None = None) -> Array:
        """Probabilities in the order of `SENTIMENTS`; a blank message is neutral."""
        if not len(vectors) and (traits is None or not traits.any()):
            return np.array([0.0, 1.0, 0.0], np.float32)
        size = len(self.sentiment_head) - 1 - SAID
        return _odds(
            traits_inputs(vectors, np.zeros(size, np.float32) if traits is None else traits), self.sentiment_head
        )

    def signals(self, whole: Array, parts: Array, by_part: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
        """The log odds of each signal: of the message, and of its sentences (a row each).

        `whole` and `parts` are `traits_inputs`. Signals `by_part` are as likely as in the sentence that says it most.
        """
        whole_odds = whole @ self.signal_head[:-1] + self.signal_head[-1]
        part_odds = parts @ self.signal_head[:-1] + self.signal_head[-1]
        strongest = np.maximum(whole_odds, part_odds.max(axis=0, initial=-np.inf))
        odds = np.where(by_part, strongest, whole_odds)
        slope, level = self.signal_scale
        return np.asarray(slope * odds + level, np.float32), np.asarray(slope * part_odds + level, np.float32)

    def message_type(self, prepared: Prepared, vectors: Vectors, sentiment: Array) -> tuple[str, float]:
        """One of the five message types and its probability; never at odds with the sentiment."""
        if not len(vectors):
            return "Information", 1.0
        odds = _odds(type_inputs(prepared, vectors, sentiment), self.type_head)
        feeling = SENTIMENTS[int(sentiment.argmax())]
        if feeling != "Positive":
            odds[MESSAGE_TYPES.index("Complement")] = 0.0
        if feeling == "Positive":
            odds[MESSAGE_TYPES.index("Complaint")] = 0.0
        odds /= max(float(odds.sum()), 1e-9)
        best = int(odds.argmax())
        return MESSAGE_TYPES[best], float(odds[best])


def _odds(inputs: Array, head: Array) -> Array:
    logits = inputs @ head[:-1] + head[-1]
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum(), np.float32)
