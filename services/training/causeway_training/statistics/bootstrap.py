"""Percentile bootstrap intervals (Efron and Tibshirani 1993, ch. 13), for reports.

No test rests on them: a p-value by resampling cannot go below one over the resamples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RESAMPLES = 2000
FEWEST_RESAMPLES = 100
#: Cells of the weight matrix that fit comfortably in memory (float64, 40 MB; a statistic makes a
#: few more of that size).
MAXIMUM_CELLS = 5_000_000
CONFIDENCE = 0.95

#: A statistic over a matrix of row weights (resamples x rows) that returns one value per resample.
Statistic = Callable[[np.ndarray], np.ndarray]


def resample_counts(strata: np.ndarray, seed: int, most: int = RESAMPLES) -> np.ndarray:
    """How often each row is drawn in each resample (resamples x rows); each stratum keeps its size.

    Rows are drawn within strata so that a small group never vanishes from a resample. Many rows get
    fewer resamples.
    """
    generator = np.random.default_rng(seed)
    resamples = int(np.clip(MAXIMUM_CELLS // max(len(strata), 1), FEWEST_RESAMPLES, most))
    counts = np.zeros((resamples, len(strata)))
    for value in np.unique(strata):
        rows = np.flatnonzero(strata == value)
        counts[:, rows] = generator.multinomial(
            len(rows), np.full(len(rows), 1 / len(rows)), size=resamples
        )
    return counts


def interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Percentile interval of resampled values; resamples in which the statistic is undefined are
    left out."""
    defined = values[np.isfinite(values)]
    if len(defined) == 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


def estimate(statistic: Statistic, counts: np.ndarray) -> dict[str, float]:
    """The statistic on the rows as they are, and its interval over the resamples: value, low,
    high."""
    value = float(statistic(np.ones((1, counts.shape[1])))[0])
    low, high = interval(statistic(counts))
    return {"value": value, "low": low, "high": high}
