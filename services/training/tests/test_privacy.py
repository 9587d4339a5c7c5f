"""Pseudonyms, k-anonymity, l-diversity, differential privacy and its budget."""

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.errors import GateFailure, InputError
from causeway_training.key_ring import PSEUDONYM, KeyRing
from causeway_training.onnx_model import Scorer
from causeway_training.privacy import class_sizes, diversity, pseudonymise
from causeway_training.rows import read_rows
from causeway_training.run import read_json

KEY = b"k1 " + b"secret" * 8
OTHER = b"k1 " + b"another" * 6


def with_subjects(workshop: Workshop) -> None:
    rows = pd.concat([make_rows(300, seed=1), make_rows(300, seed=2)])
    rows["person"] = [f"id-{i % 300}" for i in range(600)]
    workshop.write_rows(rows)
    workshop.write_contract(lambda c: c["data"].update(subjectColumn="person"))


def test_subjects_are_stored_as_keyed_pseudonyms_and_stay_on_one_side(workshop: Workshop) -> None:
    with_subjects(workshop)
    context = workshop.context(subject_key=KEY)
    run_to(context, "prepare")
    train, held = (
        set(read_rows(context.run.folder("prepare") / f"{name}.csv")["subject"])
        for name in ("train", "holdout")
    )
    assert not train & held and len(train | held) == 300 and 60 < len(held) < 120
    assert all(b"id-1" not in p.read_bytes() for p in context.run.path.rglob("*") if p.is_file())


def test_a_pseudonym_depends_on_the_key_and_needs_one(workshop: Workshop) -> None:
    values = pd.Series(["a", "a", "b"])
    one = pseudonymise(values, KEY, "small")
    assert one[0] == one[1] != one[2] and PSEUDONYM.fullmatch(one[0])
    assert (
        one[0] != pseudonymise(values, OTHER, "small")[0]
        and one[0] != pseudonymise(values, KEY, "other")[0]
    )
    with_subjects(workshop)
    with pytest.raises(InputError, match="the contract names a subject column"):
        step("collect").run(workshop.context())


def test_a_rotation_gives_new_names_and_finds_all_old_ones() -> None:
    ring = KeyRing.parse(OTHER.replace(b"k1", b"k2") + b"\n" + KEY + b"\n", "a test")
    assert (
        ring.current == "k2" and ring.pseudonym("small", "a") == ring.pseudonyms("small", "a")[-1]
    )
    assert ring.pseudonyms("small", "a")[0] == KeyRing.parse(KEY, "a test").pseudonym("small", "a")
    # The model server makes the same names: test/services/model-server/feedback.test.ts holds these
    # too.
    golden = KeyRing.parse(b"k1 " + b"a" * 32 + b"\nk2 " + b"b" * 32 + b"\n", "a test").pseudonyms(
        "small", "id-1"
    )
    assert golden == ["k1.886035b433b7956aa84f2fb69d757f43", "k2.8c8c6b38313919aafe8b0e6d01d76942"]


@pytest.mark.parametrize(
    "ring",
    [b"", b"hunter2", b"k1 hunter2", b"hunter2" * 10, KEY + b"\n" + KEY, b"k0 " + b"hunter2" * 8],
)
def test_a_ring_of_another_form_is_refused_and_never_shown(ring: bytes) -> None:
    with pytest.raises(InputError) as caught:
        KeyRing.parse(ring, "a test")
    assert "hunter2" not in str(caught.value)


def test_diversity_is_that_of_the_least_diverse_class() -> None:
    rows = pd.DataFrame({"a": ["x"] * 4 + ["y"] * 4, "good": [0, 1, 0, 1, 1, 1, 1, 0]})
    found = diversity(rows, ["a"], "good")
    assert found["distinct"] == 2 and found["homogeneousShare"] == 0
    assert found["entropy"] == pytest.approx(np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25))))
    assert diversity(rows.assign(good=[0, 1, 0, 1, 1, 1, 1, 1]), ["a"], "good") == {
        "distinct": 1,
        "entropy": 1.0,
        "homogeneousShare": 0.5,
    }


def test_counts_who_shares_a_combination() -> None:
    rows = pd.DataFrame({"a": ["x", "x", "y", None, None], "b": [1, 1, 1, 2, 2]})
    assert class_sizes(rows, ["a", "b"]).tolist() == [2, 2, 1, 2, 2]


def private(workshop: Workshop, **changes: object) -> None:
    settings = {
        "quasiIdentifiers": ["side", "history"],
        "k": 5,
        "maximumSuppressed": 0.02,
        **({"budget": 100} if "epsilon" in changes else {}),
        **changes,
    }
    workshop.write_contract(lambda c: c["data"].update(privacy=settings))


def test_rows_of_small_classes_are_suppressed(workshop: Workshop) -> None:
    rows = make_rows()
    rows.loc[rows.history == 2, "history"] = 1
    rows.loc[:3, ["history", "left"]] = [2, 1]
    workshop.write_rows(rows)
    private(workshop)
    context = workshop.context()
    run_to(context, "prepare")
    found = read_json(context.run.folder("prepare") / "preparation.json")
    assert (
        found["anonymity"]["diversity"]["distinct"] == 2
        and found["anonymity"]["diversity"]["homogeneousShare"] == 0
    )
    assert found["anonymity"]["suppressed"] == 4 and found["train"] + found["holdout"] == 596


def test_too_many_suppressed_rows_fail_the_gate(workshop: Workshop) -> None:
    private(workshop, k=150)
    context = workshop.context()
    run_to(context, "validate")
    with pytest.raises(GateFailure, match="k-anonymity: share of rows in classes smaller than 150"):
        step("prepare").run(context)


def test_published_bins_are_noisy_within_their_budget_and_repeatable_with_the_key_only(
    workshop: Workshop,
) -> None:
    exact = workshop.context("exact")
    run_to(exact, "prepare")
    private(workshop, epsilon=3.0)
    one, two, other = (
        workshop.context(name, subject_key=key)
        for name, key in (("one", KEY), ("two", KEY), ("other", OTHER))
    )
    for context in (one, two, other):
        run_to(context, "prepare")
    bins = [read_json(c.run.folder("prepare") / "bins.json") for c in (exact, one, two, other)]
    assert bins[1] == bins[2] != bins[3] and bins[1] != bins[0]
    history = [np.array(b[2]["proportions"]) for b in bins]
    assert np.abs(history[1] - history[0]).max() < 0.05
    keyless = workshop.context("keyless")
    run_to(keyless, "validate")
    with pytest.raises(InputError, match="differential privacy"):
        step("prepare").run(keyless)


def test_the_card_says_what_the_noise_protects_and_what_is_exact(workshop: Workshop) -> None:
    exact = workshop.context("exact")
    run_to(exact, "package")
    private(workshop, epsilon=3.0)
    context = workshop.context(subject_key=KEY)
    run_to(context, "package")
    cards = [(c.run.folder("package") / "model-card.md").read_text() for c in (exact, context)]
    assert "Differential privacy: none; no published statistic carries noise." in cards[0]
    assert (
        "Differential privacy, epsilon 3 in all for one row of the training data: the reference"
        " bins of the features" in cards[1]
    )
    assert (
        "Without noise, and so not protected: the model and every value computed from its scores"
        in cards[1]
    )
    # So it is: the rows of the score bins are those held out, and the rows of features are not
    # those of training.
    report = read_json(context.run.folder("prepare") / "preparation.json")
    reference = read_json(context.run.folder("package") / "reference.json")
    assert reference["score"]["rows"] == report["holdout"]
    assert any(
        entry["rows"] != report["train"]
        for entry in reference["features"]
        if entry["name"] != "income"
    )


def test_releases_from_one_dataset_spend_one_budget_and_the_one_beyond_it_is_refused(
    workshop: Workshop,
) -> None:
    private(workshop, epsilon=3.0, budget=7)
    for seed, spent in ((0, 3), (1, 6)):
        context = workshop.context(f"run-{seed}", subject_key=KEY, seed=seed)
        run_to(context, "prepare")
        found = read_json(context.run.folder("prepare") / "preparation.json")["budget"]
        assert found == {"epsilon": 3, "spent": spent, "budget": 7}
    refused = workshop.context("refused", subject_key=KEY, seed=2)
    run_to(refused, "validate")
    with pytest.raises(
        GateFailure,
        match="privacy budget: epsilon spent on this dataset: value 9, threshold at most 7",
    ):
        step("prepare").run(refused)
    assert len(list((workshop.root / "budget").iterdir())) == 2
    again = workshop.context("again", subject_key=KEY, seed=1)
    run_to(again, "prepare")
    assert read_json(again.run.folder("prepare") / "preparation.json")["budget"]["spent"] == 6
    workshop.write_rows(make_rows(seed=9))
    fresh = workshop.context("other-data", subject_key=KEY)
    run_to(fresh, "prepare")
    assert read_json(fresh.run.folder("prepare") / "preparation.json")["budget"]["spent"] == 3


def test_a_budget_that_nobody_keeps_or_that_one_release_breaks_is_refused(
    workshop: Workshop,
) -> None:
    private(workshop, epsilon=3.0, budget=2)
    with pytest.raises(InputError, match="data.privacy.budget: got 2, allowed: at least 3"):
        workshop.context()
    private(workshop, epsilon=3.0)
    context = workshop.context(subject_key=KEY, budget=None)
    run_to(context, "validate")
    with pytest.raises(InputError, match="--budget"):
        step("prepare").run(context)


def test_a_model_trained_with_noise_keeps_its_use_and_spends_its_share(workshop: Workshop) -> None:
    workshop.write_rows(make_rows(4000))
    private(workshop, epsilon=1.0, trainingEpsilon=8.0, budget=10)
    one, other = (
        workshop.context("one", subject_key=KEY),
        workshop.context(
            "other", subject_key=KEY, seed=1, budget=str(workshop.root / "other-budget")
        ),
    )
    run_to(one, "package")
    training = read_json(one.run.folder("train") / "training.json")
    assert (
        training["budget"] == {"epsilon": 8, "spent": 9, "budget": 10}
        and training["mitigated"] is False
    )
    assert set(training) == {"parameters", "mitigated", "exportError", "budget"}
    assert (
        read_json(one.run.folder("evaluate") / "evaluation.json")["metrics"]["auc"]["value"] > 0.75
    )
    missing = Scorer.open(one.run.folder("train") / "model.onnx").score(
        np.array([[0, np.nan, 1]], dtype=np.float32)
    )
    assert 0 < missing[0] < 1
    card = (one.run.folder("package") / "model-card.md").read_text()
    assert (
        "Differential privacy, epsilon 9 in all for one row of the training data: the reference"
        " bins of the features spend 1, the model spends 8." in card
    )
    run_to(other, "train")
    assert (one.run.folder("train") / "model.onnx").read_bytes() != (
        other.run.folder("train") / "model.onnx"
    ).read_bytes()


def test_the_noise_of_training_grows_as_its_epsilon_falls(workshop: Workshop) -> None:
    from causeway_training.private_training import private_model
    from causeway_training.rows import inputs, labels

    context = workshop.context()
    rows = make_rows(2000)
    features, label = inputs(context.contract, rows), labels(context.contract, rows)

    def spread(epsilon: float) -> float:
        models = [
            private_model(context.contract, features, label, epsilon, KEY, seed)
            .named_steps["model"]
            .coef_
            for seed in range(12)
        ]
        return float(np.std(np.vstack(models), axis=0).mean())

    assert spread(0.5) > 2 * spread(50)
