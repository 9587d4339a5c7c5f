"""The model contract as the steps need it.

Its shape is `model.schema.json`, made from services/contract; what is compared between fields is in
cross_field.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cross_field import cross_field_problems
from .digests import digest_bytes
from .encoding import CATEGORICAL, bounds, categories
from .errors import InputError, Problem
from .model_schema import shape_problems, with_defaults
from .tiers import assessment_problems
from .yaml_reader import parse_yaml


@dataclass(frozen=True)
class Feature:
    """One input of the model.

    What the model sees of it is a code (encoding.py): `low` and `high` are inclusive bounds of a
    quantity's, and infinite for categories; `codes` names each of a category's, and is empty for a
    quantity. `column` is where the data has it.
    """

    name: str
    type: str
    optional: bool
    low: float
    high: float
    codes: dict[int, str]
    column: str
    unit: str | None
    description: str
    item: dict[str, Any] = field(repr=False)

    @property
    def is_category(self) -> bool:
        return self.type in CATEGORICAL


@dataclass(frozen=True)
class Group:
    name: str
    column: str
    equals: float | str | bool


@dataclass(frozen=True)
class Attribute:
    """A protected attribute: audited, never predicted from."""

    name: str
    groups: tuple[Group, ...]
    reference: str
    description: str


@dataclass(frozen=True)
class Bound:
    """A gate of the contract: a metric with exactly one of a minimum and a maximum."""

    metric: str
    minimum: float | None
    maximum: float | None

    def shortfall(self, value: float, margin: float = 0.0) -> float:
        """By how much a value misses the bound tightened by `margin`.

        0 when it holds or cannot be judged (NaN).
        """
        if not math.isfinite(value):
            return 0.0
        low = 0.0 if self.minimum is None else self.minimum + margin - value
        high = 0.0 if self.maximum is None else value - self.maximum + margin
        return max(0.0, low, high)


@dataclass(frozen=True)
class FairnessBound(Bound):
    """A gate on one protected attribute."""

    attribute: str


@dataclass(frozen=True)
class Privacy:
    """K-anonymity (Sweeney 2002) over `quasi_identifiers`, and differential privacy.

    The statistics of a release and the training of a model spend an epsilon each; the budget is
    that of all releases from one dataset.
    """

    quasi_identifiers: tuple[str, ...]
    k: int
    maximum_suppressed: float
    epsilon: float | None
    training_epsilon: float | None
    budget: float | None


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written."""

    separator: str = ","
    encoding: str = "utf-8"
    decimal: str = "."


#: With commas, in UTF-8.
PLAIN_CSV = CsvForm()


@dataclass(frozen=True)
class Contract:
    name: str
    folder: Path
    digest: str
    target: str
    positive: float | str | bool
    negative: float | str | bool | None
    threshold: float
    features: tuple[Feature, ...]
    attributes: tuple[Attribute, ...]
    source: str
    minimum_rows: int
    maximum_missing: float
    direct_identifiers: tuple[str, ...]
    subject_column: str | None
    time_column: str | None
    csv: CsvForm
    leakage_exceptions: dict[str, str]
    privacy: Privacy | None
    performance: tuple[Bound, ...]
    fairness: tuple[FairnessBound, ...]
    minimum_group_size: int
    improvement_metric: str
    significance: float
    drift_significance: float
    raw: dict[str, Any] = field(repr=False)

    @property
    def feature_names(self) -> list[str]:
        return [feature.name for feature in self.features]

    def attribute(self, name: str) -> Attribute:
        return next(attribute for attribute in self.attributes if attribute.name == name)


def load_contract(path: Path) -> Contract:
    """Reads `model.yaml`.

    Raises InputError with every problem, those of its folder included.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    raw, problems = parse_contract(data)
    if not problems:
        problems = assessment_problems(raw, path.parent)
    if problems:
        raise InputError(str(path), [str(problem) for problem in problems])
    return _contract(raw, path.parent, digest_bytes(data))


def parse_contract(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    """A contract with its defaults, and every problem of its text; {} where there is one."""
    raw, problems = parse_yaml(data)
    problems = problems or shape_problems(raw)
    if not problems:
        raw = with_defaults(raw)
        problems = cross_field_problems(raw)
    return ({} if problems else raw), problems


def _contract(raw: dict[str, Any], folder: Path, digest: str) -> Contract:
    target, data, gates = raw["target"], raw["data"], raw["gates"]
    return Contract(
        name=raw["name"],
        folder=folder,
        digest=digest,
        target=target["column"],
        positive=target["positive"],
        negative=target.get("negative"),
        threshold=target["threshold"],
        features=tuple(_feature(item) for item in raw["features"]),
        attributes=tuple(_attribute(item) for item in raw["protectedAttributes"]),
        source=data["source"],
        minimum_rows=int(data["minimumRows"]),
        maximum_missing=data["maximumMissing"],
        direct_identifiers=tuple(data["directIdentifiers"]),
        subject_column=data.get("subjectColumn"),
        time_column=_stored(raw, data["timeColumn"]) if "timeColumn" in data else None,
        csv=CsvForm(**data["csv"]) if "csv" in data else PLAIN_CSV,
        leakage_exceptions={one["feature"]: one["reason"] for one in data["leakageExceptions"]},
        privacy=_privacy(raw, data.get("privacy")),
        performance=tuple(
            Bound(gate["metric"], gate.get("min"), gate.get("max")) for gate in gates["performance"]
        ),
        fairness=tuple(
            FairnessBound(gate["metric"], gate.get("min"), gate.get("max"), gate["attribute"])
            for gate in gates["fairness"]
        ),
        minimum_group_size=int(gates["minimumGroupSize"]),
        improvement_metric=gates["improvement"]["metric"],
        significance=gates["improvement"]["significance"],
        drift_significance=raw["drift"]["significance"],
        raw=raw,
    )


def _feature(item: dict[str, Any]) -> Feature:
    low, high = bounds(item)
    return Feature(
        name=item["name"],
        type=item["type"],
        optional=item["optional"],
        low=low,
        high=high,
        codes=categories(item),
        column=item.get("column", item["name"]),
        unit=item.get("unit"),
        description=item["description"],
        item=item,
    )


def _stored(raw: dict[str, Any], column: str) -> str:
    """The name under which a column of the data is stored: that of the feature, where it is one."""
    names = {item.get("column", item["name"]): item["name"] for item in raw["features"]}
    return names.get(column, column)


def _attribute(item: dict[str, Any]) -> Attribute:
    groups = tuple(Group(one["name"], one["column"], one["equals"]) for one in item["groups"])
    return Attribute(item["name"], groups, item["reference"], item["description"])


def _privacy(raw: dict[str, Any], item: dict[str, Any] | None) -> Privacy | None:
    if item is None:
        return None
    return Privacy(
        quasi_identifiers=tuple(
            dict.fromkeys(_stored(raw, name) for name in item["quasiIdentifiers"])
        ),
        k=int(item["k"]),
        maximum_suppressed=item["maximumSuppressed"],
        epsilon=item.get("epsilon"),
        training_epsilon=item.get("trainingEpsilon"),
        budget=item.get("budget"),
    )
