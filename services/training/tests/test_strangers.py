"""Data as others have it: texts, truth values, dates, names with spaces, other separators."""

import re

import numpy as np
import pandas as pd
import pytest
from conftest import SAMPLE, Workshop, make_rows
from helpers import run_to

from causeway_training.errors import GateFailure, InputError
from causeway_training.rows import read_rows
from causeway_training.run import read_json

TRAIN = """
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

PARAMETERS = {}


def estimator(features, parameters, seed):
    numbers = [i for i, one in enumerate(features) if "codes" not in one]
    names = [i for i, one in enumerate(features) if "codes" in one]
    codes = [[float(code) for code in features[i]["codes"]] for i in names]
    columns = ColumnTransformer(
        [
            ("numbers", SimpleImputer(), numbers),
            ("names", OneHotEncoder(categories=codes, sparse_output=False), names),
        ]
    )
    return Pipeline([("columns", columns), ("model", LogisticRegression(max_iter=2000))])
"""


def feature(name: str, **more: object) -> dict:
    return {"name": name, "description": name, "classification": "internal", **more}


FEATURES = [
    feature("total_charges", column="Total Charges", type="float", min=-10, max=10, optional=True),
    feature("plan", column="Plan", type="category", values=["None", "One year", "01"]),
    feature("senior", type="boolean"),
    feature("since", type="date", min="2019-12-01", max="2026-01-01"),
    feature("shop", type="text", maxLength=20, buckets=4),
]


def churn(rows: int = 600) -> pd.DataFrame:
    g = np.random.default_rng(3)
    charges, plan = g.normal(0, 1, rows), g.integers(0, 3, rows)
    odds = 2 * charges + (plan == 1) - 0.5
    left = g.random(rows) < 0.5
    charges[::20] = np.nan
    days = pd.to_datetime("2020-01-01") + pd.to_timedelta(g.integers(0, 900, rows), "D")
    return pd.DataFrame(
        {
            "Total Charges": charges.round(3),
            "Plan": np.array(["None", "One year", "01"])[plan],
            "senior": g.random(rows) < 0.3,
            "since": days.astype(str),
            "shop": np.array(["Café", "Kiosk", "Markt"])[g.integers(0, 3, rows)],
            "side": np.where(left, "links", "rechts"),
            "churn": np.where(g.random(rows) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
        }
    )


def changed(contract: dict) -> None:
    contract["features"] = [dict(one) for one in FEATURES]
    contract["target"] |= {"column": "churn", "positive": "Yes", "negative": "No"}
    groups = [{"name": n, "column": "side", "equals": n} for n in ("links", "rechts")]
    contract["protectedAttributes"][0] |= {"groups": groups, "reference": "links"}
    contract["gates"]["fairness"] = []


@pytest.fixture()
def stranger(workshop: Workshop) -> Workshop:
    (workshop.model / "train.py").write_text(TRAIN)
    workshop.write_contract(changed)
    workshop.write_rows(churn())
    return workshop


def refused(workshop: Workshop) -> str:
    with pytest.raises(GateFailure) as caught:
        run_to(workshop.context(), "prepare")
    return str(caught.value)


def test_every_type_goes_from_a_file_to_a_package(stranger: Workshop) -> None:
    context = stranger.context()
    run_to(context, "package")
    rows = read_rows(context.run.folder("prepare") / "holdout.csv")
    assert sorted(rows["plan"].unique()) == [0, 1, 2], "None is a value here, and 01 is not 1"
    assert sorted(rows["senior"].unique()) == [0, 1]
    assert rows["since"].between(31, 931).all(), "days since the first that the contract allows"
    assert rows["shop"].isin(range(4)).all()
    assert sorted(rows["churn"].unique()) == [0, 1]
    assert set(rows["side"]) == {"links", "rechts"}
    bins = {one["name"]: one for one in read_json(context.run.folder("prepare") / "bins.json")}
    assert bins["plan"]["values"] == [0, 1, 2] and bins["senior"]["values"] == [0, 1]
    assert bins["since"]["type"] == "date" and len(bins["since"]["edges"]) > 5


def test_the_training_code_of_the_sample_takes_every_type(stranger: Workshop) -> None:
    (stranger.model / "train.py").write_bytes((SAMPLE / "train.py").read_bytes())
    for kind in ("linear", "boosted"):
        context = stranger.context(kind, parameters={"estimator": kind})
        run_to(context, "train")


def test_a_failure_of_the_training_code_is_no_argument(stranger: Workshop) -> None:
    (stranger.model / "train.py").write_text(
        "PARAMETERS = {}\n\n\ndef estimator(*_):\n    return float('Month-to-month')\n"
    )
    with pytest.raises(InputError, match=r"estimator\(\) of train.py has 1 problem"):
        run_to(stranger.context(), "train")


def test_a_file_with_another_separator_encoding_and_comma(stranger: Workshop) -> None:
    def form(contract: dict) -> None:
        changed(contract)
        contract["data"]["csv"] = {"separator": ";", "encoding": "cp1252", "decimal": ","}

    stranger.write_contract(form)
    plain = stranger.context("plain")
    run_to(plain, "prepare")
    path = stranger.model / "data.csv"
    path.write_bytes(churn().to_csv(index=False, sep=";", decimal=",").encode("cp1252"))
    own = stranger.context("own", source=None)
    run_to(own, "prepare")
    assert [(c.run.folder("prepare") / "train.csv").read_bytes() for c in (plain, own)] == [
        (plain.run.folder("prepare") / "train.csv").read_bytes()
    ] * 2


def test_a_file_with_another_separator_is_told_as_that(stranger: Workshop) -> None:
    (stranger.root / "data.csv").write_text(churn().to_csv(index=False, sep=";"))
    with pytest.raises(InputError, match="one column, .*Plan.*data.csv.separator"):
        run_to(stranger.context(), "collect")


def test_a_missing_column_comes_with_the_nearest_name(stranger: Workshop) -> None:
    stranger.write_rows(churn().rename(columns={"Total Charges": "TotalCharges"}))
    with pytest.raises(InputError, match='column Total Charges is missing; is it "TotalCharges"?'):
        run_to(stranger.context(), "collect")


@pytest.mark.parametrize(
    "column, value, said",
    [
        ("Plan", "Two year", 'invalid values of plan: value 1, such as "Two year"'),
        ("churn", "9", 'values of churn besides "Yes" and "No": value 1, such as "9"'),
        ("side", "oben", "rows in no group of side, and none of its columns is missing: value 1"),
        ("since", "31/05/2021", 'invalid values of since: value 1, such as "31/05/2021"'),
        ("senior", "maybe", 'invalid values of senior: value 1, such as "maybe"'),
        ("shop", "a name of far too many letters", "invalid values of shop: value 1"),
        ("Plan", None, "allowed: none, or mark it with optional: true"),
        ("Plan", "Two year", "allowed: None, One year, 01"),
        ("since", "31/05/2021", "allowed: ISO 8601 dates from 2019-12-01 to 2026-01-01"),
        ("churn", None, "rows with the target missing: value 1"),
    ],
)
def test_a_cell_that_is_not_allowed_is_shown(
    stranger: Workshop, column: str, value: object, said: str
) -> None:
    rows = churn().astype({column: object})
    rows.loc[7, column] = value
    stranger.write_rows(rows)
    assert said in refused(stranger)


def test_a_target_without_a_negative_value_has_one_other(workshop: Workshop) -> None:
    rows = make_rows()
    rows.loc[[3, 4], "good"] = 9
    workshop.write_rows(rows)
    assert re.search("values of good besides 1 and one other: value [0-9]+", refused(workshop))


def test_truth_values_are_no_codes(workshop: Workshop) -> None:
    rows = make_rows()
    workshop.write_rows(rows.assign(history=rows["history"] > 0))
    assert 'invalid values of history: value 600, such as "' in refused(workshop)


@pytest.mark.parametrize(
    "times, said",
    [
        (["5/31/2021", "12/1/2020"], "neither numbers nor ISO 8601 times: value 600"),
        (["2021-05-31", None], "rows with the time missing: value 300"),
    ],
)
def test_times_sort_as_times_or_are_refused(workshop: Workshop, times: list, said: str) -> None:
    def timed(contract: dict) -> None:
        contract["data"]["timeColumn"] = "when"

    workshop.write_contract(timed)
    workshop.write_rows(make_rows().assign(when=times * 300))
    assert said in refused(workshop)


def test_times_of_several_zones_are_held_out_by_time(workshop: Workshop) -> None:
    def timed(contract: dict) -> None:
        contract["data"]["timeColumn"] = "when"

    workshop.write_contract(timed)
    # 23:30 in New York is later than 01:30 of the next day in Berlin.
    zones = ["2021-05-31T23:30:00-04:00", "2021-06-01T01:30:00+02:00"]
    rows = make_rows().assign(when=[zones[i >= 180] for i in range(600)])
    workshop.write_rows(rows)
    context = workshop.context()
    run_to(context, "prepare")
    held = read_rows(context.run.folder("prepare") / "holdout.csv")
    assert set(held["when"]) == {"2021-06-01T03:30:00.000000Z"} and len(held) == 180
    newest = read_json(context.run.folder("prepare") / "preparation.json")["newest"]
    assert newest == {
        "trained": "2021-05-31T23:30:00.000000Z",
        "all": "2021-06-01T03:30:00.000000Z",
    }


def test_truth_values_of_the_target_however_a_tool_writes_them(stranger: Workshop) -> None:
    def truth(contract: dict) -> None:
        changed(contract)
        contract["target"] |= {"positive": True, "negative": False}
        contract["protectedAttributes"][0]["groups"] = [
            {"name": n, "column": "side", "equals": n == "links"} for n in ("links", "rechts")
        ]

    stranger.write_contract(truth)
    for yes, no in (("True", "False"), ("TRUE", "FALSE"), ("t", "f"), ("1.0", "0.0")):
        rows = churn()
        rows["churn"] = np.where(rows["churn"] == "Yes", yes, no)
        rows["side"] = np.where(rows["side"] == "links", yes, no)
        stranger.write_rows(rows)
        run_to(stranger.context(f"run-{yes}"), "prepare")


def test_points_that_part_thousands_are_no_decimals(workshop: Workshop) -> None:
    def form(contract: dict) -> None:
        contract["data"]["csv"] = {"separator": ";", "decimal": ","}

    workshop.write_contract(form)
    rows = make_rows().astype({"debt": str})
    rows["debt"] = rows["debt"].str.replace(".", ",")
    rows.loc[3, "debt"] = "1.000"
    (workshop.model / "data.csv").write_text(rows.to_csv(index=False, sep=";", decimal=","))
    with pytest.raises(GateFailure) as caught:
        run_to(workshop.context(source=None), "validate")
    said = 'invalid values of debt: value 1, such as "1.000 (decimal is ,)"'
    assert said in str(caught.value), "the one cell that is wrong, not all others"


@pytest.mark.parametrize(
    "text, said",
    [
        ("debt,income\n1,2,5\n3,4,6\n", "not a CSV table"),
        ("debt,debt\n1,2\n3,4\n", "column debt is there more than once"),
        ("debt; a, b\n1;2\n", "data.csv.separator"),
    ],
)
def test_a_table_that_would_be_read_into_wrong_columns(
    workshop: Workshop, text: str, said: str
) -> None:
    (workshop.root / "data.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        run_to(workshop.context(), "collect")


def test_subjects_are_texts(workshop: Workshop) -> None:
    def subjects(contract: dict) -> None:
        contract["data"] |= {"subjectColumn": "id", "directIdentifiers": []}

    workshop.write_contract(subjects)
    rows = make_rows().assign(id=[f"{i:04}" for i in range(600)])
    key = b"k1 " + b"x" * 40
    workshop.write_rows(rows)
    run_to(workshop.context("one", subject_key=key), "collect")
    workshop.write_rows(rows.assign(id=range(600)))
    run_to(workshop.context("two", subject_key=key), "collect")
    one, two = (
        read_rows(workshop.root / name / "collect" / "data.csv")["subject"]
        for name in ("one", "two")
    )
    assert not set(one) & set(two), "0005 is not 5"


def test_the_time_may_be_a_feature_of_another_name(stranger: Workshop) -> None:
    def timed(contract: dict) -> None:
        changed(contract)
        contract["features"][3] = feature(
            "joined", column="since", type="date", min="2019-12-01", max="2026-01-01"
        )
        contract["data"] |= {
            "timeColumn": "since",
            "privacy": {"quasiIdentifiers": ["side", "Plan"], "k": 2, "maximumSuppressed": 0.5},
        }

    stranger.write_contract(timed)
    context = stranger.context()
    run_to(context, "prepare")
    held, kept = (
        read_rows(context.run.folder("prepare") / name)["joined"]
        for name in ("holdout.csv", "train.csv")
    )
    assert held.min() >= kept.max()


@pytest.mark.parametrize(
    "code, said",
    [
        ("import nothing_of_that_name", "cannot be imported: ModuleNotFoundError"),
        ("PARAMETERS = {}\ndef estimator(*_): return {}['kind']", "KeyError: 'kind'"),
        ("PARAMETERS = {}\ndef estimator(*_): pass", "cannot be fitted: AttributeError"),
        ("def estimator(:", "cannot be imported: SyntaxError"),
    ],
)
def test_training_code_that_breaks_is_told_in_one_line(
    workshop: Workshop, code: str, said: str
) -> None:
    (workshop.model / "train.py").write_text(code)
    with pytest.raises(InputError, match=re.escape(said)):
        run_to(workshop.context(), "train")


def test_a_folder_is_no_file(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="no file that can be read"):
        run_to(workshop.context(source=str(workshop.root)), "collect")
