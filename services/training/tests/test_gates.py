"""A failed gate names itself, its value and its threshold, and leaves everything else alone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import digests, run_to, step

from causeway_training.__main__ import main
from causeway_training.errors import GateFailure


def spoil_type(rows: pd.DataFrame) -> pd.DataFrame:
    rows["debt"] = rows["debt"].astype(object)
    rows.loc[3, "debt"] = "much"
    return rows


DATA = {
    "too few rows": (lambda r: r[:90], "rows", 90),
    "a value out of range": (
        lambda r: r.assign(debt=r.debt.where(r.index != 5, 11.0)),
        "invalid values of debt",
        1,
    ),
    "a category that the contract does not know": (
        lambda r: r.assign(history=r.history.where(r.index != 5, 7)),
        "invalid values of history",
        1,
    ),
    "text where a number belongs": (spoil_type, "invalid values of debt", 1),
    "an infinite value": (
        lambda r: r.assign(debt=r.debt.where(r.index != 5, np.inf)),
        "invalid values of debt",
        1,
    ),
    "too much missing": (
        lambda r: r.assign(income=r.income.where(r.index % 2 == 0)),
        "missing share of income",
        None,
    ),
    "a missing target": (
        lambda r: r.assign(good=r.good.where(r.index != 0)),
        "rows with the target missing",
        1,
    ),
    "one label only": (lambda r: r.assign(good=1), "rows of the rarer label", 0),
    "a feature that knows the answer": (
        lambda r: r.assign(debt=r.good * 2.0),
        "leakage: single-feature AUC of debt",
        1.0,
    ),
    "rows that repeat": (
        lambda r: pd.concat([r, r[:200]]),
        "leakage: share of repeated rows",
        0.25,
    ),
    "a group that is too small": (
        lambda r: r[(r.left == 1) | (r.index < 25)],
        "rows of group right (side), for 20 in the 30% held out",
        None,
    ),
}


@pytest.mark.parametrize("case", DATA)
def test_validate_refuses(case: str, workshop: Workshop) -> None:
    change, gate, value = DATA[case]
    workshop.write_rows(change(make_rows()))
    context = workshop.context()
    step("collect").run(context)
    with pytest.raises(GateFailure) as caught:
        step("validate").run(context)
    failed = {g["gate"]: g["value"] for g in caught.value.gates}
    assert gate in failed
    assert value is None or failed[gate] == pytest.approx(value)


def test_evaluate_refuses_a_model_below_the_contract(workshop: Workshop) -> None:
    workshop.write_contract(
        lambda c: c["gates"]["performance"].append({"metric": "recall", "min": 0.999})
    )
    context = workshop.context()
    run_to(context, "train")
    with pytest.raises(GateFailure, match=r"recall: value 0\.\d+, threshold at least 0.999"):
        step("evaluate").run(context)


@pytest.fixture()
def champion(workshop: Workshop) -> Path:
    """A release trained on one weak feature only."""
    context = workshop.context(
        "champion", parameters={"only": 1}, to=str(workshop.root / "champion-release")
    )
    workshop.write_contract(
        lambda c: c["gates"].update(performance=[{"metric": "brier", "max": 0.5}], fairness=[])
    )
    context = workshop.context(
        "champion", parameters={"only": 1}, to=str(workshop.root / "champion-release")
    )
    run_to(context, "package")
    step("release").run(context)
    workshop.write_contract()
    return workshop.root / "champion-release"


def test_a_challenger_that_is_better_by_more_than_noise_passes_and_gets_the_next_version(
    workshop: Workshop, champion: Path
) -> None:
    context = workshop.context(champion=champion)
    run_to(context, "package")
    found = json.loads((context.run.folder("evaluate") / "evaluation.json").read_text())[
        "comparison"
    ]
    assert found["after"] > found["before"] + 0.1 and found["p"] < 0.01
    assert (
        json.loads((context.run.folder("package") / "manifest.json").read_text())["version"]
        == "1.0.1"
    )


def test_a_challenger_that_is_no_better_is_refused_and_the_champion_is_untouched(
    workshop: Workshop, champion: Path
) -> None:
    workshop.write_contract(
        lambda c: c["gates"].update(performance=[{"metric": "brier", "max": 0.5}], fairness=[])
    )
    before = digests(champion)
    arguments = [
        "all",
        "--contract",
        str(workshop.model / "model.yaml"),
        "--run",
        str(workshop.root / "again"),
        "--source",
        str(workshop.root / "data.csv"),
    ]
    code = main(
        [*arguments, "--parameter", "only=1", "--champion", str(champion), "--to", str(champion)]
    )
    assert code == 3
    assert digests(champion) == before
    assert (workshop.root / "again" / "evaluate.failed" / "evaluation.json").exists()


def test_a_challenger_that_is_worse_for_one_group_only_is_refused(workshop: Workshop) -> None:
    """The challenger learns from rows whose labels of the smaller side are turned around: better
    nowhere, worse for that side."""
    from causeway_training.champion import Champion
    from causeway_training.comparison import losing_groups
    from causeway_training.rows import read_rows

    fair = workshop.context("fair", to=str(workshop.root / "fair-release"))
    run_to(fair, "package")
    step("release").run(fair)
    rows = read_rows(fair.run.folder("prepare") / "holdout.csv")
    old = Champion.open(str(workshop.root / "fair-release"), "small")
    scores = old.score(rows)
    worse = np.where(rows.side == "right", 1 - scores, scores)
    found = losing_groups(fair.contract, old, rows, worse)
    failed = {g["gate"].split(" for ")[-1] for g in found["gates"] if not g["passed"]}
    kept = "selection-rate-ratio of side, which champion 1.0.0 keeps"
    assert failed - {kept} == {"right (side)"}
    same = losing_groups(fair.contract, old, rows, scores)
    assert all(g["passed"] for g in same["gates"])


def test_drift_against_the_champion_is_reported_and_is_no_gate(
    workshop: Workshop, champion: Path
) -> None:
    workshop.write_rows(make_rows(seed=9, shift=0.6))
    context = workshop.context("shifted", champion=champion)
    run_to(context, "validate")
    drift = {
        d["feature"]: d["drifted"]
        for d in json.loads((context.run.folder("validate") / "validation.json").read_text())[
            "drift"
        ]
    }
    assert drift == {"debt": True, "income": False, "history": False}


def test_a_disagreement_of_explanations_is_reported_and_is_no_gate(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import causeway_training.explaining as explaining

    monkeypatch.setattr(explaining, "lime", lambda score, row, bins, seed: -np.arange(3.0))
    context = workshop.context()
    run_to(context, "package")
    package = context.run.folder("package")
    explanation = json.loads((package / "explanation.json").read_text())
    assert explanation["lime"]["medianSpearman"] < 0.6 and "gates" not in explanation
    assert "reported and not judged: median" in (package / "model-card.md").read_text()


def leaking(workshop: Workshop) -> None:
    """Every row's debt knows the label, but for one in fifty."""
    rows = make_rows()
    rows["debt"] = rows.debt / 100 + np.where(rows.index % 50 == 0, 1 - rows.good, rows.good)
    workshop.write_rows(rows)


def test_a_feature_that_the_contract_excepts_from_leakage_is_taken_and_named(
    workshop: Workshop,
) -> None:
    leaking(workshop)
    reason = "Known a year before the decision."
    workshop.write_contract(
        lambda c: c["data"].update(leakageExceptions=[{"feature": "debt", "reason": reason}])
    )
    context = workshop.context()
    run_to(context, "package")
    package = context.run.folder("package")
    (named,) = json.loads((package / "manifest.json").read_text())["leakageExceptions"]
    assert named == {"feature": "debt", "auc": pytest.approx(0.98, abs=0.01), "reason": reason}
    assert f"- debt, AUC {named['auc']:.3f}: {reason}" in (package / "model-card.md").read_text()


def test_an_exception_of_another_feature_lets_nothing_leak(workshop: Workshop) -> None:
    leaking(workshop)
    workshop.write_contract(
        lambda c: c["data"].update(leakageExceptions=[{"feature": "income", "reason": "Early."}])
    )
    context = workshop.context()
    step("collect").run(context)
    with pytest.raises(GateFailure, match="leakage: single-feature AUC of debt"):
        step("validate").run(context)


def test_an_exception_that_is_not_needed_is_not_named(workshop: Workshop) -> None:
    workshop.write_contract(
        lambda c: c["data"].update(leakageExceptions=[{"feature": "debt", "reason": "Early."}])
    )
    context = workshop.context()
    run_to(context, "package")
    manifest = (context.run.folder("package") / "manifest.json").read_text()
    assert "leakageExceptions" not in manifest


def test_release_demands_every_recorded_gate(workshop: Workshop) -> None:
    from causeway_training.errors import InputError

    context = workshop.context(to=str(workshop.root / "out"))
    run_to(context, "package")
    audit = context.run.folder("package") / "audit.json"
    audit.write_text(audit.read_text().replace('"passed": true', '"passed": false'))
    with pytest.raises(InputError, match="audit.json is not the file that the step wrote"):
        step("release").run(context)
    assert not (workshop.root / "out").exists()
