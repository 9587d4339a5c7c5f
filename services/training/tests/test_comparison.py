"""Champion against challenger: a loss or gain is found at any number of rows, and noise is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop
from scipy.stats import binomtest

from causeway_training.comparison import losing_groups
from causeway_training.contract import Attribute, Contract, Group, load_contract
from causeway_training.errors import InputError
from causeway_training.statistics.bootstrap import resample_counts
from causeway_training.statistics.paired import mcnemar, paired, standard_error
from causeway_training.statistics.performance import Scored, metric


@dataclass(frozen=True)
class Scores:
    """A champion that scores rows as it is told."""

    values: np.ndarray
    threshold: float = 0.5
    manifest = {"version": "1.0.0"}

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        return self.values


def five_groups(contract: Contract) -> Contract:
    """The contract with one attribute of five groups, `g0` to `g4`."""
    groups = tuple(Group(f"g{i}", "g", i) for i in range(5))
    attribute = Attribute("kind", groups, "g0", "Kind")
    return replace(contract, attributes=(attribute,), fairness=())


def right_in(share: float, label: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Scores whose decision is right in a share of the rows."""
    right = generator.random(len(label)) < share
    return np.where(right, label, 1 - label) * 0.8 + 0.1


def test_a_great_loss_in_one_of_five_groups_of_30_000_rows_is_found(workshop: Workshop) -> None:
    contract = five_groups(load_contract(workshop.model / "model.yaml"))
    generator = np.random.default_rng(1)
    label = (generator.random(150_000) < 0.5).astype(np.int8)
    kind = np.repeat([f"g{i}" for i in range(5)], 30_000)
    rows = pd.DataFrame({"good": label, "kind": kind})
    before = right_in(0.9, label, generator)
    after = np.where(kind == "g3", right_in(0.6, label, generator), before)
    found = losing_groups(contract, Scores(before), rows, after)
    failed = {g["gate"].split(" for ")[-1] for g in found["gates"] if not g["passed"]}
    assert failed == {"g3 (kind)"}


def noisy_pair(
    rows: int, generator: np.random.Generator, better: float = 0.0
) -> tuple[Scored, Scored]:
    """Two models that see the label through noise, much of which they share."""
    label = (generator.random(rows) < 0.3).astype(np.int8)
    shared = 1.2 * label + generator.normal(0, 1, rows)
    old, new = (shared + generator.normal(0, 0.6, rows) for _ in range(2))
    both = [1 / (1 + np.exp(-odds)) for odds in (old, new + better * label)]
    return Scored(label, both[0], 0.6), Scored(label, both[1], 0.6)


@pytest.mark.parametrize("name", ["accuracy", "recall", "precision", "f1", "auc", "brier"])
def test_no_gain_is_shown_as_often_as_the_level_says(name: str) -> None:
    generator = np.random.default_rng(3)
    found = [paired(name, *noisy_pair(400, generator)) for _ in range(1000)]
    for level in (0.1, 0.02):
        for of in ("p", "p_loss"):
            share = np.mean([getattr(one, of) <= level for one in found])
            assert share <= level + 3 * np.sqrt(level * (1 - level) / len(found))
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.93


@pytest.mark.parametrize("name", ["accuracy", "recall", "precision", "f1", "auc", "brier"])
def test_the_standard_error_is_that_of_resampled_rows(name: str) -> None:
    old, new = noisy_pair(800, np.random.default_rng(5), better=0.5)
    counts = resample_counts(np.zeros(800), 0)
    resampled = (metric(name, new, counts) - metric(name, old, counts)).std()
    assert standard_error(name, old, new) == pytest.approx(resampled, rel=0.1)


def test_equals_the_exact_test_of_scipy() -> None:
    for lost, gained in [(0, 0), (5, 0), (9, 2), (40, 31), (3000, 2700)]:
        golden = binomtest(lost, lost + gained, 0.5, "greater").pvalue if lost + gained else 1.0
        assert mcnemar(lost, gained) == pytest.approx(golden)


def test_a_gain_of_many_rows_reaches_every_level() -> None:
    old, new = noisy_pair(60_000, np.random.default_rng(7), better=0.3)
    assert paired("auc", old, new).p < 1e-9 and paired("accuracy", old, new).p < 1e-9


def test_equal_models_show_nothing_and_a_perfect_one_is_no_more_than_its_rows() -> None:
    label = np.array([0, 1] * 10, dtype=np.int8)
    flat, perfect = Scored(label, np.full(20, 0.5), 0.6), Scored(label, label * 1.0, 0.6)
    assert paired("auc", flat, flat).p == 1.0
    assert paired("auc", flat, perfect).p == 0.5**20


def test_a_metric_that_is_undefined_shows_nothing() -> None:
    label = np.array([0, 1] * 10, dtype=np.int8)
    nobody = Scored(label, np.zeros(20), 0.6)
    assert np.isnan(paired("precision", nobody, Scored(label, label * 1.0, 0.6)).p)


def test_a_test_that_cannot_reach_its_level_is_an_error(workshop: Workshop) -> None:
    contract = replace(load_contract(workshop.model / "model.yaml"), minimum_group_size=5)
    label = np.ones(60, dtype=np.int8)
    rows = pd.DataFrame({"good": label, "side": ["left"] * 55 + ["right"] * 5})
    with pytest.raises(InputError, match=r"right \(side\): got 5, allowed: at least 7"):
        losing_groups(contract, Scores(label * 0.9), rows, label * 0.9)


def test_a_recall_that_too_few_rows_could_show_to_fall_is_named(workshop: Workshop) -> None:
    contract = load_contract(workshop.model / "model.yaml")
    label = np.array([1] * 30 + [0] * 27 + [1] * 3, dtype=np.int8)
    rows = pd.DataFrame({"good": label, "side": ["left"] * 30 + ["right"] * 30})
    found = losing_groups(contract, Scores(label * 0.9), rows, label * 0.9)
    assert found["notJudged"] == [
        {"attribute": "side", "group": "right", "metric": "recall", "rows": 3}
    ]
    assert len(found["gates"]) == 3 and all(g["passed"] for g in found["gates"])


@pytest.mark.parametrize(("before", "refused"), [(0.9, True), (0.7, False)])
def test_a_challenger_must_keep_a_bound_that_its_champion_keeps(
    before: float, refused: bool, workshop: Workshop
) -> None:
    """The right side is selected in 70% of 40 rows, which shows nothing by itself; a champion that
    is no better there is no reason to refuse."""
    contract = load_contract(workshop.model / "model.yaml")
    side = np.array(["left"] * 100 + ["right"] * 40)
    rows = pd.DataFrame({"good": np.arange(140) % 2, "side": side})
    was, now = (
        np.where(np.r_[np.arange(100) < 90, np.arange(40) < round(40 * share)], 0.9, 0.1)
        for share in (before, 0.7)
    )
    contract = replace(contract, significance=1e-6)  # the paired test of groups is not meant here
    gates = losing_groups(contract, Scores(was), rows, now)["gates"]
    failed = [g["gate"] for g in gates if not g["passed"]]
    name = "selection-rate-ratio of side, which champion 1.0.0 keeps"
    assert failed == ([name] if refused else [])
