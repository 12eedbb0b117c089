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
_ARRAYS = ("sentiment", "message_type", "background", "topics", "usual")


def sentiment_inputs(vectors: Vectors) -> Array:
    """What the sentiment head sees of a message: the mean of its sentence vectors."""
    mean = said(vectors).mean(axis=0) if len(vectors) else np.zeros(SAID, np.float32)
    return np.asarray(_VECTOR_SCALE * mean, np.float32)


def type_inputs(prepared: Prepared, vectors: Vectors, sentiment: Array) -> Array:
    """What the type head sees: the mean, the last sentence (where people ask), question marks, sentiment."""
    last = said(vectors)[-1] if len(vectors) else np.zeros(SAID, np.float32)
    asked = sum(s.text.rstrip().endswith(("?", "？")) for s in prepared.sentences)
    signs = np.array([min(asked, 2), asked / max(1, len(prepared.sentences)), *sentiment], np.float32)
    return np.concatenate([sentiment_inputs(vectors), last, signs]).astype(np.float32)


@dataclass(frozen=True)
class Heads:
    """The trained arrays; `training/train.py` writes them."""

    sentiment_head: Array
    type_head: Array
    background: Background
    usual: Array

    @classmethod
    def load(cls) -> "Heads":
        """Read the arrays that come with the package."""
        source = resources.files(__package__) / "weights" / "heads.npz"
        with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            sentiment, type_, rows, topics, usual = (arrays[name].astype(np.float32) for name in _ARRAYS)
            return cls(sentiment, type_, Background(rows, topics, arrays["topic_of"].astype(np.int64)), usual)

    def sentiment(self, vectors: Vectors) -> Array:
        """Probabilities in the order of `SENTIMENTS`; a blank message is neutral."""
        if not len(vectors):
            return np.array([0.0, 1.0, 0.0], np.float32)
        return _odds(sentiment_inputs(vectors), self.sentiment_head)

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
