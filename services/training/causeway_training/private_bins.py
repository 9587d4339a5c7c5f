"""Reference bins of each feature, exact or under differential privacy.

The latter (Dwork et al. 2006) is diffprivlib's. The budget covers the statistics that are published
with a release: half of it places the edges, half counts the rows; each half is divided evenly over
the features (sequential composition). It does not cover the model itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .contract import Contract, Feature
from .privacy import noise_seed
from .statistics.bins import (
    BINS,
    counts_by_edges,
    counts_by_value,
    proportions,
    quantile_edges,
    rounded_edges,
)


def feature_bins(
    contract: Contract, rows: pd.DataFrame, epsilon: float | None, key: bytes | None, seed: int
) -> list[dict]:
    """One entry per feature: name, type, edges or values, proportions, missing share, rows that
    were counted."""
    if epsilon is None:
        return [_exact(feature, rows[feature.name]) for feature in contract.features]
    share = epsilon / len(contract.features)
    generator = np.random.RandomState(noise_seed(key, seed))
    return [
        _private(feature, rows[feature.name], share, generator) for feature in contract.features
    ]


def _exact(feature: Feature, column: pd.Series) -> dict:
    present = column.dropna().to_numpy(dtype=float)
    edges = [] if feature.is_category else quantile_edges(present)
    counts = (
        counts_by_value(present, tuple(feature.codes))
        if feature.is_category
        else counts_by_edges(present, edges)
    )
    return _entry(feature, edges, counts, len(present), 1 - len(present) / len(column))


def _private(
    feature: Feature, column: pd.Series, epsilon: float, generator: np.random.RandomState
) -> dict:
    from diffprivlib.mechanisms import Geometric
    from diffprivlib.tools import quantile

    present = column.dropna().to_numpy(dtype=float)
    edges: list[float] = []
    if not feature.is_category:
        each = epsilon / 2 / (BINS - 1)
        bounds = (feature.low, feature.high)
        edges = rounded_edges(
            np.array(
                [
                    quantile(present, q / BINS, epsilon=each, bounds=bounds, random_state=generator)
                    for q in range(1, BINS)
                ]
            )
        )
    exact = (
        counts_by_value(present, tuple(feature.codes))
        if feature.is_category
        else counts_by_edges(present, edges)
    )
    exact = np.append(exact, len(column) - len(present))
    # A row is in one bin only, so all counts of a feature together have sensitivity 1 under
    # addition or removal of a row.
    mechanism = Geometric(
        epsilon=epsilon if feature.is_category else epsilon / 2,
        sensitivity=1,
        random_state=generator,
    )
    noisy = np.maximum([mechanism.randomise(int(count)) for count in exact], 0)
    total = max(int(noisy[:-1].sum()), 1)
    return _entry(feature, edges, noisy[:-1], total, float(noisy[-1] / max(noisy.sum(), 1)))


def _entry(
    feature: Feature, edges: list[float], counts: np.ndarray, rows: int, missing: float
) -> dict:
    bins = {"values": list(feature.codes)} if feature.is_category else {"edges": edges}
    return {
        "name": feature.name,
        "type": feature.type,
        **bins,
        "proportions": proportions(counts),
        "missing": float(missing),
        "rows": rows,
    }
