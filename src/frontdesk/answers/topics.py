"""Questions that people ask all kinds of companies: what scores are measured against, and what may fit better than us.

How alike a question and a text are says little by itself: it depends on the encoder, the length and the language. What
is told is how much more alike they are than the question is to these topics, and the text is to them. Their vectors are
made by training/answers.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Topics:
    """The vectors of the topics by one encoder: as texts that are searched, and as questions that are asked."""

    searched: Rows
    asked: Rows

    def question_scale(self, question: Rows) -> tuple[float, float]:
        """Mean and spread of the likeness between a question and the topics."""
        found = self.searched @ question
        return float(found.mean()), float(found.std()) + _LEAST

    def passage_scale(self, passages: Rows) -> tuple[Rows, Rows]:
        """For each passage the mean and the spread of the likeness between it and the topics."""
        middle, spread = np.zeros(len(passages), np.float32), np.ones(len(passages), np.float32)
        for first in range(0, len(passages), 4096):
            found = passages[first : first + 4096] @ self.asked.T
            middle[first : first + 4096] = found.mean(axis=1)
            spread[first : first + 4096] = found.std(axis=1) + _LEAST
        return middle, spread

    def nearest(self, question: Rows) -> str:
        """The topic that a question is most like."""
        return topic_texts()[int((self.searched @ question).argmax())]


@cache
def topic_texts() -> tuple[str, ...]:
    """The topics themselves, in the order of their vectors."""
    lines = resources.files(__package__).joinpath("topics.txt").read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def shipped_topics() -> Mapping[str, Topics]:
    """By the name of the encoder."""
    with resources.files(__package__).joinpath("weights", "topics.npz").open("rb") as file:
        arrays = dict(np.load(file, allow_pickle=False))
    names = {key.rsplit("/", 1)[0] for key in arrays}
    return {n: Topics(_rows(arrays[f"{n}/searched"]), _rows(arrays[f"{n}/asked"])) for n in names}


def _rows(half: npt.NDArray[np.float16]) -> Rows:
    return np.asarray(half, np.float32)
