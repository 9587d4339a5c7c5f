"""Bootstrap, stability, representation, leakage, bins."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from causeway_training.statistics.bins import (
    counts_by_edges,
    counts_by_value,
    proportions,
    quantile_edges,
)
from causeway_training.statistics.bootstrap import estimate, interval, resample_counts
from causeway_training.statistics.leakage import feature_auc, missing_auc, repeated_share
from causeway_training.statistics.representation import by_group, wilson
from causeway_training.statistics.stability import psi, psi_threshold


def test_resamples_keep_the_size_of_each_stratum() -> None:
    strata = np.array(["a"] * 30 + ["b"] * 5)
    counts = resample_counts(strata, 0)
    assert counts.shape == (2000, 35)
    assert (counts[:, :30].sum(axis=1) == 30).all() and (counts[:, 30:].sum(axis=1) == 5).all()


def test_the_interval_of_a_mean_is_the_textbook_one() -> None:
    g = np.random.default_rng(1)
    values = g.normal(0, 1, 500)
    found = estimate(lambda w: w @ values / w.sum(axis=1), resample_counts(np.zeros(500), 0))
    half = 1.96 * values.std() / np.sqrt(500)
    assert found["low"] == pytest.approx(values.mean() - half, abs=0.012)
    assert found["high"] == pytest.approx(values.mean() + half, abs=0.012)


def test_undefined_resamples_are_left_out() -> None:
    assert interval(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert np.isnan(interval(np.array([np.nan]))[0])


@pytest.mark.parametrize(("successes", "rows"), [(0, 10), (3, 10), (10, 10), (67, 100)])
def test_wilson_equals_scipy(successes: int, rows: int) -> None:
    golden = binomtest(successes, rows).proportion_ci(method="wilson")
    assert wilson(successes, rows) == pytest.approx((golden.low, golden.high), abs=1e-9)


def test_says_who_belongs_to_no_group() -> None:
    found = by_group(np.array(["a", "", "a"]), np.array([1, 0, 0]), ["a", "b"])
    assert [(f["group"], f["rows"], f["positive"]) for f in found] == [
        ("a", 2, 0.5),
        ("b", 0, None),
        ("unknown", 1, 0.0),
    ]


@pytest.mark.parametrize("rows", [100, 1000])
def test_the_stability_threshold_keeps_its_rate_of_false_alarms(rows: int) -> None:
    g = np.random.default_rng(7)
    alarms = 0
    for _ in range(1000):
        expected, observed = (proportions(g.multinomial(n, np.full(10, 0.1))) for n in (1400, rows))
        alarms += psi(expected, observed) > psi_threshold(10, 1400, rows, 0.05)
    assert 25 <= alarms <= 80  # 5% of 1,000, with four standard errors


def test_bins_count_every_value_once_and_include_their_upper_edge() -> None:
    assert counts_by_edges(np.array([0.0, 1.0, 1.5, 2.0, 9.0]), [1.0, 2.0]).tolist() == [2, 2, 1]
    g = np.random.default_rng(0)
    for _ in range(50):
        values = g.normal(0, 10, 500).round(g.integers(0, 3))
        edges = quantile_edges(values)
        assert edges == sorted(set(edges)) and counts_by_edges(values, edges).sum() == 500


def test_an_empty_bin_has_a_positive_share() -> None:
    shares = proportions(counts_by_value(np.array([1.0, 1.0]), (1, 2, 3)))
    assert sum(shares) == pytest.approx(1.0) and min(shares) > 0


def test_a_feature_that_knows_the_answer_is_seen_whatever_its_direction() -> None:
    label = np.array([0, 1] * 20)
    assert feature_auc(-label.astype(float), label) == 1.0
    assert missing_auc(np.where(label == 1, np.nan, 1.0), label) == 1.0
    assert np.isnan(feature_auc(np.ones(40), label))


def test_counts_rows_that_repeat_an_earlier_one() -> None:
    assert repeated_share(pd.DataFrame({"a": [1, 1, 2, 1]})) == 0.5
