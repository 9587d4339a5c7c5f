"""Golden tests against fairlearn."""

import numpy as np
import pytest
from fairlearn import metrics as reference

from causeway_training.statistics.fairness import METRICS, Grouped, judged_cells, metric
from causeway_training.statistics.performance import Scored

GOLDEN = {
    "selection-rate-ratio": reference.demographic_parity_ratio,
    "demographic-parity-difference": reference.demographic_parity_difference,
    "equalized-odds-difference": reference.equalized_odds_difference,
}


def grouped(seed: int, rows: int = 400, minimum: int = 1) -> Grouped:
    g = np.random.default_rng(seed)
    group = g.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    score = np.clip(g.random(rows) + np.where(group == "b", 0.1, 0.0), 0, 1)
    return Grouped(Scored((g.random(rows) < 0.6).astype(np.int8), score, 0.5), group, minimum)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("seed", range(5))
def test_equals_fairlearn(name: str, seed: int) -> None:
    data = grouped(seed)
    found = metric(name, data, np.ones((1, 400)))[0]
    assert found == pytest.approx(
        GOLDEN[name](data.rows.label, data.rows.decision, sensitive_features=data.group), abs=1e-12
    )


def test_does_not_judge_groups_below_the_minimum() -> None:
    data = grouped(0)
    group = data.group.astype("<U8")
    group[:3] = "tiny"
    small = Grouped(data.rows, group, 10)
    assert small.judged() == ["a", "b", "c"]
    known = group != "tiny"
    expected = reference.demographic_parity_ratio(
        data.rows.label[known], data.rows.decision[known], sensitive_features=group[known]
    )
    assert metric("selection-rate-ratio", small, np.ones((1, 400)))[0] == pytest.approx(expected)


def test_does_not_judge_a_cell_of_group_and_label_below_the_minimum() -> None:
    label = np.array([1] * 30 + [0] * 10 + [1] * 25 + [0] * 25)
    data = Grouped(Scored(label, np.linspace(0, 1, 90), 0.5), np.array(["a"] * 40 + ["b"] * 50), 20)
    assert data.judged() == ["a", "b"]
    assert judged_cells(data, 1) == ["a", "b"] and judged_cells(data, 0) == ["b"]


def test_is_undefined_when_only_one_group_can_be_judged() -> None:
    data = Grouped(Scored(np.array([0, 1]), np.array([0.2, 0.8]), 0.5), np.array(["a", ""]), 1)
    assert np.isnan(metric("selection-rate-ratio", data, np.ones((1, 2)))[0])


def test_the_interval_of_equal_groups_holds_the_value() -> None:
    from causeway_training.statistics.bootstrap import estimate, resample_counts

    rows = Scored(np.tile([0, 1], 100), np.tile([0.2, 0.8, 0.8, 0.8], 50), 0.5)
    data = Grouped(rows, np.repeat(["a", "b"], 100), 1)
    found = estimate(
        lambda w: metric("selection-rate-ratio", data, w), resample_counts(data.group, 0)
    )
    assert found["low"] < found["value"] == 1.0 < found["high"]
