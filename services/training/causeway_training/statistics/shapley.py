"""Interventional Shapley values of any model; golden-tested against the `shap` package.

Written here because `shap` brings a compiler along (150 MB and ten seconds of every run) for what
one batch through ONNX does faster. The server's `explain` computes the same estimate over the same
background.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Score = Callable[[np.ndarray], np.ndarray]

#: Random orders per row; each is walked forwards and backwards (antithetic sampling; Mitchell,
#: Cooper, Frank and Holmes 2022).
ORDERS = 5


def additive_terms(score: Score, origin: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Change in the score when one feature of `origin` (features) takes the sample's value; shape
    (rows, features)."""
    rows, width = sample.shape
    changed = np.tile(origin, (rows * width, 1))
    index = np.arange(rows * width)
    changed[index, index % width] = sample.reshape(-1)
    return score(changed).reshape(rows, width) - score(origin[None, :])[0]


def is_additive(score: Score, base: np.ndarray, sample: np.ndarray, tolerance: float) -> bool:
    """Whether the score is a sum of one term per feature: then features + 1 evaluations give exact
    Shapley values."""
    terms = additive_terms(score, base[0], sample)
    return bool(np.abs(score(base[:1])[0] + terms.sum(axis=1) - score(sample)).max() <= tolerance)


def additive_shapley(score: Score, base: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Exact Shapley values of an additive score: each term less its mean over the background;
    (rows, features)."""
    return additive_terms(score, base[0], sample) - additive_terms(score, base[0], base).mean(
        axis=0
    )


def sampled_shapley(
    score: Score, base: np.ndarray, sample: np.ndarray, seed: int, orders: int = ORDERS
) -> np.ndarray:
    """Shapley values by permutation sampling (Strumbelj and Kononenko 2014); (rows, features).

    Whatever the orders, the values of a row sum to its score less the background's mean score
    (efficiency).
    """
    generator = np.random.default_rng(seed)
    return np.stack([_one(score, base, row, generator, orders) for row in sample])


def _one(
    score: Score, base: np.ndarray, row: np.ndarray, generator: np.random.Generator, orders: int
) -> np.ndarray:
    width = len(row)
    forward = [generator.permutation(width) for _ in range(orders)]
    walks = [order for one in forward for order in (one, one[::-1])]
    masks = np.zeros((len(walks), width + 1, width), dtype=bool)
    for walk, order in enumerate(walks):
        for step, feature in enumerate(order):
            masks[walk, step + 1 :, feature] = True
    flat = masks.reshape(-1, 1, width)
    inputs = np.where(flat, row, base[None, :, :]).reshape(-1, width)
    means = score(inputs).reshape(len(walks), width + 1, len(base)).mean(axis=2)
    steps = np.diff(means, axis=1)
    values = np.zeros(width)
    for walk, order in enumerate(walks):
        values[order] += steps[walk]
    return values / len(walks)
