"""The model contract as the steps need it. The whole schema is `services/contract/contract.ts`; this reads the same file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .digests import digest_bytes
from .errors import InputError
from .tiers import tier_problems


@dataclass(frozen=True)
class Feature:
    """One input of the model. `low` and `high` are inclusive, and infinite for categories; `values` is set for categories only."""

    name: str
    type: str
    optional: bool
    low: float
    high: float
    values: tuple[int, ...]
    unit: str | None
    description: str

    @property
    def is_category(self) -> bool:
        return self.type == "category"


@dataclass(frozen=True)
class Group:
    name: str
    column: str
    equals: float


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
        """By how much a value misses the bound tightened by `margin`; 0 when it holds or cannot be judged (NaN)."""
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
    """k-anonymity (Sweeney 2002) over `quasi_identifiers`; epsilons of differential privacy that the statistics of a release and the
    training of a model spend, and the budget of all releases from one dataset."""

    quasi_identifiers: tuple[str, ...]
    k: int
    maximum_suppressed: float
    epsilon: float | None
    training_epsilon: float | None
    budget: float | None


@dataclass(frozen=True)
class Contract:
    name: str
    folder: Path
    digest: str
    target: str
    positive: float
    threshold: float
    features: tuple[Feature, ...]
    attributes: tuple[Attribute, ...]
    source: str
    minimum_rows: int
    maximum_missing: float
    direct_identifiers: tuple[str, ...]
    subject_column: str | None
    time_column: str | None
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
    """Reads `model.yaml`. Raises InputError with every problem that a step would meet."""
    try:
        data = path.read_bytes()
        raw = yaml.safe_load(data)
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(str(path), [f"not YAML: {error}"]) from None
    if not isinstance(raw, dict):
        raise InputError(str(path), ["not a mapping of keys"])
    reader = _Reader()
    contract = _contract(raw, reader, path, digest_bytes(data))
    problems = reader.problems + (
        _relations(contract) + tier_problems(raw, path.parent) if not reader.problems else []
    )
    if problems:
        raise InputError(str(path), problems)
    return contract


class _Reader:
    """Takes typed values out of nested mappings and remembers every problem."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def take(self, source: Any, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        value: Any = source
        for part in key.split("."):
            value = value.get(part, ...) if isinstance(value, dict) else ...
        if value is ... or value is None:
            if default is not ...:
                return default
            self.problems.append(f"{key}: got nothing, allowed: {_kind_name(kind)}")
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problems.append(f"{key}: got {value!r}, allowed: {_kind_name(kind)}")
            return None
        return value

    def items(self, source: Any, key: str) -> list[dict]:
        found = self.take(source, key, list, [])
        return [item for item in (found or []) if isinstance(item, dict)]


NUMBER = (int, float)


def _kind_name(kind: type | tuple[type, ...]) -> str:
    return {
        NUMBER: "a number",
        str: "text",
        int: "a whole number",
        list: "a list",
        dict: "a mapping",
        bool: "true or false",
    }.get(kind, str(kind))


def _contract(raw: dict, r: _Reader, path: Path, digest: str) -> Contract:
    return Contract(
        name=r.take(raw, "name", str),
        folder=path.parent,
        digest=digest,
        target=r.take(raw, "target.column", str),
        positive=r.take(raw, "target.positive", NUMBER),
        threshold=r.take(raw, "target.threshold", NUMBER, 0.5),
        features=tuple(_feature(item, r) for item in r.items(raw, "features")),
        attributes=tuple(_attribute(item, r) for item in r.items(raw, "protectedAttributes")),
        source=r.take(raw, "data.source", str),
        minimum_rows=r.take(raw, "data.minimumRows", int),
        maximum_missing=r.take(raw, "data.maximumMissing", NUMBER),
        direct_identifiers=tuple(r.take(raw, "data.directIdentifiers", list, [])),
        subject_column=r.take(raw, "data.subjectColumn", str, None),
        time_column=r.take(raw, "data.timeColumn", str, None),
        privacy=_privacy(raw, r),
        performance=tuple(_bound(item, r) for item in r.items(raw, "gates.performance")),
        fairness=tuple(_fairness_bound(item, r) for item in r.items(raw, "gates.fairness")),
        minimum_group_size=r.take(raw, "gates.minimumGroupSize", int),
        improvement_metric=r.take(raw, "gates.improvement.metric", str),
        significance=r.take(raw, "gates.improvement.significance", NUMBER),
        drift_significance=r.take(raw, "drift.significance", NUMBER),
        raw=raw,
    )


def _feature(item: dict, r: _Reader) -> Feature:
    kind = r.take(item, "type", str)
    category = kind == "category"
    return Feature(
        name=r.take(item, "name", str),
        type=kind,
        optional=r.take(item, "optional", bool, False),
        low=-math.inf if category else r.take(item, "min", NUMBER),
        high=math.inf if category else r.take(item, "max", NUMBER),
        values=tuple(r.take(item, "values", list) or ()) if category else (),
        unit=r.take(item, "unit", str, None),
        description=r.take(item, "description", str, ""),
    )


def _attribute(item: dict, r: _Reader) -> Attribute:
    groups = tuple(
        Group(r.take(g, "name", str), r.take(g, "column", str), r.take(g, "equals", NUMBER))
        for g in r.items(item, "groups")
    )
    return Attribute(
        r.take(item, "name", str),
        groups,
        r.take(item, "reference", str),
        r.take(item, "description", str, ""),
    )


def _bound(item: dict, r: _Reader) -> Bound:
    low, high = r.take(item, "min", NUMBER, None), r.take(item, "max", NUMBER, None)
    if (low is None) == (high is None):
        r.problems.append(
            f"gates: {item.get('metric')} has min {low} and max {high}, allowed: exactly one of them"
        )
    return Bound(r.take(item, "metric", str), low, high)


def _fairness_bound(item: dict, r: _Reader) -> FairnessBound:
    bound = _bound(item, r)
    return FairnessBound(bound.metric, bound.minimum, bound.maximum, r.take(item, "attribute", str))


def _privacy(raw: dict, r: _Reader) -> Privacy | None:
    if r.take(raw, "data.privacy", dict, None) is None:
        return None
    return Privacy(
        tuple(r.take(raw, "data.privacy.quasiIdentifiers", list) or ()),
        r.take(raw, "data.privacy.k", int),
        r.take(raw, "data.privacy.maximumSuppressed", NUMBER),
        r.take(raw, "data.privacy.epsilon", NUMBER, None),
        r.take(raw, "data.privacy.trainingEpsilon", NUMBER, None),
        r.take(raw, "data.privacy.budget", NUMBER, None),
    )


def _relations(contract: Contract) -> list[str]:
    problems = []
    names = contract.feature_names
    if not names:
        problems.append("features: got none, allowed: at least one feature")
    if contract.target in names:
        problems.append(
            f"target.column: got {contract.target}, allowed: a column that is not a feature"
        )
    audited = [attribute.name for attribute in contract.attributes]
    problems += [
        f"features: got {a}, allowed: no protected attribute" for a in audited if a in names
    ]
    columns = {group.column for attribute in contract.attributes for group in attribute.groups}
    problems += [
        f"features: got {column}, allowed: no column that says who belongs to a protected group"
        for column in sorted(columns & set(names))
    ]
    privacy = contract.privacy
    spent = ((privacy.epsilon or 0) + (privacy.training_epsilon or 0)) if privacy else 0
    if privacy and spent and (privacy.budget or 0) < spent:
        problems.append(
            f"data.privacy.budget: got {privacy.budget}, allowed: at least {spent:g}, what one release spends"
        )
    problems += [
        f"features: got {c}, allowed: no direct identifier"
        for c in contract.direct_identifiers
        if c in names
    ]
    problems += [
        f"gates.fairness: got attribute {b.attribute}, allowed: {', '.join(audited) or 'none declared'}"
        for b in contract.fairness
        if b.attribute not in audited
    ]
    return problems
