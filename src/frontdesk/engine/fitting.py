"""The small optimiser behind the intents: logistic regression that starts from a guess and stays near it."""

import numpy as np
import numpy.typing as npt

from .encoder import Vectors

_PENALTY = 0.0008
_STEPS = 100


def refine(
    rows: Vectors,
    owners: npt.NDArray[np.int64],
    worth: npt.NDArray[np.floating],
    start: Vectors,
    start_bias: Vectors,
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
    for _ in range(_STEPS):
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
    """The largest eigenvalue of the rows' covariance, from whichever square is smaller."""
    square = rows @ rows.T if len(rows) < rows.shape[1] else rows.T @ rows
    return float(np.linalg.eigvalsh(square)[-1])
