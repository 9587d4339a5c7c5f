"""Reference bins: where a feature or a score lay when the model was made, for the population
stability index in production.

Bin i holds edges[i-1] < value <= edges[i], as Prometheus histograms count; the first is open below
and the last open above.
"""

from __future__ import annotations

import numpy as np

BINS = 10
SIGNIFICANT_DIGITS = 4


def quantile_edges(values: np.ndarray, bins: int = BINS) -> list[float]:
    """Inner edges at equal quantiles, rounded to four significant digits so that no person's exact
    value is published; fewer when values tie."""
    quantiles = np.quantile(values, np.arange(1, bins) / bins, method="inverted_cdf")
    return rounded_edges(quantiles)


def rounded_edges(edges: np.ndarray) -> list[float]:
    return sorted({float(f"{edge:.{SIGNIFICANT_DIGITS}g}") for edge in edges})


def counts_by_edges(values: np.ndarray, edges: list[float]) -> np.ndarray:
    """Rows per bin, shape (len(edges) + 1)."""
    return np.bincount(
        np.searchsorted(np.asarray(edges), values, side="left"), minlength=len(edges) + 1
    )


def counts_by_value(values: np.ndarray, categories: tuple[int, ...]) -> np.ndarray:
    """Rows per category, shape (categories)."""
    return np.array([(values == category).sum() for category in categories])


def proportions(counts: np.ndarray) -> list[float]:
    """Share of each bin with half a row added to each, so that an empty bin does not make the index
    infinite (Jeffreys' prior)."""
    smoothed = np.maximum(np.asarray(counts, dtype=float), 0) + 0.5
    return [float(share) for share in smoothed / smoothed.sum()]
