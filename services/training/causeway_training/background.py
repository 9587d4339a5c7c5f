"""The background that explanations are measured against: made from published statistics only.

Shapley values need typical inputs. Real rows are confidential, so each background row takes,
feature by feature, one quantile (or one category, by its frequency) of the reference bins, in an
order shuffled per feature (a Latin hypercube over the marginals; McKay, Beckman and Conover 1979).
Marginals are kept, correlations are not; nobody's row is in it except by chance.
"""

from __future__ import annotations

import numpy as np

ROWS = 36


def background(bins: list[dict], seed: int, rows: int = ROWS) -> np.ndarray:
    """Float32 (rows x features) from the `features` of a reference file."""
    generator = np.random.default_rng(seed)
    columns = [generator.permutation(_values(entry, rows)) for entry in bins]
    return np.stack(columns, axis=1).astype(np.float32)


def _values(entry: dict, rows: int) -> np.ndarray:
    """`rows` values whose shares follow the bins: categories by largest remainder, numbers by
    interpolation between the edges."""
    share = np.asarray(entry["proportions"], dtype=float)
    if "values" in entry:
        exact = share * rows
        counts = np.floor(exact).astype(int)
        for index in np.argsort(-(exact - counts), kind="stable")[: rows - counts.sum()]:
            counts[index] += 1
        return np.repeat(np.asarray(entry["values"], dtype=float), counts)
    edges = np.asarray(entry["edges"], dtype=float)
    below = np.cumsum(share)[:-1]
    return np.interp((np.arange(rows) + 0.5) / rows, below, edges)
