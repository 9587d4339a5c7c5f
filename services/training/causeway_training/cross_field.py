"""What is wrong between the fields of a well-formed contract.

services/contract/cross-field.ts says the same to everything in TypeScript; test/contracts holds the
two equal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from .encoding import normal, timestamp
from .errors import NOTHING, Problem, path_name
from .privacy import SUBJECT
from .provenance import SERVICES
from .tiers import tier_problems
from .timestamps import parse_duration

#: The model's input is float32, which has all whole numbers up to here.
_LARGEST_CODE = 2**24

Path = Sequence[str | int]
Problems = list[Problem]


@cache
def _data_classes() -> dict[str, Any]:
    """Classes of data in rising order with their rules, and those of what is retained."""
    path = SERVICES / "contract" / "data-classes.json"
    return json.loads(path.read_text(encoding="utf-8"))


def cross_field_problems(contract: dict[str, Any]) -> Problems:
    """Every problem between the fields of a contract that has the shape of the schema."""
    replicas = contract["serving"]["replicas"]
    negative = contract["target"]["negativeLabel"]
    return [
        *_when(
            contract["target"]["positiveLabel"] == negative,
            ("target", "negativeLabel"),
            negative,
            "another label than positiveLabel",
        ),
        *_when(
            _same(contract["target"]["positive"], contract["target"].get("negative")),
            ("target", "negative"),
            contract["target"].get("negative"),
            "another value than positive",
        ),
        *_feature_problems(contract),
        *_attribute_problems(contract),
        *_column_problems(contract),
        *_stored_name_problems(contract),
        *_leakage_problems(contract),
        *_gate_problems(contract),
        *_budget_problems(contract),
        *_retention_problems(contract),
        *_when(
            replicas["min"] > replicas["max"], ("serving", "replicas"), replicas, "min at most max"
        ),
        *tier_problems(contract),
    ]


def _when(wrong: bool, path: Path, got: Any, allowed: str) -> Problems:
    return [Problem(path_name(path), got, allowed)] if wrong else []


def _same(one: Any, other: Any) -> bool:
    """Whether two scalars are one: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _repeated(items: Sequence[Any]) -> list[bool]:
    """Which items of a list repeat an earlier one."""
    return [item in items[:i] for i, item in enumerate(items)]


def _feature_problems(contract: dict[str, Any]) -> Problems:
    problems: Problems = []
    order = list(_data_classes()["classes"])
    data_class = contract["data"]["classification"]
    again = _repeated([feature["name"] for feature in contract["features"]])
    columns = _repeated([_source_column(feature) for feature in contract["features"]])
    for i, feature in enumerate(contract["features"]):
        at = ("features", i)
        values, kind = feature.get("values", []), feature["classification"]
        problems += [
            *_when(again[i], (*at, "name"), feature["name"], "a name that no other feature has"),
            *_when(
                columns[i] and not again[i],
                (*at, "column"),
                feature.get("column", NOTHING),
                "a column that no other feature has",
            ),
            *_range_problems(feature, at),
            *_when(
                any(_repeated([normal(v) for v in values])),
                (*at, "values"),
                values,
                "each value once",
            ),
            *_when(
                any(not isinstance(v, str) and abs(v) > _LARGEST_CODE for v in values),
                (*at, "values"),
                values,
                f"codes from -{_LARGEST_CODE} to {_LARGEST_CODE}",
            ),
            *_when(
                len({isinstance(value, str) for value in values}) > 1,
                (*at, "values"),
                values,
                "all of them whole numbers or all of them texts",
            ),
            *_when(
                order.index(kind) > order.index(data_class),
                (*at, "classification"),
                kind,
                f"at most that of the data, {data_class}",
            ),
        ]
    return problems


def _range_problems(feature: dict[str, Any], at: Path) -> Problems:
    given = [feature.get(key, limit) for key, limit in (("min", 0), ("max", 1))]
    low, high = (timestamp(one) if isinstance(one, str) else one for one in given)
    if low is not None and high is not None:
        return _when(low >= high, (*at, "min"), given[0], f"less than max ({given[1]})")
    exists = "a day and time that exist"
    return [
        *_when(low is None, (*at, "min"), given[0], exists),
        *_when(high is None, (*at, "max"), given[1], exists),
    ]


def _source_column(feature: dict[str, Any]) -> str:
    """The column of the data that a feature is read from."""
    return feature.get("column", feature["name"])


def _attribute_problems(contract: dict[str, Any]) -> Problems:
    problems: Problems = []
    names = [feature["name"] for feature in contract["features"]]
    columns = {*names, *map(_source_column, contract["features"])}
    again = _repeated([attribute["name"] for attribute in contract["protectedAttributes"]])
    for i, attribute in enumerate(contract["protectedAttributes"]):
        at = ("protectedAttributes", i)
        groups = [group["name"] for group in attribute["groups"]]
        name, reference = attribute["name"], attribute["reference"]
        problems += [
            *_when(name in names, (*at, "name"), name, "an attribute that is not a feature"),
            *_when(again[i], (*at, "name"), name, "a name that no other attribute has"),
            *_when(
                reference not in groups,
                (*at, "reference"),
                reference,
                f"one of its groups: {', '.join(groups)}",
            ),
        ]
        for j, (group, repeats) in enumerate(zip(attribute["groups"], _repeated(groups))):
            where, column = (*at, "groups", j), group["column"]
            problems += [
                *_when(repeats, (*where, "name"), group["name"], "a name that no other group has"),
                *_when(
                    column in columns, (*where, "column"), column, "a column that is not a feature"
                ),
            ]
    return problems


def _stored_name_problems(contract: dict[str, Any]) -> Problems:
    """Each column of stored rows has a name of its own."""
    target, time = contract["target"]["column"], contract["data"].get("timeColumn")
    named: list[tuple[Path, Any]] = [(("target", "column"), target), (("data", "timeColumn"), time)]
    named += [(("features", i, "name"), one["name"]) for i, one in enumerate(contract["features"])]
    problems: Problems = []
    for i, one in enumerate(contract["protectedAttributes"]):
        at = ("protectedAttributes", i)
        named += [((*at, "name"), one["name"])]
        named += [
            ((*at, "groups", j, "column"), group["column"]) for j, group in enumerate(one["groups"])
        ]
        problems += _when(
            one["name"] in (target, time),
            (*at, "name"),
            one["name"],
            "another name than those of the target's and the time's column",
        )
    taken = f"another name than {SUBJECT}, the column of pseudonyms in stored rows"
    return problems + [
        problem for path, name in named for problem in _when(name == SUBJECT, path, name, taken)
    ]


def _column_problems(contract: dict[str, Any]) -> Problems:
    """Columns that are dropped or replaced before anything is stored cannot be used as well."""
    names = [
        name
        for feature in contract["features"]
        for name in (feature["name"], _source_column(feature))
    ]
    target, data = contract["target"]["column"], contract["data"]
    subject = data.get("subjectColumn")
    used = {
        *names,
        target,
        *(group["column"] for one in contract["protectedAttributes"] for group in one["groups"]),
        *data.get("privacy", {}).get("quasiIdentifiers", []),
        *([data["timeColumn"]] if "timeColumn" in data else []),
    }
    allowed = "a column that nothing else of the contract uses, because it is never stored"
    return [
        *_when(target in names, ("target", "column"), target, "a column that is not a feature"),
        *(
            problem
            for i, column in enumerate(data["directIdentifiers"])
            for problem in _when(column in used, ("data", "directIdentifiers", i), column, allowed)
        ),
        *_when(subject in used, ("data", "subjectColumn"), subject, allowed),
    ]


def _leakage_problems(contract: dict[str, Any]) -> Problems:
    names = [feature["name"] for feature in contract["features"]]
    excepted = [one["feature"] for one in contract["data"]["leakageExceptions"]]
    return [
        problem
        for i, (name, again) in enumerate(zip(excepted, _repeated(excepted)))
        for problem in _when(
            again or name not in names,
            ("data", "leakageExceptions", i, "feature"),
            name,
            "a feature of the contract, each once",
        )
    ]


def _gate_problems(contract: dict[str, Any]) -> Problems:
    audited = [attribute["name"] for attribute in contract["protectedAttributes"]]
    problems: Problems = []
    for name in ("performance", "fairness"):
        for i, gate in enumerate(contract["gates"][name]):
            at = ("gates", name, i)
            problems += _when(
                ("min" in gate) == ("max" in gate), at, gate, "exactly one of min and max"
            )
            attribute = gate.get("attribute")
            problems += _when(
                attribute is not None and attribute not in audited,
                (*at, "attribute"),
                attribute,
                f"a protected attribute: {', '.join(audited) or 'none declared'}",
            )
    return problems


def _budget_problems(contract: dict[str, Any]) -> Problems:
    privacy = contract["data"].get("privacy", {})
    spent = privacy.get("epsilon", 0) + privacy.get("trainingEpsilon", 0)
    return _when(
        privacy.get("budget", 0) < spent,
        ("data", "privacy", "budget"),
        privacy.get("budget", NOTHING),
        f"at least {spent:g}, what one release spends",
    )


def _retention_problems(contract: dict[str, Any]) -> Problems:
    table = _data_classes()
    classes = {**table["retention"], "trainingData": contract["data"]["classification"]}
    problems: Problems = []
    for key, data_class in classes.items():
        kept, longest = contract["retention"][key], table["classes"][data_class]
        problems += _when(
            parse_duration(kept) > timedelta(days=longest["maximumRetentionDays"]),
            ("retention", key),
            kept,
            f"at most {longest['maximumRetentionDays']} days, because it is {data_class}",
        )
    return problems
