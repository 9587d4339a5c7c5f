"""Rows of a model: reading and writing them the same way every time, and the views that the steps
take."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .contract import Attribute, Contract
from .errors import InputError


def read_rows(path: Path) -> pd.DataFrame:
    """Reads a CSV file with a header.

    Raises InputError on anything that is not one.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    return parse_rows(data, str(path))


def parse_rows(data: bytes, source: str) -> pd.DataFrame:
    """Reads the text of a CSV file with a header.

    Raises InputError on anything that is not one.
    """
    try:
        return pd.read_csv(BytesIO(data), float_precision="round_trip", encoding="utf-8")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(source, [f"not a CSV table: {str(error).strip()}"]) from None


def write_rows(path: Path, rows: pd.DataFrame) -> None:
    """Writes CSV whose bytes depend on nothing but the rows."""
    rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


#: A time of the contract's time column: texts sort as their times do, numbers are as they are.
Moment = str | float


def moment(value: Any) -> Moment | None:
    """A value of the time column as JSON holds it; None where it is missing."""
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def inputs(contract: Contract, rows: pd.DataFrame) -> np.ndarray:
    """The model's input: float32 (rows x features) in the contract's order, NaN where missing."""
    return rows[contract.feature_names].to_numpy(dtype=np.float32)


def labels(contract: Contract, rows: pd.DataFrame) -> np.ndarray:
    """1 where the target is the positive value, else 0."""
    return (rows[contract.target] == contract.positive).to_numpy(dtype=np.int8)


def group_of(attribute: Attribute, rows: pd.DataFrame) -> np.ndarray:
    """The group of each raw row, by the contract's first match; empty text where none matches."""
    names = np.full(len(rows), "", dtype=object)
    for group in reversed(attribute.groups):
        names[(rows[group.column] == group.equals).to_numpy()] = group.name
    return names.astype(str)


def groups(attribute: str, rows: pd.DataFrame) -> np.ndarray:
    """The group of each prepared row, as the prepare step stored it; empty text where unknown."""
    return rows[attribute].fillna("").astype(str).to_numpy()


def strata(contract: Contract, rows: pd.DataFrame) -> np.ndarray:
    """One text per prepared row that joins its groups of all protected attributes."""
    joined = np.full(len(rows), "", dtype=object)
    for attribute in contract.attributes:
        joined = joined + "/" + groups(attribute.name, rows).astype(object)
    return joined.astype(str)
