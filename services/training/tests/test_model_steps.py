"""The steps that fit, mitigate, judge, explain and compress a model."""

import numpy as np
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.errors import GateFailure, InputError
from causeway_training.onnx_model import Scorer
from causeway_training.rows import read_rows
from causeway_training.run import read_json


def test_onnx_scores_are_those_of_scikit_learn_with_missing_values(workshop: Workshop) -> None:
    for kind in ("linear", "boosted"):
        context = workshop.context(kind, parameters={"kind": kind})
        run_to(context, "train")
        assert read_json(context.run.folder("train") / "training.json")["exportError"] < 1e-5
        scores = Scorer.open(context.run.folder("train") / "model.onnx").score(
            np.array([[0, np.nan, 1], [3, 0, 2]], dtype=np.float32)
        )
        assert scores.shape == (2,) and ((scores > 0) & (scores < 1)).all()


STRANGERS = """
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

PARAMETERS = {"kind": ""}


def estimator(features, parameters, seed):
    kind = globals()[parameters["kind"]]
    return kind()
"""


@pytest.mark.parametrize(
    "kind, said",
    [
        (
            "LogisticRegression",
            "rows without income: rows that the estimator of train.py refuses: value 64,"
            ' such as "Input X contains NaN."',
        ),
        (
            "GaussianNB",
            "rows without income: rows that the estimator of train.py refuses: value 64",
        ),
        (
            "RandomForestClassifier",
            "rows without income: largest difference between ONNX and scikit-learn scores",
        ),
        (
            "LinearDiscriminantAnalysis",
            "training rows: largest difference between ONNX and scikit-learn scores",
        ),
    ],
)
def test_a_model_that_answers_otherwise_where_training_rows_do_not_show_it(
    workshop: Workshop, kind: str, said: str
) -> None:
    (workshop.model / "train.py").write_text(STRANGERS)
    workshop.write_rows(make_rows().fillna({"income": 0}))
    with pytest.raises(GateFailure) as caught:
        run_to(workshop.context(parameters={"kind": kind}), "train")
    assert said in str(caught.value)


@pytest.mark.parametrize("kind", ["GaussianProcessClassifier", "SVC", "DummyClassifier"])
def test_an_estimator_without_a_converter_is_told_in_one_line(
    workshop: Workshop, kind: str
) -> None:
    code = STRANGERS.replace(
        "PARAMETERS", "from sklearn.dummy import DummyClassifier\nPARAMETERS", 1
    )
    (workshop.model / "train.py").write_text(
        code.replace("PARAMETERS", "from sklearn.svm import SVC\nPARAMETERS", 1)
    )
    workshop.write_rows(make_rows().fillna({"income": 0}))
    with pytest.raises(InputError) as caught:
        run_to(workshop.context(parameters={"kind": kind}), "train")
    assert len(caught.value.problems) == 1 and len(str(caught.value)) < 400


def test_a_score_that_is_no_number_is_never_evaluated(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = workshop.context()
    run_to(context, "train")
    right = Scorer.score

    def poisoned(scorer: Scorer, rows: np.ndarray) -> np.ndarray:
        scores = right(scorer, rows)
        scores[0] = np.nan
        return scores

    monkeypatch.setattr(Scorer, "score", poisoned)
    with pytest.raises(GateFailure, match="score is no number from 0 to 1: value 1"):
        step("evaluate").run(context)


def test_mitigation_lifts_the_ratio_and_the_model_takes_no_group(workshop: Workshop) -> None:
    workshop.write_rows(make_rows(1500, unfair=0.9))
    context = workshop.context(parameters={"kind": "linear"})
    run_to(context, "train")
    report = read_json(context.run.folder("train") / "training.json")
    before, after = (
        report["outOfFold"]["unmitigated"][0]["value"],
        report["outOfFold"]["mitigated"][0]["value"],
    )
    assert report["mitigated"] and before < 0.8 < after and report["boundsMetOutOfFold"]
    assert Scorer.open(context.run.folder("train") / "model.onnx").features == 3
    assert (context.run.folder("train") / "unmitigated.onnx").exists()


def test_mitigation_can_be_switched_off_and_then_the_audit_refuses(workshop: Workshop) -> None:
    workshop.write_rows(make_rows(1500, unfair=0.9))
    context = workshop.context(mitigation="off")
    run_to(context, "evaluate")
    with pytest.raises(GateFailure) as caught:
        step("audit").run(context)
    assert [g["gate"] for g in caught.value.gates] == ["selection-rate-ratio of side"]
    assert "value 0." in str(caught.value) and "threshold at least 0.8" in str(caught.value)
    found = read_json(context.run.path / "audit.failed" / "audit.json")
    assert {g["group"] for g in found["attributes"][0]["groups"]} == {"left", "right"}
    with pytest.raises(InputError, match="step audit has not finished here"):
        step("explain").run(context)


def test_the_audit_equals_fairlearn(workshop: Workshop) -> None:
    from fairlearn.metrics import demographic_parity_ratio, equalized_odds_difference

    context = workshop.context()
    run_to(context, "audit")
    rows = read_rows(context.run.folder("prepare") / "holdout.csv")
    decision = (
        Scorer.open(context.run.folder("train") / "model.onnx").score(
            rows[["debt", "income", "history"]].to_numpy(np.float32)
        )
        >= 0.5
    )
    found = read_json(context.run.folder("audit") / "audit.json")["attributes"][0]["metrics"]
    assert found["selection-rate-ratio"]["value"] == pytest.approx(
        demographic_parity_ratio(rows.good, decision, sensitive_features=rows.side)
    )
    assert found["equalized-odds-difference"]["value"] == pytest.approx(
        equalized_odds_difference(rows.good, decision, sensitive_features=rows.side)
    )


def test_a_linear_model_is_explained_exactly_and_a_boosted_one_by_sampling(
    workshop: Workshop,
) -> None:
    for kind, additive in (("linear", True), ("boosted", False)):
        context = workshop.context(kind, parameters={"kind": kind})
        run_to(context, "explain")
        found = read_json(context.run.folder("explain") / "explanation.json")
        assert found["additive"] is additive and found["efficiencyError"] < 1e-4
        assert {i["feature"] for i in found["importance"][:2]} == {"debt", "income"}


def test_every_metric_has_an_interval_overall_and_in_each_slice_that_is_large_enough(
    workshop: Workshop,
) -> None:
    context = workshop.context()
    run_to(context, "evaluate")
    found = read_json(context.run.folder("evaluate") / "evaluation.json")
    assert set(found["metrics"]) == {
        "accuracy",
        "precision",
        "recall",
        "f1",
        "auc",
        "brier",
        "calibration-error",
    }
    assert [s["slice"] for s in found["slices"]] == [
        "side=left",
        "side=right",
        "history=0",
        "history=1",
        "history=2",
    ]
    assert sum(s["rows"] for s in found["slices"][:2]) == found["rows"] and all(
        s["rows"] >= 20 for s in found["slices"]
    )
    assert all(
        set(s["metrics"]) == {"accuracy", "precision", "recall", "auc"} for s in found["slices"]
    )
    overall, sliced = (
        found["metrics"]["accuracy"],
        [s["metrics"]["accuracy"] for s in found["slices"]],
    )
    assert all(m["low"] < m["value"] < m["high"] for m in [overall, *sliced])
    width = overall["high"] - overall["low"]
    assert all(m["high"] - m["low"] > width for m in sliced)


def test_a_student_replaces_a_big_model_only_within_tolerance(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    compress = step("compress")
    context = workshop.context("strict", parameters={"kind": "boosted"})
    run_to(context, "compress")
    strict = read_json(context.run.folder("compress") / "compression.json")
    assert (
        strict["kept"] == "original"
        and strict["candidates"][0]["why"] == "no weights that can be stored as int8"
    )
    monkeypatch.setattr(compress, "MINIMUM_DECISION_AGREEMENT", 0.5)
    monkeypatch.setattr(compress, "MAXIMUM_METRIC_LOSS", 1.0)
    context = workshop.context("lax", parameters={"kind": "boosted"})
    run_to(context, "package")
    lax = read_json(context.run.folder("compress") / "compression.json")
    assert lax["kept"].startswith("student")
    kept = next(c for c in lax["candidates"] if c["kept"])
    assert (
        (context.run.folder("package") / "model.onnx").stat().st_size
        == kept["bytes"]
        < strict["candidates"][1]["bytes"] / 2
    )
    measured = read_json(context.run.folder("compress") / "measured.json")
    assert measured["original"]["bytes"] > 2 * measured[lax["kept"]]["bytes"] == 2 * kept["bytes"]
    assert all(0 < m["p50Microseconds"] <= m["p99Microseconds"] for m in measured.values())
    judged = read_json(context.run.folder("package") / "evaluation.json")["metrics"]["auc"]["value"]
    assert (
        judged
        != read_json(context.run.folder("evaluate") / "evaluation.json")["metrics"]["auc"]["value"]
    )
