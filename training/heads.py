"""Fits the linear heads: weighted multinomial logistic regression, numpy only."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def softmax(logits: Array) -> Array:
    """Rows that sum to one."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit(inputs: Array, labels: npt.NDArray[np.int64], share: Array, penalty: float, steps: int = 150) -> Array:
    """Weights with the bias as last row; Nesterov's accelerated gradient on the penalised likelihood."""
    classes = int(labels.max()) + 1
    rows = np.hstack([inputs, np.ones((len(inputs), 1))])
    wanted = np.eye(classes)[labels]
    share = (share / share.sum())[:, None]
    keep = np.full((rows.shape[1], 1), penalty)
    keep[-1] = 0.0
    slope = 0.5 * float(np.linalg.eigvalsh((rows * share).T @ rows)[-1]) + penalty
    weights = ahead = np.zeros((rows.shape[1], classes))
    pace = 1.0
    for _ in range(steps):
        gradient = rows.T @ ((softmax(rows @ ahead) - wanted) * share) + keep * ahead
        step = ahead - gradient / slope
        next_pace = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = step + (pace - 1) / next_pace * (step - weights)
        weights, pace = step, next_pace
    return weights


def temperature(logits: Array, labels: npt.NDArray[np.int64]) -> float:
    """The factor on the logits that makes held-out labels most likely (Guo et al. 2017, inverse temperature)."""
    factors = np.geomspace(0.2, 5.0, 60)
    picked = np.arange(len(labels))
    return float(max(factors, key=lambda f: float(np.log(softmax(f * logits)[picked, labels] + 1e-12).mean())))


def calibration_error(odds: Array, labels: npt.NDArray[np.int64], bins: int = 10) -> float:
    """Expected calibration error of the chosen class over equally wide bins."""
    sure, right = odds.max(axis=1), odds.argmax(axis=1) == labels
    places = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[places == b].mean() - right[places == b].mean()) * (places == b).mean()
        for b in range(bins)
        if (places == b).any()
    ]
    return float(sum(gaps))


def macro_f1(chosen: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Mean over classes of the harmonic mean of precision and recall."""
    scores = []
    for c in np.unique(labels):
        both = float(((chosen == c) & (labels == c)).sum())
        scores.append(2 * both / max(1.0, float((chosen == c).sum() + (labels == c).sum())))
    return float(np.mean(scores))


def unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rows with length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
