"""LIME for tabular data (Ribeiro, Singh and Guestrin 2016): a weighted linear model around one row.

Written here because the `lime` package has had no release since 2020. As there, perturbed rows are
drawn from the training marginals, weighted by an exponential kernel of width 0.75 * sqrt(features),
and fitted by ridge regression.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SAMPLES = 1000
RIDGE = 1.0


def lime(
    score: Callable[[np.ndarray], np.ndarray], row: np.ndarray, bins: list[dict], seed: int
) -> np.ndarray:
    """Contribution of each feature of `row` (features) to the score, against a typical row; shape
    (features).

    A number contributes slope times its distance from the mean; a category contributes its "is this
    value" coefficient, less its share.
    """
    generator = np.random.default_rng(seed)
    drawn = np.stack([_draw(entry, SAMPLES, generator) for entry in bins], axis=1)
    drawn[0] = row
    design = np.empty_like(drawn)
    own = np.empty(len(bins))
    for index, entry in enumerate(bins):
        column = drawn[:, index]
        if "values" in entry:
            design[:, index], own[index] = column == row[index], 1.0
        else:
            mean, spread = column.mean(), column.std() or 1.0
            design[:, index], own[index] = (column - mean) / spread, (row[index] - mean) / spread
    distance2 = ((design - own) ** 2).sum(axis=1)
    kernel = np.exp(-distance2 / (0.75**2 * len(bins)))
    coefficients = ridge(design, score(drawn.astype(np.float32)), kernel)
    typical = np.array([design[:, i].mean() for i in range(len(bins))])
    return coefficients * (own - typical)


def ridge(
    design: np.ndarray, target: np.ndarray, weights: np.ndarray, penalty: float = RIDGE
) -> np.ndarray:
    """Coefficients of weighted ridge regression with an unpenalised intercept; shape (features)."""
    total = weights.sum()
    x = design - weights @ design / total
    y = target - weights @ target / total
    return np.linalg.solve(
        (x * weights[:, None]).T @ x + penalty * np.eye(x.shape[1]), (x * weights[:, None]).T @ y
    )


def _draw(entry: dict, samples: int, generator: np.random.Generator) -> np.ndarray:
    """Values of one feature drawn from its reference bins."""
    share = np.asarray(entry["proportions"])
    if "values" in entry:
        return generator.choice(
            np.asarray(entry["values"], dtype=float), size=samples, p=share / share.sum()
        )
    return np.interp(
        generator.random(samples), np.cumsum(share)[:-1], np.asarray(entry["edges"], dtype=float)
    )
