"""The small optimiser behind the intents: logistic regression that starts from a guess and stays near it."""

import numpy as np
import numpy.typing as npt

from .encoder import Vectors

_PENALTY = 0.0008
_STEPS, _LEAST_STEPS = 100, 25
_ROUNDS = 12
# From so many rows on fewer steps are made, for the prototypes are the better a start.
_MANY = 1_500


def refine(
    rows: Vectors, owners: npt.NDArray[np.int64], worth: npt.NDArray[np.floating], start: Vectors, start_bias: Vectors
) -> tuple[Vectors, Vectors]:
    """Weights (size x classes) and bias fitted to the rows, each counting its `worth`, each class the same.

    Multinomial logistic regression whose penalty pulls towards `start`, by Nesterov's accelerated gradient.
    """
    classes = start.shape[1]
    wanted = np.eye(classes, dtype=np.float32)[owners]
    counts = np.bincount(owners, worth, minlength=classes)
    share = (worth / np.maximum(counts, 1e-9)[owners]).astype(np.float32)
    share = (share / share.sum())[:, None]
    penalty = np.float32(_PENALTY / classes)
    slope = np.float32(0.5 * _largest(rows * np.sqrt(share))) + penalty
    weights = ahead = start
    bias = bias_ahead = start_bias
    pace = 1.0
    for _ in range(max(_LEAST_STEPS, min(_STEPS, _STEPS * _MANY // len(rows)))):
        miss = (softmax(rows @ ahead + bias_ahead) - wanted) * share
        step = ahead - (rows.T @ miss + penalty * (ahead - start)) / slope
        bias_step = bias_ahead - miss.sum(axis=0)
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        glide = np.float32((pace - 1) / next_pace)
        ahead, bias_ahead = step + glide * (step - weights), bias_step + glide * (bias_step - bias)
        weights, bias, pace = step, bias_step, next_pace
    return np.asarray(weights, np.float32), np.asarray(bias, np.float32)


def softmax(logits: npt.NDArray[np.floating]) -> Vectors:
    """Rows that sum to one."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def _largest(rows: Vectors) -> float:
    """The largest eigenvalue of the rows' covariance: by the power method, a little more."""
    if len(rows) > _MANY:
        step = -(-len(rows) // _MANY)
        some = rows[::step]
        return 1.3 * _largest(some) * len(rows) / len(some)
    vector = np.ones(rows.shape[1], np.float32)
    length = 1.0
    for _ in range(_ROUNDS):
        vector = rows.T @ (rows @ vector)
        length = float(np.linalg.norm(vector)) or 1.0
        vector /= length
    return 1.05 * length
