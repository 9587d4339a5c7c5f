"""Intervals of shares, of their differences and ratios, and of the greatest one among many pairs.

Between pairs the confidence is shared (Bonferroni), so that all of them hold together in 95% of
data sets. Resampling the two groups that lie furthest apart does not: their distance is partly
chance, and its interval covered the truth in 87% for three alike groups, in 71 to 74% for six.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from scipy.stats import norm

from .representation import wilson

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Cell:
    """Rows of a name, and how many of them are selected."""

    name: str
    selected: int
    rows: int

    @property
    def share(self) -> float:
        return self.selected / self.rows if self.rows else math.nan


def difference(one: Cell, other: Cell, z: float) -> tuple[float, float]:
    """Interval of the difference of two shares (Newcombe 1998, method 10)."""
    (low1, high1), (low2, high2) = _score(one, z), _score(other, z)
    apart = one.share - other.share
    return (
        apart - math.hypot(one.share - low1, high2 - other.share),
        apart + math.hypot(high1 - one.share, other.share - low2),
    )


def log_ratio(one: Cell, other: Cell, z: float) -> tuple[float, float]:
    """Interval of the logarithm of the ratio of two shares, by their score intervals (Zou and
    Donner 2008); half a row is added to each share's middle, so that none is without a
    logarithm."""
    (low1, high1), (low2, high2) = (
        tuple(math.log(end) if end > 0 else -math.inf for end in _score(cell, z))
        for cell in (one, other)
    )
    middle1, middle2 = (math.log((cell.selected + 0.5) / (cell.rows + 1)) for cell in (one, other))
    apart = middle1 - middle2
    return (
        apart - math.hypot(middle1 - low1, high2 - middle2),
        apart + math.hypot(high1 - middle1, middle2 - low2),
    )


def greatest_difference(families: list[list[Cell]]) -> tuple[float, float]:
    """Interval of the greatest difference of shares between two cells of one family; NaN without a
    pair."""
    return _greatest([difference(*pair, z) for pair, z in _pairs(families)])


def least_ratio(families: list[list[Cell]]) -> tuple[float, float]:
    """Interval of the least ratio of shares between two cells of one family; NaN without a pair."""
    low, high = _greatest([log_ratio(*pair, z) for pair, z in _pairs(families)])
    return math.exp(-high), math.exp(-low)


def _score(cell: Cell, z: float) -> tuple[float, float]:
    low, high = wilson(cell.selected, cell.rows, z)
    # Rounding must not put an end beyond the share that lies at it.
    return (0.0 if cell.selected == 0 else low), (1.0 if cell.selected == cell.rows else high)


def _pairs(families: list[list[Cell]]) -> list[tuple[tuple[Cell, Cell], float]]:
    """Every pair within a family, and the quantile at which all intervals hold together."""
    found = [pair for cells in families for pair in combinations(cells, 2)]
    z = float(norm.isf((1 - CONFIDENCE) / 2 / max(len(found), 1)))
    return [(pair, z) for pair in found]


def _greatest(intervals: list[tuple[float, float]]) -> tuple[float, float]:
    """Of the greatest distance from 0 among values that lie in these intervals."""
    if not intervals:
        return math.nan, math.nan
    return (
        max(max(0.0, low, -high) for low, high in intervals),
        max(max(abs(low), abs(high)) for low, high in intervals),
    )
