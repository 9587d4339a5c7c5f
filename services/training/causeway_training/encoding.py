"""A model sees numbers: the code that stands for each value of the data.

services/contract/encoding.ts says the same to the server; test/contracts/encodings.json holds the
two equal.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

#: Types of features whose codes are names and no quantities.
CATEGORICAL = frozenset({"category", "boolean", "text"})
TIMES = frozenset({"date", "timestamp"})
#: Types whose cells are read from a table as text, whatever they look like.
_TEXTS = CATEGORICAL | TIMES
_TRUTH = {"true": 1.0, "t": 1.0, "1": 1.0, "1.0": 1.0, "false": 0.0, "f": 0.0, "0": 0.0, "0.0": 0.0}

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_DAY = 86_400_000_000
#: Years that every reader of times knows.
_YEARS = range(1678, 2262)


def timestamp(text: str) -> int | None:
    """Microseconds since 1970 (UTC) of an ISO 8601 date, or of a date and time, cut off at the
    microsecond, with or without zone, which is UTC then.

    None for another text, and for a day or time that does not exist.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    day, clock, second, fraction, zone = found.groups()
    micro = (fraction or "0").ljust(6, "0")[:6]
    written = f"{day}T{clock or '00:00'}:{second or '00'}.{micro}"
    if zone and zone != "Z":
        zone = f"{zone[:3]}:{zone[3:].removeprefix(':') or '00'}"
    try:
        at = datetime.fromisoformat(written + (zone or "Z"))
    except ValueError:
        return None
    if int(day[:4]) not in _YEARS:
        return None
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def date(text: str) -> int | None:
    """:func:`timestamp` of a date without a time."""
    return timestamp(text) if _DATE.fullmatch(text) else None


def categories(item: dict[str, Any]) -> dict[int, str]:
    """The name of each code of a categorical feature, as the contract has it; {} for others."""
    kind = item["type"]
    if kind == "category":
        return {
            int(value) if not isinstance(value, str) else i: _label(value)
            for i, value in enumerate(item["values"])
        }
    if kind == "boolean":
        return {0: "false", 1: "true"}
    return {code: str(code) for code in range(int(item["buckets"]))} if kind == "text" else {}


def bounds(item: dict[str, Any]) -> tuple[float, float]:
    """The least and the largest code of a feature; infinite for a categorical one."""
    if item["type"] in TIMES:
        return 0.0, (_moment(item, item["max"]) - _moment(item, item["min"])) / _DAY
    return item.get("min", -np.inf), item.get("max", np.inf)


def is_text(item: dict[str, Any]) -> bool:
    """Whether cells of the feature are read as text, so that `01` is not 1 and `None` not
    missing."""
    whole = item["type"] == "category" and not isinstance(item["values"][0], str)
    return item["type"] in _TEXTS and not whole


def encode(item: dict[str, Any], column: pd.Series) -> pd.Series:
    """The code of each value, float64, NaN where it is missing or not allowed."""
    kind = item["type"]
    if is_text(item):
        reader = _readers[kind](item)
        codes = {value: _read(reader, value) for value in column.dropna().unique()}
        return column.map(codes).astype(float)
    return _numbers(item, column)


def matches(column: pd.Series, value: float | str | bool) -> np.ndarray:
    """Which cells have this value of the contract: text by its letters, numbers by what they are
    worth, whatever the table made of either."""
    if isinstance(value, bool):
        truth = column.map(lambda cell: _TRUTH.get(str(cell).lower(), np.nan))
        return truth.to_numpy(float) == float(value)
    if isinstance(value, str):
        return (column.map(normal) == normal(value)).to_numpy()
    return (pd.to_numeric(column, errors="coerce") == value).to_numpy()


def normal(cell: Any) -> Any:
    """Texts that look the same are the same."""
    return unicodedata.normalize("NFC", cell) if isinstance(cell, str) else cell


def _numbers(item: dict[str, Any], column: pd.Series) -> pd.Series:
    truth = column.map(lambda value: isinstance(value, (bool, np.bool_))).to_numpy(bool)
    values = pd.to_numeric(column, errors="coerce").astype(float)
    values[truth] = np.nan
    if item["type"] == "category":
        return values.where(values.isin(list(categories(item))))
    low, high = bounds(item)
    within = (values >= low) & (values <= high) & np.isfinite(values)
    if item["type"] == "integer":
        within &= values == values.round()
    return values.where(within)


def _read(reader: Callable[[str], float | None], value: Any) -> float:
    found = reader(value if isinstance(value, str) else _label(value))
    return np.nan if found is None else float(found)


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, (bool, np.bool_)) else str(value)


def _moment(item: dict[str, Any], text: str) -> int:
    found = (date if item["type"] == "date" else timestamp)(text)
    if found is None:
        raise ValueError(f"{text} is no {item['type']}")
    return found


def _category(item: dict[str, Any]) -> Callable[[str], float | None]:
    codes = {normal(label): code for code, label in categories(item).items()}
    return lambda text: codes.get(normal(text))


def _boolean(_: dict[str, Any]) -> Callable[[str], float | None]:
    return lambda text: _TRUTH.get(text.lower())


def _text(item: dict[str, Any]) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        text = normal(text)
        if len(text) > item["maxLength"]:
            return None
        first = hashlib.sha256(text.encode()).digest()[:4]
        return int.from_bytes(first, "big") % int(item["buckets"])

    return read


def _time(item: dict[str, Any]) -> Callable[[str], float | None]:
    first, last = _moment(item, item["min"]), _moment(item, item["max"])
    parse = date if item["type"] == "date" else timestamp

    def read(text: str) -> float | None:
        at = parse(text)
        return (at - first) / _DAY if at is not None and first <= at <= last else None

    return read


_readers: dict[str, Callable[[dict[str, Any]], Callable[[str], float | None]]] = {
    "category": _category,
    "boolean": _boolean,
    "text": _text,
    "date": _time,
    "timestamp": _time,
}
