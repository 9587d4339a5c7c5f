"""Pseudonyms, k-anonymity, differential privacy."""

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.errors import GateFailure, InputError
from causeway_training.privacy import class_sizes, pseudonymise
from causeway_training.rows import read_rows
from causeway_training.run import read_json

KEY = b"sixteen secret bytes, or more"


def with_subjects(workshop: Workshop) -> None:
    rows = pd.concat([make_rows(300, seed=1), make_rows(300, seed=2)])
    rows["person"] = [f"id-{i % 300}" for i in range(600)]
    workshop.write_rows(rows)
    workshop.write_contract(lambda c: c["data"].update(subjectColumn="person"))


def test_subjects_are_stored_as_keyed_pseudonyms_and_stay_on_one_side(workshop: Workshop) -> None:
    with_subjects(workshop)
    context = workshop.context(subject_key=KEY)
    run_to(context, "prepare")
    train, held = (set(read_rows(context.run.folder("prepare") / f"{name}.csv")["subject"]) for name in ("train", "holdout"))
    assert not train & held and len(train | held) == 300 and 60 < len(held) < 120
    assert all(b"id-1" not in p.read_bytes() for p in context.run.path.rglob("*") if p.is_file())


def test_a_pseudonym_depends_on_the_key_and_needs_one(workshop: Workshop) -> None:
    values = pd.Series(["a", "a", "b"])
    one = pseudonymise(values, KEY)
    assert one[0] == one[1] != one[2] and len(one[0]) == 32
    assert one[0] != pseudonymise(values, b"another key of enough bytes")[0]
    with_subjects(workshop)
    with pytest.raises(InputError, match="a file of at least 16 secret bytes"):
        step("collect").run(workshop.context())


def test_counts_who_shares_a_combination() -> None:
    rows = pd.DataFrame({"a": ["x", "x", "y", None, None], "b": [1, 1, 1, 2, 2]})
    assert class_sizes(rows, ["a", "b"]).tolist() == [2, 2, 1, 2, 2]


def private(workshop: Workshop, **changes: object) -> None:
    settings = {"quasiIdentifiers": ["side", "history"], "k": 5, "maximumSuppressed": 0.02, **changes}
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
    assert found["anonymity"]["suppressed"] == 4 and found["train"] + found["holdout"] == 596


def test_too_many_suppressed_rows_fail_the_gate(workshop: Workshop) -> None:
    private(workshop, k=150)
    context = workshop.context()
    run_to(context, "validate")
    with pytest.raises(GateFailure, match="k-anonymity: share of rows in classes smaller than 150"):
        step("prepare").run(context)


def test_published_bins_are_noisy_within_their_budget_and_repeatable_with_the_key_only(workshop: Workshop) -> None:
    exact = workshop.context("exact")
    run_to(exact, "prepare")
    private(workshop, epsilon=3.0)
    one, two, other = (workshop.context(name, subject_key=key) for name, key in (("one", KEY), ("two", KEY), ("other", KEY[::-1])))
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
    assert "Differential privacy, epsilon 3 in all for one row of the training data: the reference bins of the features" in cards[1]
    assert "Without noise, and so not protected: the model and every value computed from its scores" in cards[1]
    # So it is: the rows of the score bins are those held out, and the rows of features are not those of training.
    report = read_json(context.run.folder("prepare") / "preparation.json")
    reference = read_json(context.run.folder("package") / "reference.json")
    assert reference["score"]["rows"] == report["holdout"]
    assert any(entry["rows"] != report["train"] for entry in reference["features"] if entry["name"] != "income")
