"""Values of the data as codes, like the server's; test/contracts has the cases."""

import json

import numpy as np
import pandas as pd
import pytest

from causeway_training.encoding import encode
from causeway_training.provenance import SERVICES

CASES = json.loads((SERVICES.parent / "test/contracts/encodings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["feature"])[:60])
def test_codes_are_those_of_the_server(case: dict) -> None:
    values, codes = zip(*case["codes"])
    assert encode(case["feature"], pd.Series(values, dtype=object)).tolist() == list(codes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["feature"])[:60])
def test_other_values_and_missing_ones_have_no_code(case: dict) -> None:
    cells = pd.Series([*case["refused"], None, np.nan], dtype=object)
    assert encode(case["feature"], cells).isna().all()


@pytest.mark.parametrize("text", ["True", "true", "TRUE", "1"])
def test_truth_is_read_however_a_tool_writes_it(text: str) -> None:
    assert encode({"type": "boolean"}, pd.Series([text])).tolist() == [1.0]


def test_a_truth_value_is_no_number() -> None:
    column = pd.Series([True, False])
    assert encode({"type": "category", "values": [0, 1]}, column).isna().all()
    assert encode({"type": "float", "min": 0, "max": 1}, column).isna().all()
