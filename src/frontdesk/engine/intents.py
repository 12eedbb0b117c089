"""Finds the configured intent of a message, or that it has none.

Each intent starts as a prototype: the mean of its description's vectors and its examples'. Where there are examples,
a multinomial logistic regression that starts from the prototypes (and is held near them) moves the borders. How near a
message must come to count as one of the intents at all is measured against sentences about anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .encoder import SIZE, Encoder, Vectors, unit
from .fitting import refine, softmax
from .heads import Heads
from .reading import IntentSpec, Scored
from .scope import DESCRIBED, Scope

# All picked on the made-up sets in training/data; docs/reference/engine.md says how and with what result.
_FRIENDS = 1_500
_ALIKE = 0.6  # cosine of an intent's description to a usual concern from which they are the same
_KNOWN = 6.0  # how many examples all messages about a usual concern count for
_DESCRIBED = 12.0  # how many examples a description counts for where the intents part
_SHARP = 20.0  # logit per cosine
_TRUST = 1.6  # what makes the probabilities fit how often they are right
_TRUST_AMONG_MANY = 1.3
_FEELING = 0.13  # cosine that full agreement of message and intent in feeling is worth
_PEAK = 0.5  # share of the best sentence beside the mean of all
_SECOND = 0.6  # weight of the network's opinion on intents that are usual concerns
_TAUGHT, _NEARLY = 0.8, 0.2  # cosine to a correction from which it alone counts, and how far below it begins to
_CHOOSE = 0.2  # least probability at which an intent is chosen
_CHOOSE_KNOWN = 0.35  # where the intents are usual concerns, whose probabilities are higher
_CHOOSE_AMONG_MANY = 0.16


@dataclass(frozen=True)
class IntentIndex:
    """The configured intents, ready to compare messages with; made by `Engine.intent_index`."""

    codes: tuple[str, ...]
    nearby: Vectors
    weights: Vectors
    bias: Vectors
    feelings: Vectors
    scope: Scope
    concern_of: npt.NDArray[np.int64]
    taught: Vectors

    def score(
        self, vectors: Vectors, feeling: float, concerns: npt.NDArray[np.float32] | None = None
    ) -> tuple[str | None, float, tuple[Scored, ...]]:
        """The chosen intent or None, the best one's probability, and all of them, best first.

        `vectors` are the message's sentences, `feeling` runs from -1 (negative) to 1 (positive), `concerns` are the
        probabilities of the usual concerns, a second opinion on intents that are about one.
        """
        if not self.codes:
            return None, 0.0, ()
        if not len(vectors):
            return None, 0.0, tuple(Scored(code, 0.0) for code in self.codes)
        logits = _peaked(vectors, self.weights) + self.bias + feeling * self.feelings
        nearness = float(_peaked(vectors, self.nearby.T).max())
        clearest = vectors[(vectors @ self.nearby.T).max(axis=1).argmax()]
        views = np.stack([_unit_mean(vectors), clearest])
        trust = _TRUST_AMONG_MANY + self._few * (_TRUST - _TRUST_AMONG_MANY)
        odds = softmax(trust * logits[None, :])[0] * self.scope.probability(nearness, views)
        if concerns is not None:
            odds = self._with(concerns, odds, _unit_mean(vectors))
        order = np.argsort(-odds, kind="stable")
        ranked = tuple(Scored(self.codes[i], float(odds[i])) for i in order)
        best = ranked[0]
        return (best.code if best.probability >= self.threshold else None), best.probability, ranked

    def _with(self, concerns: npt.NDArray[np.float32], odds: Vectors, mean: Vectors) -> Vectors:
        """The mean of both opinions in log odds; what was taught by a message like this one outweighs the second."""
        like = float((self.taught @ mean).max(initial=0.0))
        weight = _SECOND * float(np.clip((_TAUGHT - like) / _NEARLY, 0.0, 1.0)) * (self.concern_of >= 0)
        both = (1 - weight) * _logit(odds) + weight * _logit(concerns[self.concern_of])
        mixed = 1.0 / (1.0 + np.exp(-both))
        return np.asarray(mixed / max(1.0, float(mixed.sum())), np.float32)

    def each(
        self, vectors: Vectors, feelings: npt.NDArray[np.float32], concerns: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """The probabilities of all intents for each sentence alone, a row each; see `score` for the rest."""
        logits = vectors @ self.weights + self.bias + feelings[:, None] * self.feelings
        nearness = (vectors @ self.nearby.T).max(axis=1)
        trust = _TRUST_AMONG_MANY + self._few * (_TRUST - _TRUST_AMONG_MANY)
        odds = softmax(trust * logits) * self.scope.probabilities(nearness, vectors)[:, None]
        return np.stack([self._with(*row) for row in zip(concerns, odds, vectors, strict=True)])

    @property
    def threshold(self) -> float:
        """The least probability at which an intent is chosen; smaller among many, where it is spread thin."""
        few = _CHOOSE + self.scope.known * (_CHOOSE_KNOWN - _CHOOSE)
        return _CHOOSE_AMONG_MANY + self._few * (few - _CHOOSE_AMONG_MANY)

    @property
    def _few(self) -> float:
        """1 for up to 10 intents, 0 from 30 on."""
        return float(np.clip((30 - len(self.codes)) / 20, 0.0, 1.0))


def build(
    encoder: Encoder, heads: Heads, intents: Sequence[IntentSpec], learned: Sequence[tuple[str, str]]
) -> IntentIndex:
    """Prepare the intents; the last of two with the same code wins, examples of unknown codes are ignored."""
    specs = list({spec.code: spec for spec in intents}.values())
    codes = tuple(spec.code for spec in specs)
    if not specs:
        nothing = np.zeros((0, SIZE), np.float32)
        none = np.zeros(0, np.int64)
        scope = Scope.measure(
            nothing, nothing, nothing, none, heads.background.rows, none.astype(np.bool_), nothing, 0.0
        )
        return IntentIndex((), nothing, nothing.T, nothing[:, 0], nothing[:, 0], scope, none, nothing)
    descriptions = described(encoder, specs)
    own, own_owners, taught = _examples(encoder, specs, learned)
    claims = heads.background.claims(descriptions)
    # An intent that is about greetings, say, learns from ours as long as it has no examples of its own.
    lent = heads.background.lent(claims, own_owners)
    # One about faults or deliveries learns from ours too, beside its own.
    known_claims = heads.known.claims(descriptions, _ALIKE)
    known = known_claims >= 0
    examples = np.vstack([own, heads.background.rows[lent], heads.known.rows[known]])
    owners = np.concatenate([own_owners, claims[lent], known_claims[known]])
    counts = np.bincount(known_claims[known], minlength=len(codes))
    worth = np.concatenate(
        [np.ones(len(own) + int(lent.sum())), np.minimum(1.0, _KNOWN / np.maximum(counts, 1))[known_claims[known]]]
    ).astype(np.float32)
    prototypes = _prototypes(descriptions, examples, owners, worth, _DESCRIBED)
    mine = len(own) + int(lent.sum())
    near = _prototypes(descriptions, examples[:mine], owners[:mine], worth[:mine], DESCRIBED)
    # Some descriptions are similar to any text; their average similarity is subtracted.
    weights = _SHARP * prototypes.T
    bias = -(heads.usual @ weights).mean(axis=0)
    if len(examples):
        rows = np.vstack([descriptions, examples])
        weights, bias = refine(
            rows, np.concatenate([np.arange(len(codes)), owners]), np.append(np.ones(len(codes)), worth), weights, bias
        )
    # Words of feeling tell a complaint from a question where little else is known; examples tell it better.
    mood = _SHARP * _FEELING * min(1.0, 10 / len(codes)) / (1 + len(own) / (5 * len(codes)))
    feelings = np.array([mood * _leaning(heads, row) for row in descriptions], np.float32)
    share = float(np.isin(np.arange(len(codes)), known_claims).mean())
    ordinary = ~np.isin(np.arange(len(codes)), claims)
    scope = Scope.measure(
        near, descriptions, own, own_owners, heads.background.rows[claims < 0], ordinary, _some(examples), share
    )
    topics = heads.known.topic_of[known]
    concern_of = np.array([topics[known_claims[known] == place][:1].sum() for place in range(len(codes))], np.int64)
    concern_of[~np.isin(np.arange(len(codes)), known_claims)] = -1
    return IntentIndex(codes, near, weights, bias, feelings, scope, concern_of, own[taught:])


def described(encoder: Encoder, specs: Sequence[IntentSpec]) -> Vectors:
    """One vector of length 1 for the name and description of each intent."""
    names = encoder.recall([spec.name or spec.code for spec in specs])
    plain = encoder.recall([spec.description or spec.name or spec.code for spec in specs])
    both = encoder.recall([(f"{s.name}: {s.description}") if s.description else s.name or s.code for s in specs])
    return unit(names + plain + both)


def _peaked(vectors: Vectors, weights: Vectors) -> npt.NDArray[np.float32]:
    """A mix of the mean over the sentences and the best one: one line of five may hold the whole concern."""
    mean = _unit_mean(vectors)
    if len(vectors) == 1:
        return np.asarray(mean @ weights, np.float32)
    best = (vectors @ weights).max(axis=0)
    return np.asarray((1 - _PEAK) * (mean @ weights) + _PEAK * best, np.float32)


def _unit_mean(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _logit(odds: Vectors) -> Vectors:
    sure = np.clip(odds, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(sure / (1 - sure)), np.float32)


def _examples(
    encoder: Encoder, specs: Sequence[IntentSpec], learned: Sequence[tuple[str, str]]
) -> tuple[Vectors, npt.NDArray[np.int64], int]:
    """Their vectors, whose they are, and from which on they are corrections."""
    places = {spec.code: i for i, spec in enumerate(specs)}
    shipped = dict.fromkeys((text, places[spec.code]) for spec in specs for text in spec.examples if text.strip())
    taught = dict.fromkeys((text, places[code]) for text, code in learned if code in places and text.strip())
    texts = [*shipped, *(each for each in taught if each not in shipped)]
    owners = np.array([place for _, place in texts], np.int64)
    return encoder.recall_messages([text for text, _ in texts]), owners, len(shipped)


def _prototypes(
    described: Vectors, examples: Vectors, owners: npt.NDArray[np.int64], worth: Vectors, weight: float
) -> Vectors:
    rows = weight * described
    for place in np.unique(owners):
        own, each = examples[owners == place], worth[owners == place]
        rows[place] += each.sum() * unit(each[None, :] @ own)[0]
    return unit(rows)


def _some(examples: Vectors) -> Vectors:
    """As many of them as a message can be compared with at no cost, from all over the list."""
    return np.ascontiguousarray(examples[:: -(-len(examples) // _FRIENDS)]) if len(examples) else examples


def _leaning(heads: Heads, described: Vectors) -> float:
    odds = heads.sentiment(described[None, :])
    return float(odds[2] - odds[0])
