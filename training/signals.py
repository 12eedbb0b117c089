"""Fits the heads of the signals, and chooses each signal's limit on messages that its head had not seen."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import strangers

from frontdesk.engine.encoder import SAID, Encoder, Vectors
from frontdesk.engine.features import Features, registry
from frontdesk.engine.heads import traits_inputs
from frontdesk.engine.text import prepare

FOLDS, SEED, MOST_SENTENCES = 5, 7, 12
PENALTY, CUE_PENALTY, WITHOUT_CUES, POSITIVE = 1e-4, 0.3, 0.4, 4.0
# Share of messages without the signal that may pass its limit; more where a miss costs more than a false alarm.
FALSE_ALARMS = {"wants_person": 0.015, "danger": 0.015}
_FALSE_ALARMS = 0.01
_ORDINARY = ("ordinary.txt", "long", "retail", "shop")
_PLAIN = ("telecom", "assistant", "city", "background")
# The made-up messages are of one hand: strangers' are less sure.
_HUMBLE = 0.8

Array = npt.NDArray[np.float32]


@dataclass
class Set:
    """Messages with what the heads see of them; labels are 1, 0, and a weight of 0 where nobody decided."""

    rows: list[strangers.Row]
    wholes: Array
    parts: list[Array]
    labels: Array
    weights: Array

    @classmethod
    def make(cls, encoder: Encoder, features: Features, rows: list[strangers.Row]) -> "Set":
        """Embed the messages."""
        prepared = [prepare(row.text) for row in rows]
        texts = [[s.words for s in one.sentences][:MOST_SENTENCES] or [" "] for one in prepared]
        flat = encoder.encode([text for part in texts for text in part])
        vectors = np.split(flat, np.cumsum([len(part) for part in texts])[:-1])
        wholes, parts = [], []
        for one, own in zip(prepared, vectors, strict=True):
            wholes.append(traits_inputs(own, features.of(one.own[one.body[0] : one.body[1]]).row))
            parts.append(_parts(own, [s.text for s in one.sentences][: len(own)] or [" "], features))
        labels = np.zeros((len(rows), len(features.names)), np.float32)
        weights = np.ones_like(labels)
        for i, row in enumerate(rows):
            for k, name in enumerate(features.names):
                labels[i, k] = name in row.signals
                unknown = name not in row.denied and row.source not in ("ordinary.txt", "long")
                hinted = wholes[i][SAID + k] > 0
                if name in row.undecided or (not labels[i, k] and unknown and hinted):
                    weights[i, k] = 0.0
            weights[i] *= 0.3 if row.source in _PLAIN else 1.0
        return cls(rows, np.stack(wholes), parts, labels, weights)


def _parts(vectors: Vectors, texts: list[str], features: Features) -> Array:
    return np.stack([traits_inputs(vectors[i : i + 1], features.of(t).row) for i, t in enumerate(texts)])


def near_rows() -> list[strangers.Row]:
    """All messages of customers, and what comes in among them."""
    rows = strangers.signal_rows() + strangers.mixed_rows("mixed.txt")
    rows += strangers.mixed_rows("choosing.txt") + strangers.ordinary_rows()
    return rows + strangers.long_rows() + strangers.retail_rows()


def training_rows() -> list[strangers.Row]:
    """These, sentences for others, and variants of those of strangers' kind; a message and its variants are a group."""
    near = near_rows()
    rows = [replace(row, group=i) for i, row in enumerate(near + strangers.plain_rows())]
    return rows + list(strangers.variants(rows[: len(near)], SEED, strangers.ordinary_rows()))


def train(data: Set, features: Features, folder: Path) -> dict[str, npt.NDArray[np.float16]]:
    """The arrays `signals` and `signal_scale`; writes the limits into the files in `folder`, prints the scores."""
    by_part = np.array([signal.scope == "part" for signal in registry()])
    groups = np.array([row.group for row in data.rows])
    original = np.concatenate([[True], groups[1:] > np.maximum.accumulate(groups)[:-1]])
    odds = np.zeros_like(data.labels)
    for fold in range(FOLDS):
        head = _fit(data, np.flatnonzero(groups % FOLDS != fold), by_part)
        for i in np.flatnonzero(groups % FOLDS == fold):
            odds[i] = _score(data, i, head, by_part)
    scale = np.zeros((2, odds.shape[1]), np.float32)
    ordinary = np.array([row.source in _ORDINARY for row in data.rows])
    for k, name in enumerate(features.names):
        known = data.weights[:, k] > 0
        counts = np.where(ordinary | (data.labels[:, k] == 1) | original, 1.0, 0.3)[known]
        scale[:, k] = _calibrated(odds[known, k], data.labels[known, k], counts)
        probability = 1 / (1 + np.exp(-(scale[0, k] * odds[:, k] + scale[1, k])))
        usual = probability[known & ordinary & (data.labels[:, k] == 0)]
        denied = np.array([name in row.denied for row in data.rows]) & original
        limit = float(np.clip(np.quantile(usual, 1 - FALSE_ALARMS.get(name, _FALSE_ALARMS)), 0.2, 0.8))
        has = known & (data.labels[:, k] == 1)
        recall = [(probability[has & which] >= limit).mean() for which in (original, ~original)]
        alarms = [(some >= limit).mean() for some in (usual, probability[denied])]
        sys.stdout.write(
            f"{name:16} {int((has & original).sum()):4} positives  recall {recall[0]:.2f} (changed {recall[1]:.2f})  "
            f"false alarms: ordinary {alarms[0]:.3f}, near ones {alarms[1]:.2f}  limit {limit:.2f}\n"
        )
        file = folder / f"{name}.toml"
        file.write_text(re.sub(r"(?m)^limit = .*$", f"limit = {limit:.2f}", file.read_text("utf-8")), "utf-8")
    head = _fit(data, np.arange(len(data.rows)), by_part)
    return {"signals": head.astype(np.float16), "signal_scale": scale.astype(np.float16)}


def _score(data: Set, i: int, head: Array, by_part: npt.NDArray[np.bool_]) -> Array:
    whole = data.wholes[i] @ head[:-1] + head[-1]
    strongest = np.maximum(whole, (data.parts[i] @ head[:-1] + head[-1]).max(axis=0))
    return np.asarray(np.where(by_part, strongest, whole), np.float32)


def _fit(data: Set, chosen: npt.NDArray[np.int64], by_part: npt.NDArray[np.bool_]) -> Array:
    """One logistic regression for each signal, all at once; copies without phrases make vectors count too."""
    inputs, labels, weights = [data.wholes[chosen]], [data.labels[chosen]], [data.weights[chosen]]
    blind = data.wholes[chosen].copy()
    cues = slice(SAID, SAID + 2 * data.labels.shape[1])
    blind[:, cues] = 0.0
    inputs.append(blind)
    labels.append(data.labels[chosen])
    weights.append(WITHOUT_CUES * data.weights[chosen])
    for i in chosen:
        if len(data.parts[i]) > 1:
            inputs.append(data.parts[i])
            labels.append(np.zeros((len(data.parts[i]), data.labels.shape[1]), np.float32))
            weights.append(np.tile(0.5 * data.weights[i] * (data.labels[i] == 0) * by_part, (len(data.parts[i]), 1)))
    rows = np.vstack([np.hstack([x, np.ones((len(x), 1), np.float32)]) for x in inputs])
    wanted, share = np.vstack(labels), np.vstack(weights)
    share = share * np.where(wanted == 1, POSITIVE, 1.0)
    share = (share / share.sum(axis=0)).astype(np.float32)
    keep = np.full((rows.shape[1], 1), PENALTY, np.float32)
    keep[cues] *= CUE_PENALTY
    keep[-1] = 0.0
    return _descend(rows, wanted, share, keep)


def _descend(rows: Array, wanted: Array, share: Array, keep: Array, steps: int = 120) -> Array:
    slope = np.float32(0.26 * _largest(rows * np.sqrt(share.max(axis=1))[:, None]) + keep.max())
    weights = ahead = np.zeros((rows.shape[1], wanted.shape[1]), np.float32)
    pace = 1.0
    for _ in range(steps):
        odds = 1 / (1 + np.exp(-np.clip(rows @ ahead, -30, 30)))
        step = ahead - (rows.T @ ((odds - wanted) * share) + keep * ahead) / slope
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = (step + np.float32((pace - 1) / next_pace) * (step - weights)).astype(np.float32)
        weights, pace = step, next_pace
    return np.asarray(weights, np.float32)


def _largest(rows: Array) -> float:
    vector = np.random.default_rng(SEED).normal(size=rows.shape[1]).astype(np.float32)
    length = 1.0
    for _ in range(25):
        vector = rows.T @ (rows @ vector)
        length = float(np.linalg.norm(vector))
        vector /= length
    return length


def _calibrated(odds: Array, labels: Array, weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Slope and level that make the probabilities fit (Platt 1999), the slope made a little humbler."""
    slope, level = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(slope * odds + level, -30, 30)))
        miss, bend = weights * (p - labels), weights * p * (1 - p) + 1e-9
        matrix = np.array([[(bend * odds**2).sum(), (bend * odds).sum()], [(bend * odds).sum(), bend.sum()]])
        change = np.linalg.solve(matrix + 1e-3 * np.eye(2), np.array([(miss * odds).sum() + 0.01 * slope, miss.sum()]))
        slope, level = slope - change[0], level - change[1]
    return _HUMBLE * slope, _HUMBLE * level
