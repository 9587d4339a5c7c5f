"""Golden tests against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as reference

from causeway_training.statistics.performance import Scored, calibration_curve, metric

GOLDEN = {
    "accuracy": lambda y, s, w: reference.accuracy_score(y, s >= 0.6, sample_weight=w),
    "precision": lambda y, s, w: reference.precision_score(y, s >= 0.6, sample_weight=w),
    "recall": lambda y, s, w: reference.recall_score(y, s >= 0.6, sample_weight=w),
    "f1": lambda y, s, w: reference.f1_score(y, s >= 0.6, sample_weight=w),
    "auc": lambda y, s, w: reference.roc_auc_score(y, s, sample_weight=w),
    "brier": lambda y, s, w: reference.brier_score_loss(y, s, sample_weight=w),
}


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("ties", [False, True])
def test_equals_scikit_learn_for_every_resample(name: str, ties: bool) -> None:
    g = np.random.default_rng(3)
    score = g.random(200).round(1) if ties else g.random(200)
    label = (g.random(200) < score).astype(np.int8)
    weights = g.integers(0, 4, (5, 200)).astype(float)
    found = metric(name, Scored(label, score, 0.6), weights)
    assert found == pytest.approx([GOLDEN[name](label, score, w) for w in weights], abs=1e-12)


def test_is_undefined_without_positives_instead_of_wrong() -> None:
    rows = Scored(np.zeros(5, dtype=np.int8), np.linspace(0, 1, 5), 0.5)
    assert np.isnan(metric("auc", rows, np.ones((1, 5)))[0])
    assert np.isnan(metric("recall", rows, np.ones((1, 5)))[0])


def test_calibration_error_is_zero_for_a_calibrated_score_and_the_gap_for_a_constant_one() -> None:
    label = np.array([0, 1] * 50, dtype=np.int8)
    assert metric("calibration-error", Scored(label, np.full(100, 0.5), 0.5), np.ones((1, 100)))[
        0
    ] == pytest.approx(0.0)
    assert metric("calibration-error", Scored(label, np.full(100, 0.9), 0.5), np.ones((1, 100)))[
        0
    ] == pytest.approx(0.4)
    assert calibration_curve(Scored(label, np.full(100, 1.0), 0.5)) == [
        {"rows": 100, "score": 1.0, "observed": 0.5}
    ]


def test_refuses_an_unknown_metric() -> None:
    with pytest.raises(ValueError, match="unknown metric gini"):
        metric("gini", Scored(np.array([0, 1]), np.array([0.1, 0.9]), 0.5), np.ones((1, 2)))
