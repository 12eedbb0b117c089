"""Tells which of the configured intents a message has, or that it has none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .encoder import Encoder, Vectors
from .reading import IntentSpec, Scored

_SCALE = 14.0
_ABSTAIN = 0.25


@dataclass(frozen=True)
class IntentIndex:
    """The configured intents, ready to compare messages with; made by `Engine.intent_index`."""

    specs: tuple[IntentSpec, ...]
    weights: Vectors

    def score(self, message: Vectors) -> tuple[str | None, float, tuple[Scored, ...]]:
        """The chosen intent or None, the best one's probability, and all of them, best first."""
        if not self.specs:
            return None, 0.0, ()
        logits = _SCALE * (self.weights @ message)
        odds = np.exp(logits - logits.max())
        odds /= odds.sum()
        order = np.argsort(-odds, kind="stable")
        ranked = tuple(Scored(self.specs[i].code, float(odds[i])) for i in order)
        best = ranked[0]
        return (best.code if best.probability >= _ABSTAIN else None), best.probability, ranked


def build(encoder: Encoder, intents: Sequence[IntentSpec], learned: Sequence[tuple[str, str]] = ()) -> IntentIndex:
    """Compare by centroid: 0.7 examples, 0.3 description."""
    rows = []
    for spec in intents:
        examples = [*spec.examples, *(text for text, code in learned if code == spec.code)]
        description = encoder.recall([f"{spec.name}: {spec.description}" if spec.description else spec.name])[0]
        row = description
        if examples:
            row = 0.3 * description + 0.7 * encoder.recall(examples).mean(axis=0)
        rows.append(row / (float(np.linalg.norm(row)) or 1.0))
    return IntentIndex(tuple(intents), np.stack(rows) if rows else np.zeros((0, 512), np.float32))
