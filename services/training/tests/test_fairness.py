"""Golden tests against fairlearn, and how often intervals hold the truth."""

import math

import numpy as np
import pytest
from fairlearn import metrics as reference
from scipy.stats.contingency import relative_risk

from causeway_training.gates import FAILED, HELD, NOT_SHOWN, interval_gate
from causeway_training.statistics.fairness import METRICS, Grouped, interval, metric, unjudged
from causeway_training.statistics.intervals import (
    Cell,
    difference,
    greatest_difference,
    least_ratio,
    log_ratio,
)
from causeway_training.statistics.performance import Scored
from causeway_training.statistics.representation import Z95

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
    golden = GOLDEN[name](data.rows.label, data.rows.decision, sensitive_features=data.group)
    assert metric(name, data) == pytest.approx(golden, abs=1e-12)
    low, high = interval(name, data)
    assert low <= golden <= high


def test_does_not_judge_groups_below_the_minimum_and_names_them() -> None:
    data = grouped(0)
    group = data.group.astype("<U8")
    group[:3] = "tiny"
    small = Grouped(data.rows, group, 10)
    assert small.judged() == ["a", "b", "c"]
    known = group != "tiny"
    expected = reference.demographic_parity_ratio(
        data.rows.label[known], data.rows.decision[known], sensitive_features=group[known]
    )
    assert metric("selection-rate-ratio", small) == pytest.approx(expected)
    declared = ["a", "b", "c", "tiny", "absent"]
    assert unjudged("selection-rate-ratio", small, declared) == ["tiny", "absent"]


def test_names_a_cell_of_group_and_label_below_the_minimum() -> None:
    label = np.array([1] * 30 + [0] * 10 + [1] * 25 + [0] * 25)
    data = Grouped(Scored(label, np.linspace(0, 1, 90), 0.5), np.array(["a"] * 40 + ["b"] * 50), 20)
    assert data.judged() == ["a", "b"]
    assert [[cell.name for cell in data.cells(label)] for label in (1, 0)] == [["a", "b"], ["b"]]
    name = "equalized-odds-difference"
    assert unjudged(name, data, ["a", "b"]) == ["falsePositiveRate of a"]
    assert unjudged("selection-rate-ratio", data, ["a", "b"]) == []


def test_is_undefined_when_only_one_group_can_be_judged() -> None:
    data = Grouped(Scored(np.array([0, 1]), np.array([0.2, 0.8]), 0.5), np.array(["a", ""]), 1)
    assert math.isnan(metric("selection-rate-ratio", data))
    assert all(map(math.isnan, interval("selection-rate-ratio", data)))


def test_the_difference_is_that_of_newcombe() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table II, examples (a) and (c), method 10.
    assert difference(Cell("a", 56, 70), Cell("b", 48, 80), Z95) == pytest.approx(
        (0.0524, 0.3339), abs=1e-4
    )
    assert difference(Cell("a", 6, 7), Cell("b", 2, 7), Z95) == pytest.approx(
        (0.0582, 0.8062), abs=1e-4
    )


def test_the_ratio_is_near_that_of_scipy_for_many_rows() -> None:
    golden = relative_risk(700, 1000, 860, 1000).confidence_interval()
    found = [math.exp(end) for end in log_ratio(Cell("a", 700, 1000), Cell("b", 860, 1000), Z95)]
    assert found == pytest.approx([golden.low, golden.high], abs=2e-3)


@pytest.mark.parametrize("cell", [Cell("none", 0, 40), Cell("all", 40, 40)])
def test_a_rate_of_none_or_all_has_an_interval(cell: Cell) -> None:
    other = Cell("other", 20, 40)
    low, high = least_ratio([[cell, other]])
    assert 0 <= low < high <= 1
    assert all(math.isfinite(end) for end in greatest_difference([[cell, other]]))


#: Selection rates and rows of the groups of a population.
POPULATIONS = {
    "two alike": [(0.8, 200), (0.8, 200)],
    "three alike": [(0.8, 60)] * 3,
    "six alike and small": [(0.8, 30)] * 6,
    "four fifths": [(0.9, 300), (0.72, 60)],
    "one of six is behind": [(0.9, 400)] * 5 + [(0.6, 40)],
    "rare": [(0.1, 300), (0.07, 200), (0.1, 100)],
}


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_interval_holds_the_truth_in_95_of_100_data_sets(population: str) -> None:
    """Allowed: three standard errors of 1,500 data sets below 95%."""
    groups = POPULATIONS[population]
    rates, rows = zip(*groups)
    generator = np.random.default_rng(11)
    truth = min(rates) / max(rates), max(rates) - min(rates)
    held = np.zeros(2)
    for selected in generator.binomial(rows, rates, (1500, len(rows))):
        cells = [Cell(str(i), int(k), n) for i, (k, n) in enumerate(zip(selected, rows))]
        for i, (low, high) in enumerate((least_ratio([cells]), greatest_difference([cells]))):
            held[i] += low - 1e-12 <= truth[i] <= high + 1e-12
    assert (held / 1500 >= 0.933).all(), held / 1500


def outcomes(groups: list[tuple[float, int]], sets: int = 400) -> dict[str, float]:
    """How often a four-fifths gate has each outcome."""
    rates, rows = zip(*groups)
    generator = np.random.default_rng(13)
    found = []
    for selected in generator.binomial(rows, rates, (sets, len(rows))):
        cells = [Cell(str(i), int(k), n) for i, (k, n) in enumerate(zip(selected, rows))]
        shares = [cell.share for cell in cells]
        ends = least_ratio([cells])
        value = min(shares) / max(shares)
        found.append(interval_gate("ratio", value, ends, minimum=0.8)["outcome"])
    return {name: found.count(name) / sets for name in (HELD, FAILED, NOT_SHOWN)}


def test_a_ratio_at_the_bound_is_hardly_ever_shown_to_hold_or_to_fail() -> None:
    found = outcomes([(0.9, 300), (0.72, 300)])
    assert found[HELD] <= 0.05 and found[FAILED] <= 0.05


def test_equal_groups_are_not_refused_and_a_fair_model_with_rows_is_shown_to_be() -> None:
    assert outcomes([(0.8, 30)] * 6)[FAILED] <= 0.01
    assert outcomes([(0.8, 30)] * 6)[HELD] <= 0.5
    assert outcomes([(0.8, 1000)] * 3)[HELD] >= 0.99
    assert outcomes([(0.9, 500), (0.5, 200)])[FAILED] >= 0.99
