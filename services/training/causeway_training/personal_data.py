"""A scan for personal data: addresses, numbers of phones, cards and accounts, and national numbers,
by their form and check digits.

Small on purpose: the libraries that are kept for this find names with a language model, which
weighs more than all of training. A name without one of these forms is not found; what a column
holds is said by the contract and judged by people.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

_FILE = json.loads(
    (Path(__file__).resolve().parent / "personal-data.json").read_text(encoding="utf-8")
)
_BARE = re.compile(r"[\s.()-]")
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
#: A column of numbers is one of identifiers when at least this share of its distinct values has the
#: form: check digits alone are right by chance in one number of ten.
NUMERIC_SHARE = 0.5


@dataclass(frozen=True)
class Form:
    kind: str
    expression: re.Pattern[str]
    check: str | None
    numeric: bool


FORMS = tuple(
    Form(
        form["kind"],
        re.compile(_FILE["before"] + "(?:" + form["expression"] + ")" + _FILE["after"]),
        form.get("check"),
        form.get("numeric", False),
    )
    for form in _FILE["forms"]
)


def kinds_in(text: str, forms: Iterable[Form] = FORMS) -> set[str]:
    """The kinds of personal data in a text."""
    return {
        form.kind
        for form in forms
        if any(_holds(form.check, match.group()) for match in form.expression.finditer(text))
    }


def scan(rows: pd.DataFrame, columns: Iterable[str] | None = None) -> list[dict]:
    """Columns that hold personal data: column, kind and how many distinct values have its form,
    most first.

    No value is shown.
    """
    found = []
    for name in rows.columns if columns is None else columns:
        values = rows[name].dropna().unique()
        numeric = pd.api.types.is_numeric_dtype(rows[name])
        texts = _whole(values) if numeric else [str(value) for value in values]
        forms = tuple(form for form in FORMS if form.numeric or not numeric)
        counts = Counter(kind for text in texts for kind in kinds_in(text, forms))
        least = NUMERIC_SHARE * len(texts) if numeric else 1
        found += [
            {"column": str(name), "kind": kind, "values": count}
            for kind, count in counts.most_common()
            if count >= least
        ]
    return found


def _whole(values: Iterable[float]) -> list[str]:
    """Whole numbers of nine digits or more as text: nothing shorter has one of the forms."""
    return [str(int(value)) for value in values if abs(value) >= 1e8 and float(value).is_integer()]


def _holds(check: str | None, text: str) -> bool:
    bare = _BARE.sub("", text)
    return {
        None: lambda _: True,
        "luhn": _luhn,
        "iban": _iban,
        "nir": _nir,
        "dni": _dni,
        "steuer-id": _steuer_id,
    }[check](bare)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return (
        len(digits) in _FILE["cardLengths"][digits[0]]
        and len(set(digits)) > 1
        and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
    )


def _iban(text: str) -> bool:
    if _FILE["ibanLengths"].get(text[:2]) != len(text):
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def _nir(text: str) -> bool:
    number = text[:13].replace("2A", "19", 1).replace("2B", "18", 1)
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def _dni(text: str) -> bool:
    return (
        _DNI[int(text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")) % 23] == text[-1]
    )


def _steuer_id(digits: str) -> bool:
    repeated = [count for count in Counter(digits[:10]).values() if count > 1]
    rest = 10
    for digit in digits[:10]:
        total = (int(digit) + rest) % 10 or 10
        rest = total * 2 % 11
    return len(repeated) == 1 and repeated[0] in (2, 3) and (11 - rest) % 10 == int(digits[10])
