"""Rows of a model: reading and writing them the same way every time, and the views that the steps
take."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas._libs.parsers import STR_NA_VALUES

from .contract import PLAIN_CSV, Attribute, Contract, CsvForm
from .encoding import date, encode, is_text, matches, timestamp
from .errors import InputError
from .privacy import SUBJECT


def read_rows(path: Path, texts: Collection[str] = (), form: CsvForm = PLAIN_CSV) -> pd.DataFrame:
    """Reads a CSV file with a header.

    Cells of the columns `texts` are text, and missing only where they are empty. Raises InputError
    on anything that is not a CSV file.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    except OSError as error:
        raise InputError(str(path), [f"no file that can be read: {error.strerror}"]) from None
    return parse_rows(data, str(path), texts, form)


def parse_rows(
    data: bytes, source: str, texts: Collection[str] = (), form: CsvForm = PLAIN_CSV
) -> pd.DataFrame:
    """:func:`read_rows` of the bytes of a file."""
    how: dict[str, Any] = {
        "sep": form.separator,
        "encoding": form.encoding,
        "decimal": form.decimal,
    }
    try:
        with warnings.catch_warnings():
            # A row with more cells than the header would be read into the wrong columns.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            names = pd.read_csv(BytesIO(data), nrows=0, index_col=False, **how).columns
            written = pd.read_csv(BytesIO(data), nrows=1, header=None, dtype=str, **how).iloc[0]
            rows = pd.read_csv(
                BytesIO(data),
                float_precision="round_trip",
                dtype={name: str for name in names if name in texts},
                keep_default_na=False,
                na_values={name: [""] if name in texts else list(STR_NA_VALUES) for name in names},
                low_memory=False,
                index_col=False,
                **how,
            )
    except (ValueError, LookupError, pd.errors.ParserWarning) as error:
        raise InputError(source, [f"not a CSV table: {str(error).strip()}"]) from None
    twice = sorted(written[written.duplicated() & written.notna()].unique())
    if twice:
        raise InputError(source, [f"column {name} is there more than once" for name in twice])
    return rows if form.decimal == "." else _with_points(rows, texts)


_COMMA_NUMBER = re.compile(r"\s*[+-]?\d+(,\d+)?([eE][+-]?\d+)?\s*", re.ASCII)


def _with_points(rows: pd.DataFrame, texts: Collection[str]) -> pd.DataFrame:
    """Numbers of columns in which some cell is none, which the reader leaves as text.

    A point in them is no decimal here, and may part thousands: such a cell is no number.
    """

    def read(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        if _COMMA_NUMBER.fullmatch(cell):
            return float(cell.replace(",", "."))
        return f"{cell} (decimal is ,)" if "." in cell else cell

    numbers = [n for n in rows.columns if n not in texts and rows[n].dtype == object]
    return rows.assign(**{str(name): rows[name].map(read) for name in numbers})


def text_columns(contract: Contract, stored: bool = True) -> set[str]:
    """Columns whose cells are text, of stored rows or of the data."""
    found = {f.name if stored else f.column for f in contract.features if is_text(f.item)}
    found |= {SUBJECT} if stored else {c for c in (contract.subject_column,) if c}
    if not all(_is_number(value) for value in (contract.positive, contract.negative)):
        found.add(contract.target)
    return found | {
        group.column
        for a in contract.attributes
        for group in a.groups
        if not _is_number(group.equals)
    }


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


@dataclass(frozen=True)
class Wrong:
    """Cells of a column that are there and not allowed."""

    column: str
    cells: int
    #: One of them, as text; None where there is none.
    example: str | None


def encoded(contract: Contract, raw: pd.DataFrame) -> tuple[pd.DataFrame, list[Wrong]]:
    """Stored rows as the steps after them need them, and what is wrong in each column.

    Features are codes; the target is 1 for the positive value and 0 for the negative one; times are
    numbers, or texts of one form in UTC that sort as the times do. A cell that is not allowed is
    missing.
    """
    rows, wrong = raw.copy(), []
    columns = {f.name: encode(f.item, raw[f.name]) for f in contract.features}
    columns[contract.target] = _target(contract, raw[contract.target])
    if contract.time_column and contract.time_column not in columns:
        columns[contract.time_column] = _times(raw[contract.time_column])
    for name, values in columns.items():
        bad = raw[name].notna().to_numpy() & values.isna().to_numpy()
        example = str(raw[name][bad].iloc[0]) if bad.any() else None
        wrong.append(Wrong(name, int(bad.sum()), example))
        rows[name] = _as_it_was(raw[name], values)
    return rows, wrong


def _as_it_was(column: pd.Series, codes: pd.Series) -> pd.Series:
    """Codes that are the data's own numbers, in the data's own type: what is held out depends on
    how a row is written."""
    same = pd.api.types.is_numeric_dtype(column) and column.astype(float).equals(codes)
    return column if same and not pd.api.types.is_bool_dtype(column) else codes


def _target(contract: Contract, column: pd.Series) -> pd.Series:
    yes = matches(column, contract.positive)
    others = column[column.notna().to_numpy() & ~yes]
    if contract.negative is not None:
        no = matches(column, contract.negative)
    else:
        no = (column == others.iloc[0]).to_numpy() if len(others) else np.zeros(len(column), bool)
    return pd.Series(np.where(yes, 1.0, np.where(no, 0.0, np.nan)), index=column.index)


def _times(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        return pd.Series(np.nan, index=column.index)
    if pd.api.types.is_numeric_dtype(column):
        return column.where(np.isfinite(column))
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() > column.notna().sum() / 2:
        return numbers.where(np.isfinite(numbers))
    found = {text: timestamp(str(text)) for text in column.dropna().unique()}
    dates = all(at is None or date(str(text)) is not None for text, at in found.items())
    written = {text: _written(at, dates) for text, at in found.items() if at is not None}
    return column.map(written)


def _written(at: int, is_date: bool) -> str:
    moment = datetime(1970, 1, 1) + timedelta(microseconds=at)
    return moment.date().isoformat() if is_date else f"{moment.isoformat(timespec='microseconds')}Z"


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
    """1 where the target of encoded rows is the positive value, else 0."""
    return (rows[contract.target] == 1).to_numpy(dtype=np.int8)


def group_of(attribute: Attribute, rows: pd.DataFrame) -> np.ndarray:
    """The group of each raw row, by the contract's first match; empty text where none matches."""
    names = np.full(len(rows), "", dtype=object)
    for group in reversed(attribute.groups):
        names[matches(rows[group.column], group.equals)] = group.name
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
