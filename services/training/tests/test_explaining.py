"""Golden tests against shap and scikit-learn; properties of the background."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from causeway_training.background import background
from causeway_training.statistics.lime import lime, ridge
from causeway_training.statistics.shapley import additive_shapley, is_additive, sampled_shapley

BINS = [
    {"name": "a", "edges": [-1.0, 0.0, 1.0], "proportions": [0.25, 0.25, 0.25, 0.25]},
    {"name": "b", "edges": [10.0, 20.0], "proportions": [0.5, 0.25, 0.25]},
    {"name": "c", "values": [0, 1], "proportions": [0.75, 0.25]},
]


def interacting(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=float)
    return x[:, 0] * x[:, 1] / 10 + np.sin(x[:, 0]) + 2 * x[:, 2] * (x[:, 1] > 12)


def linear(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=float) @ np.array([1.0, -0.5, 2.0]) + 3


def test_equals_shap_exactly_when_all_orders_are_walked() -> None:
    shap = pytest.importorskip("shap")
    base, sample = background(BINS, 0), background(BINS, 1)[:5]
    golden = shap.ExactExplainer(interacting, shap.maskers.Independent(base, max_samples=100))(
        sample
    ).values
    assert sampled_shapley(interacting, base, sample, 0, orders=60) == pytest.approx(
        golden, abs=0.08
    )
    assert additive_shapley(linear, base, sample) == pytest.approx(
        shap.ExactExplainer(linear, shap.maskers.Independent(base, max_samples=100))(sample).values,
        abs=1e-6,
    )


@pytest.mark.parametrize("seed", range(10))
def test_values_sum_to_the_score_whatever_the_orders(seed: int) -> None:
    base, sample = background(BINS, seed), background(BINS, seed + 100)
    values = sampled_shapley(interacting, base, sample, seed, orders=1)
    assert values.sum(axis=1) == pytest.approx(
        interacting(sample) - interacting(base).mean(), abs=1e-9
    )


def test_tells_a_sum_of_terms_from_an_interaction() -> None:
    base, sample = background(BINS, 0), background(BINS, 1)
    assert is_additive(linear, base, sample, 1e-6)
    assert not is_additive(interacting, base, sample, 1e-3)


def test_lime_finds_the_terms_of_a_linear_score() -> None:
    row = np.array([1.0, 10.0, 1.0], dtype=np.float32)
    found = lime(linear, row, BINS, 0)
    assert found[0] > 0 and found[1] > 0 and found[2] == pytest.approx(1.5, abs=0.15)


def test_ridge_equals_scikit_learn() -> None:
    g = np.random.default_rng(0)
    x, y, w = g.normal(size=(80, 4)), g.normal(size=80), g.random(80)
    assert ridge(x, y, w) == pytest.approx(
        Ridge(alpha=1.0).fit(x, y, sample_weight=w).coef_, abs=1e-10
    )


def test_the_background_keeps_the_marginals_and_stays_within_the_edges() -> None:
    base = background(BINS, 0)
    assert base.shape == (36, 3) and base.dtype == np.float32
    assert (base[:, 2] == 1).sum() == 9
    assert base[:, 0].min() == -1.0 and base[:, 0].max() == 1.0
    assert (background(BINS, 0) == base).all() and not (background(BINS, 1) == base).all()
