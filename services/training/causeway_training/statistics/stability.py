"""Population stability index and the threshold for it that keeps its promised rate of false
alarms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2


def psi(expected: Sequence[float], observed: Sequence[float]) -> float:
    """Sum over bins of (observed - expected) * ln(observed / expected).

    Both are positive shares that sum to one.
    """
    before, now = np.asarray(expected, dtype=float), np.asarray(observed, dtype=float)
    return float(np.sum((now - before) * np.log(now / before)))


def psi_threshold(
    bins: int, reference_rows: int, window_rows: int, significance: float, tests: int = 1
) -> float:
    """Index that a window without drift exceeds with probability `significance`,
    Bonferroni-corrected over `tests` features.

    Without drift the index is about (1/n + 1/m) times a chi-square with bins - 1 degrees of freedom
    (Yurdakul 2018), so a fixed threshold such as 0.1 or 0.25 fires far too often on small windows
    and far too rarely on large ones.
    """
    return float(
        (1 / reference_rows + 1 / window_rows) * chi2.ppf(1 - significance / tests, bins - 1)
    )
