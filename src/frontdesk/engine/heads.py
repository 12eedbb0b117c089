"""Says how a message feels and what type it is, by small linear heads over the sentence vectors."""

from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from .encoder import Vectors
from .reading import SENTIMENTS
from .text import Prepared

_Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heads:
    """The trained arrays; `training/train.py` writes them."""

    sentiment_weights: _Array
    sentiment_bias: _Array

    @classmethod
    def load(cls) -> "Heads":
        """Read the arrays that come with the package."""
        source = resources.files(__package__) / "weights" / "heads.npz"
        with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return cls(arrays["sentiment_weights"].astype(np.float32), arrays["sentiment_bias"].astype(np.float32))

    def sentiment(self, prepared: Prepared, vectors: Vectors) -> tuple[str, float]:
        """Positive, Neutral or Negative, with its probability."""
        if not len(vectors):
            return "Neutral", 1.0
        odds = _softmax(vectors @ self.sentiment_weights + self.sentiment_bias).mean(axis=0)
        best = int(odds.argmax())
        return SENTIMENTS[best], float(odds[best])

    def message_type(self, prepared: Prepared, vectors: Vectors, sentiment: str) -> tuple[str, float]:
        """One of the five message types, with its probability."""
        if "?" in prepared.plain and sentiment != "Negative":
            return "Question", 0.7
        return {"Positive": "Complement", "Negative": "Complaint"}.get(sentiment, "Information"), 0.6


def _softmax(logits: _Array) -> _Array:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)
