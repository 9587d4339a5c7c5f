"""Performance metrics of a binary classifier, computed for many bootstrap resamples at once.

Each takes weights (resamples x rows): a row drawn twice has weight 2. Golden-tested against
scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

METRICS = ("accuracy", "precision", "recall", "f1", "auc", "brier", "calibration-error")
HIGHER_IS_BETTER = {
    "accuracy": True,
    "precision": True,
    "recall": True,
    "f1": True,
    "auc": True,
    "brier": False,
    "calibration-error": False,
}
CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Scored:
    """Rows with their label (0 or 1), score (probability of the positive label) and decision (score
    >= threshold)."""

    label: np.ndarray
    score: np.ndarray
    threshold: float

    @property
    def decision(self) -> np.ndarray:
        return (self.score >= self.threshold).astype(np.int8)

    def at(self, rows: np.ndarray) -> Scored:
        return Scored(self.label[rows], self.score[rows], self.threshold)


def metric(name: str, rows: Scored, weights: np.ndarray) -> np.ndarray:
    """One value per row of `weights`; NaN where undefined (no positives, or none predicted)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if name == "auc":
            return auc(rows.label, rows.score, weights)
        if name == "brier":
            return weights @ (rows.score - rows.label) ** 2 / weights.sum(axis=1)
        if name == "calibration-error":
            return calibration_error(rows, weights)
        return _from_counts(name, rows, weights)


def _from_counts(name: str, rows: Scored, weights: np.ndarray) -> np.ndarray:
    label, decision = rows.label == 1, rows.decision == 1
    true_positive = weights @ (label & decision)
    false_positive = weights @ (~label & decision)
    false_negative = weights @ (label & ~decision)
    if name == "accuracy":
        return weights @ (label == decision) / weights.sum(axis=1)
    if name == "precision":
        return true_positive / (true_positive + false_positive)
    if name == "recall":
        return true_positive / (true_positive + false_negative)
    if name == "f1":
        return 2 * true_positive / (2 * true_positive + false_positive + false_negative)
    raise ValueError(f"unknown metric {name}, allowed: {', '.join(METRICS)}")


def auc(label: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve as the weighted Mann-Whitney statistic; ties count one half."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    drawn = weights[:, order].astype(np.float64)
    positive = np.add.reduceat(drawn * (label[order] == 1), starts, axis=1)
    negative = np.add.reduceat(drawn * (label[order] != 1), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    area = (positive * (below + negative / 2)).sum(axis=1)
    return area / (positive.sum(axis=1) * negative.sum(axis=1))


def calibration_error(rows: Scored, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error over ten bins of equal width (Naeini, Cooper and Hauskrecht
    2015)."""
    which = np.minimum((rows.score * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gap = rows.score - rows.label
    total = np.zeros(weights.shape[0])
    for index in range(CALIBRATION_BINS):
        inside = which == index
        if inside.any():
            total += np.abs(weights[:, inside] @ gap[inside])
    return total / weights.sum(axis=1)


def calibration_curve(rows: Scored) -> list[dict[str, float]]:
    """Mean score and observed share per non-empty bin of equal width, for plots."""
    which = np.minimum((rows.score * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return [
        {
            "rows": int((which == i).sum()),
            "score": float(rows.score[which == i].mean()),
            "observed": float(rows.label[which == i].mean()),
        }
        for i in range(CALIBRATION_BINS)
        if (which == i).any()
    ]
