"""Predicts sentiment and type of a message with small linear models over the sentence vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import numpy.typing as npt

from .background import Background
from .encoder import SAID, SIZE, Vectors, said
from .fitting import softmax
from .reading import MESSAGE_TYPES, SENTIMENTS
from .text import Prepared

Array = npt.NDArray[np.float32]
# Brings unit vectors to the size at which one penalty fits all inputs of a head.
_VECTOR_SCALE = 3.0
NEUTRAL: Array = np.array([0.0, 1.0, 0.0], np.float32)
# The arrays of a network.
LAYERS = ("first", "first_bias", "last", "last_bias")
# The usual concerns of shops, by the codes that the training data gives them; the last is none of them.
CONCERNS = ("TI", "PI", "WR", "DI", "CA", "CI", "-")
# What share the sentences have beside the whole.
_CONCERN_PARTS, _SENTIMENT_PARTS = 0.0, 0.7
_ARRAYS = ("message_type", "topics", "known_topics", "usual", "signal_scale", "factors")
_SECOND_ARRAYS = ("heard_middle", "second_scale", "second_factors")
# A first look that is less sure of what a text is about needs a second opinion.
SURE = 0.6


def mean_inputs(vectors: Vectors) -> Array:
    """The mean of a message's sentence vectors, at the size that suits the heads."""
    mean = said(vectors).mean(axis=0) if len(vectors) else np.zeros(SAID, np.float32)
    return np.asarray(_VECTOR_SCALE * mean, np.float32)


def inputs(vectors: Vectors, traits: Array) -> Array:
    """What the network sees of a text: the means of both layers' vectors at the same length, and its traits between."""
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(SIZE, np.float32)
    outer, inner = (part / (float(np.linalg.norm(part)) or 1.0) for part in (mean[:SAID], mean[SAID:]))
    return np.concatenate([_VECTOR_SCALE * outer, traits, _VECTOR_SCALE * inner]).astype(np.float32)


def heard_inputs(rows: Array, middle: Array) -> Array:
    """Another encoder's vectors of whole texts, without what all of them have in common, at the size of the inputs."""
    own = rows / np.linalg.norm(rows, axis=1, keepdims=True) - middle
    return np.asarray(_VECTOR_SCALE * own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9), np.float32)


def mean_odds(one: Array, other: Array) -> Array:
    """The mean of two opinions in rows of log odds."""
    c, s = len(CONCERNS), len(CONCERNS) + len(SENTIMENTS)
    parts = [
        [np.log(softmax(odds[:, a:b]) + 1e-6) for a, b in ((0, c), (c, s))] + [odds[:, s:]] for odds in (one, other)
    ]
    return np.asarray((np.hstack(parts[0]) + np.hstack(parts[1])) / 2, np.float32)


@dataclass(frozen=True)
class Network:
    """Small networks with one hidden layer, whose answers are averaged: log odds of concerns, sentiments and signals.

    The first axis of each array is the network.
    """

    first: Array
    first_bias: Array
    last: Array
    last_bias: Array

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """All of them."""
        return self.first, self.first_bias, self.last, self.last_bias

    def __call__(self, rows: Array) -> Array:
        """A row of log odds for each row of `inputs`."""
        hidden = np.maximum(rows @ self.first + self.first_bias[:, None], 0.0)
        return np.asarray((hidden @ self.last + self.last_bias[:, None]).mean(axis=0), np.float32)


def pooled(whole: Array, parts: Array, by_part: npt.NDArray[np.bool_]) -> Array:
    """The log odds of a message, of those of the whole and of its sentences.

    Concern and sentiment are a mix of the whole's and the sentences' mean. Signals `by_part` are half as likely as in
    the sentence that says them most, half as in the whole, if that is more than in the whole.
    """
    odds = whole.copy()
    if not len(parts):
        return odds
    first = 0
    for count, share in ((len(CONCERNS), _CONCERN_PARTS), (len(SENTIMENTS), _SENTIMENT_PARTS)):
        last = first + count
        mean = np.log(softmax(parts[:, first:last]).mean(axis=0) + 1e-6)
        odds[first:last] = (1 - share) * np.log(softmax(whole[None, first:last])[0] + 1e-6) + share * mean
        first = last
    most = (whole[first:] + parts[:, first:].max(axis=0)) / 2
    odds[first:] = np.where(by_part, np.maximum(whole[first:], most), whole[first:])
    return odds


def type_inputs(prepared: Prepared, vectors: Vectors, sentiment: Array) -> Array:
    """What the type head sees: the mean, the last sentence (where people ask), question marks, sentiment."""
    last = said(vectors)[-1] if len(vectors) else np.zeros(SAID, np.float32)
    asked = sum(s.text.rstrip().endswith(("?", "？")) for s in prepared.sentences)
    signs = np.array([min(asked, 2), asked / max(1, len(prepared.sentences)), *sentiment], np.float32)
    return np.concatenate([mean_inputs(vectors), last, signs]).astype(np.float32)


@dataclass(frozen=True)
class Look:
    """What the network says of a message: probabilities of concerns and sentiments, log odds of signals.

    `topics`, `moods` and `signals_by_part` are the same of its sentences, a row each. `seen` is what the network saw of
    the whole, and `odds` what it said, before it was made to fit.
    """

    concerns: Array
    sentiment: Array
    signals: Array
    topics: Array
    moods: Array
    signals_by_part: Array
    seen: Array
    odds: Array

    @property
    def is_sure(self) -> bool:
        """Whether a second opinion would hardly change what the message is about."""
        return float(self.concerns.max()) >= SURE


@dataclass(frozen=True)
class Heads:
    """The trained arrays; `training/train.py` writes them.

    `known` are messages about the usual concerns, which intents about the same learn from.
    """

    type_head: Array
    background: Background
    known: Background
    usual: Array
    network: Network
    signal_scale: Array
    factors: Array
    second: Network
    heard_middle: Array
    second_scale: Array
    second_factors: Array

    @classmethod
    def load(cls) -> "Heads":
        """Read the arrays that come with the package."""
        source = resources.files(__package__) / "weights" / "heads.npz"
        with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            type_, topics, about, usual, scale, factors = (arrays[n].astype(np.float32) for n in _ARRAYS)
            rows, known = ((arrays[n], arrays[f"{n}_scale"].astype(np.float32)) for n in ("background", "known"))
            background = Background(*rows, topics, arrays["topic_of"].astype(np.int64))
            concerns = Background(*known, about, arrays["known_topic_of"].astype(np.int64))
            network, second = (
                Network(*(arrays[f"{which}{n}"].astype(np.float32) for n in LAYERS)) for which in ("", "second_")
            )
            others = (arrays[n].astype(np.float32) for n in _SECOND_ARRAYS)
            return cls(type_, background, concerns, usual, network, scale, factors, second, *others)

    def look(self, vectors: Vectors, whole: Array, parts: Sequence[Array], by_part: npt.NDArray[np.bool_]) -> Look:
        """Read a message by its sentence vectors, its traits and those of its sentences."""
        own = [inputs(vectors[i : i + 1], traits) for i, traits in enumerate(parts)]
        seen = np.stack([inputs(vectors, whole), *own])
        odds = self.network(seen)
        c, s = len(CONCERNS), len(CONCERNS) + len(SENTIMENTS)
        all_ = pooled(odds[0], odds[1:], by_part)
        slope, level = self.signal_scale
        return Look(
            concerns=softmax(self.factors[0] * all_[None, :c])[0],
            sentiment=softmax(self.factors[1] * all_[None, c:s])[0],
            signals=slope * all_[s:] + level,
            topics=softmax(self.factors[0] * odds[1:, :c]),
            moods=softmax(self.factors[1] * odds[1:, c:s]),
            signals_by_part=slope * odds[1:, s:] + level,
            seen=seen[0],
            odds=all_,
        )

    def again(self, look: Look, heard: Array) -> Look:
        """The look with a second opinion: by all that was seen, and by another encoder's vector of the whole text."""
        second = self.second(np.concatenate([look.seen, heard_inputs(heard[None], self.heard_middle)[0]])[None])
        both = mean_odds(look.odds[None], second)
        c, s = len(CONCERNS), len(CONCERNS) + len(SENTIMENTS)
        slope, level = self.second_scale
        return replace(
            look,
            concerns=softmax(self.second_factors[0] * both[:, :c])[0],
            sentiment=softmax(self.second_factors[1] * both[:, c:s])[0],
            signals=slope * both[0, s:] + level,
        )

    def sentiment(self, vectors: Vectors) -> Array:
        """Probabilities in the order of `SENTIMENTS`, by the vectors alone."""
        size = self.network.first.shape[1] - SIZE
        odds = self.network(inputs(vectors, np.zeros(size, np.float32))[None])
        mood = odds[:, len(CONCERNS) : len(CONCERNS) + len(SENTIMENTS)]
        return np.asarray(softmax(self.factors[1] * mood)[0], np.float32)

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


def _odds(inputs_: Array, head: Array) -> Array:
    return np.asarray(softmax((inputs_ @ head[:-1] + head[-1])[None])[0], np.float32)
