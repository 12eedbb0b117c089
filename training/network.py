"""Fits the networks that say concern, sentiment and signals of a text, and chooses the signals' limits.

Small networks with one hidden layer learn the three things at once; their answers are averaged.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import heads
import numpy as np
import numpy.typing as npt
import strangers

from frontdesk.engine.encoder import SAID, Encoder
from frontdesk.engine.features import Features, registry
from frontdesk.engine.heads import CONCERNS, LAYERS, SURE, Network, heard_inputs, inputs, mean_odds, pooled
from frontdesk.engine.reading import SENTIMENTS
from frontdesk.engine.text import prepare

SEED, MOST_SENTENCES = 7, 12
NETWORKS, HIDDEN, EPOCHS, BATCH, PACE, DECAY = 5, 128, 8, 256, 3e-3, 1e-3
LEFT_OUT_NETWORKS = 2
# The second opinion learns from fewer messages, so it passes them more often.
HEARD, SECOND_NETWORKS, SECOND_EPOCHS = 384, 3, 16
# Shares of the inputs and of the hidden layer that are left out at random, and of the texts whose phrases are.
_BLIND, _DROPPED, _NO_CUES = 0.1, 0.3, 0.2
# How much the signals count beside concern and sentiment, and how much more often their presence than their absence.
_SIGNALS, _PRESENT = 0.3, 4.0
_PARTS = 0.5
# How much intent and sentiment of a file's messages count: the older ones call some calm reports of faults negative.
_WORTH = {"stories": 1.5, "voices": 1.5, "moods": 1.5, "strange": 1.0, "perils": 1.0}
_OLDER = 0.8
# Share of judges' messages without the signal that may pass its limit.
_FALSE_ALARMS = {"wants_person": 0.028, "danger": 0.028, "irony": 0.02, "thanks_only": 0.03}
_USUAL_FALSE_ALARMS = 0.01
LEAST_LIMIT, MOST_LIMIT = 0.1, 0.8
# What a machine wrote is set aside without a reply, and what has no words has patterns of its own.
_LEAST_LIMITS = {"automatic": 0.2, "no_words": 0.4}
# Files of messages of all kinds.
STRANGERS = ("mixed", "choosing", "strange", "perils", "moods", "stories", "voices")
_PLAIN = ("telecom", "assistant", "city", "background")
_MACHINES = ("automatic", "spam", "no_words", "instructs_model")
C, S = len(CONCERNS), len(SENTIMENTS)

Array = npt.NDArray[np.float32]
Hearing = Callable[[Sequence[str]], Array]
Places = npt.NDArray[np.int64]


@dataclass
class Set:
    """Messages with what the network sees of them; a weight is 0 where nobody said what is right."""

    rows: list[strangers.Row]
    wholes: Array
    parts: list[Array]
    concerns: Places
    concern_weights: Array
    sentiments: Places
    sentiment_weights: Array
    signals: Array
    signal_weights: Array
    heard: Array
    listened: npt.NDArray[np.bool_]

    def judged(self, judge: int) -> Places:
        """Where the messages of a judge are."""
        return np.flatnonzero([row.judge == judge and row.original for row in self.rows])

    @classmethod
    def make(cls, encoder: Encoder, features: Features, rows: list[strangers.Row], hearing: Hearing) -> "Set":
        """Embed the messages; those of strangers' kind that are no variants are heard, too."""
        prepared = [prepare(row.text) for row in rows]
        texts = [[s.words for s in one.sentences][:MOST_SENTENCES] or [" "] for one in prepared]
        flat = encoder.encode([text for part in texts for text in part])
        vectors = np.split(flat, np.cumsum([len(part) for part in texts])[:-1])
        wholes, parts = [], []
        for one, own in zip(prepared, vectors, strict=True):
            wholes.append(inputs(own, features.of(one.own[one.body[0] : one.body[1]]).row))
            said = [s.text for s in one.sentences][: len(own)] or [" "]
            parts.append(np.stack([inputs(own[i : i + 1], features.of(t).row) for i, t in enumerate(said)]))
        listened = np.array([row.original and row.worth >= 1 and row.source not in _PLAIN for row in rows])
        bodies = [one.own[one.body[0] : one.body[1]] for one, hears in zip(prepared, listened, strict=True) if hears]
        heard = np.zeros((len(rows), HEARD), np.float32)
        heard[listened] = hearing(bodies)
        names = features.names
        signals = np.array([[name in row.signals for name in names] for row in rows], np.float32)
        weights = np.ones_like(signals)
        for i, row in enumerate(rows):
            for k, name in enumerate(names):
                unknown = name not in row.denied and row.source not in ("ordinary.txt", "long", "judged")
                hinted = wholes[i][SAID + k] > 0
                if name in row.undecided or (not signals[i, k] and unknown and hinted):
                    weights[i, k] = 0.0
            weights[i] *= 0.3 if row.source in _PLAIN else max(1.0, row.worth)
        none = len(CONCERNS) - 1
        concerns = [CONCERNS.index(r.intent) if r.intent in CONCERNS else none for r in rows]
        worth = np.array([row.worth for row in rows])
        known = worth * [1.0 if r.intent in CONCERNS else 0.15 if r.source in _PLAIN[1:] else 0.0 for r in rows]
        feelings = np.array([SENTIMENTS.index(r.sentiment) if r.sentiment else 0 for r in rows])
        felt = np.array([0.0 if not r.sentiment else 0.25 if r.source in _MACHINES else 1.0 for r in rows])
        # The square root of what would make all three as many: most of what is written down is negative.
        many = np.bincount(feelings, felt, minlength=S)
        felt *= worth * np.sqrt(many.mean() / many)[feelings]
        return cls(
            rows, np.stack(wholes), parts, np.array(concerns), np.array(known, np.float32),
            feelings, felt.astype(np.float32), signals, weights, heard, listened,
        )  # fmt: skip


def near_rows(names: Sequence[str] = STRANGERS) -> list[strangers.Row]:
    """All messages of customers, and what comes in among them; of strangers' kind those of these files."""
    rows = strangers.signal_rows() + strangers.ordinary_rows() + strangers.long_rows() + strangers.retail_rows()
    rows = [replace(row, worth=_OLDER) for row in rows]
    for name in names:
        rows += [replace(row, worth=_WORTH.get(name, _OLDER)) for row in strangers.mixed_rows(f"{name}.txt")]
    return rows


def training_rows() -> list[strangers.Row]:
    """These, judges' messages, sentences for others, and variants of all but those; a message and its variants are a
    group.
    """
    near = near_rows() + strangers.judged_rows()
    rows = [replace(row, group=i) for i, row in enumerate(near + strangers.plain_rows())]
    return rows + list(strangers.variants(rows[: len(near)], SEED, strangers.ordinary_rows()))


def train(data: Set, features: Features, folder: Path) -> dict[str, npt.NDArray[np.generic]]:
    """The network's arrays; writes the limits into the files in `folder`, prints the scores of judges' messages, each
    by a network that has seen no message of that judge.
    """
    by_part = np.array([signal.scope == "part" for signal in registry()])
    middle = heads.unit(data.heard[data.listened]).mean(axis=0)
    looks = [_left_out(data, judge, middle, by_part) for judge in strangers.JUDGES]
    first, both = (np.concatenate([look[i] for look in looks]) for i in range(2))
    judged = np.concatenate([data.judged(judge) for judge in strangers.JUDGES])
    factors, second_factors = (_factors(data, judged, odds) for odds in (first, both))
    sure = heads.softmax(factors[0] * first[:, :C].astype(np.float64)).max(axis=1) >= SURE
    sys.stdout.write(f"a second opinion on {(~sure).mean():.2f} of them\n")
    _factors(data, judged, np.where(sure[:, None], first, both))
    scales = _limits(data, judged, (first[:, C + S :], both[:, C + S :]), sure, features, folder)
    everything = np.arange(len(data.rows))
    network, second = fitted(data, everything, by_part, SEED, NETWORKS), second_fitted(data, everything, middle, SEED)
    arrays = dict(zip(LAYERS, network.arrays, strict=True))
    arrays |= {f"second_{name}": array for name, array in zip(LAYERS, second.arrays, strict=True)}
    arrays |= {"factors": np.array(factors), "second_factors": np.array(second_factors), "heard_middle": middle}
    arrays |= {"signal_scale": scales[0], "second_scale": scales[1]}
    return {name: array.astype(np.float16) for name, array in arrays.items()}


def _left_out(data: Set, judge: int, middle: Array, by_part: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """The log odds of a judge's messages by networks that have seen none of them: without and with a second opinion."""
    others, own = np.flatnonzero([row.judge != judge for row in data.rows]), data.judged(judge)
    first = odds_of(data, fitted(data, others, by_part, SEED + judge, LEFT_OUT_NETWORKS), own, by_part)
    second = second_fitted(data, others, middle, SEED + judge)
    return first, mean_odds(first, second(_second_inputs(data, own, middle)))


def second_fitted(data: Set, chosen: Places, middle: Array, seed: int) -> Network:
    """Networks that have learnt those of these messages that were heard, by all that is known of them."""
    chosen = chosen[data.listened[chosen]]
    weights = _share(data, chosen)
    weights[:, C + S :] *= _SIGNALS * len(chosen) / weights[:, C + S :].sum(axis=0)
    return _fits(
        _second_inputs(data, chosen, middle), _wanted(data, chosen), weights, seed, SECOND_NETWORKS, SECOND_EPOCHS
    )


def _second_inputs(data: Set, chosen: Places, middle: Array) -> Array:
    return np.hstack([data.wholes[chosen], heard_inputs(data.heard[chosen], middle)])


def odds_of(data: Set, network: Network, chosen: Places, by_part: npt.NDArray[np.bool_]) -> Array:
    """The log odds of so many messages."""
    return np.stack([pooled(network(data.wholes[i][None])[0], network(data.parts[i]), by_part) for i in chosen])


def fitted(data: Set, chosen: Places, by_part: npt.NDArray[np.bool_], seed: int, count: int) -> Network:
    """So many networks that have learnt these messages; sentences of a message without a signal have it neither."""
    rows, wanted, share = [data.wholes[chosen]], [_wanted(data, chosen)], [_share(data, chosen)]
    for i in chosen:
        if len(data.parts[i]) > 1 and data.rows[i].original:
            many = len(data.parts[i])
            rows.append(data.parts[i])
            wanted.append(np.zeros((many, C + S + len(by_part)), np.float32))
            absent = _PARTS * data.signal_weights[i] * (data.signals[i] == 0) * by_part
            share.append(np.tile(np.concatenate([np.zeros(C + S), absent]), (many, 1)).astype(np.float32))
    weights = np.vstack(share)
    weights[:, C + S :] *= _SIGNALS * len(chosen) / weights[: len(chosen), C + S :].sum(axis=0)
    return _fits(np.vstack(rows), np.vstack(wanted), weights, seed, count, EPOCHS)


def _fits(rows: Array, wanted: Array, share: Array, seed: int, count: int, epochs: int) -> Network:
    fits = [_fit(rows, wanted, share, seed + 100 * i, epochs) for i in range(count)]
    return Network(*(np.stack([fit[k] for fit in fits]) for k in range(4)))


def _wanted(data: Set, chosen: Places) -> Array:
    concerns, feelings = np.eye(C)[data.concerns[chosen]], np.eye(S)[data.sentiments[chosen]]
    return np.hstack([concerns, feelings, data.signals[chosen]]).astype(np.float32)


def _share(data: Set, chosen: Places) -> Array:
    concern, feeling = data.concern_weights[chosen, None], data.sentiment_weights[chosen, None]
    signal = data.signal_weights[chosen] * np.where(data.signals[chosen] == 1, _PRESENT, 1.0)
    return np.hstack([np.tile(concern, (1, C)), np.tile(feeling, (1, S)), signal]).astype(np.float32)


def _fit(rows: Array, wanted: Array, share: Array, seed: int, epochs: int) -> list[Array]:
    """Adam (Kingma and Ba 2015) with decay, its pace falling like a cosine."""
    drawn = np.random.default_rng(seed)
    size, answers = rows.shape[1], wanted.shape[1]
    weights = [
        drawn.normal(0, size**-0.5, (size, HIDDEN)), np.zeros(HIDDEN),
        drawn.normal(0, HIDDEN**-0.5, (HIDDEN, answers)), np.zeros(answers),
    ]  # fmt: skip
    weights = [each.astype(np.float32) for each in weights]
    first, second = ([np.zeros_like(each) for each in weights] for _ in range(2))
    cues = slice(SAID, SAID + 2 * (answers - C - S))
    steps, step = epochs * (len(rows) // BATCH), 0
    for _ in range(epochs):
        order = drawn.permutation(len(rows))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[at : at + BATCH]
            seen = rows[batch] * (drawn.random((1, size), np.float32) > _BLIND)
            seen[:, cues] *= drawn.random((BATCH, 1), np.float32) > _NO_CUES
            inner = seen @ weights[0] + weights[1]
            kept = (drawn.random(inner.shape, np.float32) > _DROPPED) * np.float32(1 / (1 - _DROPPED)) * (inner > 0)
            hidden = inner * kept
            miss = (_odds(hidden @ weights[2] + weights[3]) - wanted[batch]) * share[batch] / BATCH
            back = (miss @ weights[2].T) * kept
            slopes = (seen.T @ back, back.sum(axis=0), hidden.T @ miss, miss.sum(axis=0))
            step += 1
            pace = np.float32(PACE * 0.5 * (1 + np.cos(np.pi * step / steps)))
            for k, slope in enumerate(slopes):
                first[k] = np.float32(0.9) * first[k] + np.float32(0.1) * slope
                second[k] = np.float32(0.999) * second[k] + np.float32(0.001) * slope * slope
                move = first[k] / np.float32(1 - 0.9**step) / (np.sqrt(second[k] / np.float32(1 - 0.999**step)) + 1e-8)
                weights[k] = weights[k] - pace * (move + np.float32(DECAY * (slope.ndim - 1)) * weights[k])
    return weights


def _odds(logits: Array) -> Array:
    concerns, feelings = heads.softmax(logits[:, :C]), heads.softmax(logits[:, C : C + S])
    return np.hstack([concerns, feelings, 1 / (1 + np.exp(-np.clip(logits[:, C + S :], -30, 30)))]).astype(np.float32)


def _factors(data: Set, judged: Places, odds: Array) -> list[float]:
    labels = (("concern", 0, C, data.concerns), ("sentiment", C, C + S, data.sentiments))
    return [_factor(name, odds[:, first:last], wanted[judged]) for name, first, last, wanted in labels]


def _factor(name: str, odds: Array, labels: Places) -> float:
    """What makes the probabilities fit how often they are right."""
    factor = heads.temperature(odds.astype(np.float64), labels)
    chosen, said = odds.argmax(axis=1), heads.softmax(factor * odds.astype(np.float64))
    right, error = (chosen == labels).mean(), heads.calibration_error(said, labels)
    f1 = heads.macro_f1(chosen, labels)
    sys.stdout.write(f"{name}: accuracy {right:.3f} macro-F1 {f1:.3f} ECE {error:.3f} of {len(labels)}\n")
    return factor


def _limits(
    data: Set, judged: Places, looks: tuple[Array, Array], sure: npt.NDArray[np.bool_], features: Features, folder: Path
) -> Array:
    """Slopes and levels of the signals in both looks; writes limits that let so many messages without them pass."""
    scales = np.zeros((2, 2, len(features.names)), np.float32)
    for k, name in enumerate(features.names):
        has, counts = data.signals[judged, k] == 1, (data.signal_weights[judged, k] > 0).astype(np.float64)
        each = []
        for scale, odds in zip(scales, looks, strict=True):
            scale[:, k] = _calibrated(odds[:, k], data.signals[judged, k], counts)
            each.append(1 / (1 + np.exp(-np.clip(scale[0, k] * odds[:, k] + scale[1, k], -30, 30))))
        probability = np.where(sure, *each)
        others = probability[~has & (counts > 0)]
        limit = np.quantile(others, 1 - _FALSE_ALARMS.get(name, _USUAL_FALSE_ALARMS))
        limit = float(np.clip(limit, _LEAST_LIMITS.get(name, LEAST_LIMIT), MOST_LIMIT))
        sys.stdout.write(
            f"{name:16} {int(has.sum()):4} positives  recall {(probability[has] >= limit).mean():.2f}  "
            f"false alarms {(others >= limit).mean():.3f}  limit {limit:.2f}\n"
        )
        file = folder / f"{name}.toml"
        file.write_text(re.sub(r"(?m)^limit = .*$", f"limit = {limit:.2f}", file.read_text("utf-8")), "utf-8")
    return scales


def _calibrated(odds: Array, labels: Array, weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Slope and level that make the probabilities fit (Platt 1999)."""
    slope, level = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(slope * odds + level, -30, 30)))
        miss, bend = weights * (p - labels), weights * p * (1 - p) + 1e-9
        matrix = np.array([[(bend * odds**2).sum(), (bend * odds).sum()], [(bend * odds).sum(), bend.sum()]])
        change = np.linalg.solve(matrix + 1e-3 * np.eye(2), np.array([(miss * odds).sum() + 0.01 * slope, miss.sum()]))
        slope, level = slope - change[0], level - change[1]
    return slope, level
