"""Validate: refuses data that a model must not be made from.

Gates: enough rows, no personal data in a stored column, both labels, values inside the contract's
ranges and categories, missingness, no leakage but by features that the contract excepts with a
reason, no repeated rows, every group large enough. Against the champion's reference it reports
drift; drift is a reason to retrain, so it is no gate.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

from ..context import Context
from ..contract import Contract, Feature
from ..encoding import matches
from ..gates import demand, gate
from ..personal_data import scan
from ..rows import Wrong, encoded, group_of, labels, read_rows, text_columns
from ..run import write_json
from ..statistics.bins import counts_by_edges, counts_by_value, proportions
from ..statistics.leakage import (
    MAXIMUM_FEATURE_AUC,
    MAXIMUM_REPEATED,
    feature_auc,
    missing_auc,
    repeated_share,
)
from ..statistics.representation import by_group
from ..statistics.stability import psi, psi_threshold

NAME = "validate"
_SHOWN_VALUES = 12


def run(context: Context) -> bool:
    champion = context.champion.digest if context.champion else None
    return context.run.perform(
        NAME,
        context.inputs("collect", champion=champion, holdout=context.options.holdout),
        lambda folder: _work(context, folder),
    )


def _work(context: Context, folder: Path) -> None:
    contract = context.contract
    raw = read_rows(context.run.folder("collect") / "data.csv", text_columns(contract))
    rows, wrong = encoded(contract, raw)
    gates = [*personal_data_gates(raw), *schema_gates(contract, raw, wrong)]
    gates += attribute_gates(contract, raw)
    demand(NAME, gates)  # what follows needs numbers in range
    label = labels(contract, rows)
    profiles = [profile(feature, rows[feature.name], label) for feature in contract.features]
    groups = {
        a.name: by_group(group_of(a, raw), label, [g.name for g in a.groups])
        for a in contract.attributes
    }
    gates += leakage_gates(contract, profiles, raw)
    gates += group_gates(groups, contract.minimum_group_size, context.options.holdout)
    drift = (
        against_reference(contract, rows, context.champion.reference) if context.champion else []
    )
    write_json(
        folder / "validation.json",
        {
            "rows": len(rows),
            "positive": float(label.mean()),
            "gates": gates,
            "features": profiles,
            "leakageExceptions": leakage_exceptions(contract, profiles),
            "groups": groups,
            "drift": drift,
        },
    )
    demand(NAME, gates)


def group_gates(groups: dict[str, list[dict]], size: int, holdout: float) -> list[dict]:
    """Rows of each group, so many that about `size` of them are held out and it can be judged."""
    return [
        gate(
            f"rows of group {g['group']} ({name}), for {size} in the {holdout:.0%} held out",
            g["rows"],
            minimum=math.ceil(size / holdout),
        )
        for name, found in groups.items()
        for g in found
        if g["group"] != "unknown"
    ]


def personal_data_gates(rows: pd.DataFrame) -> list[dict]:
    """One gate that holds when the stored rows have none, else one for each column and kind."""
    found = scan(rows)
    if not found:
        return [gate("columns with personal data", 0, maximum=0)]
    return [
        gate(f"personal data ({f['kind']}) in column {f['column']}: values", f["values"], maximum=0)
        for f in found
    ]


def schema_gates(contract: Contract, rows: pd.DataFrame, wrong: list[Wrong]) -> list[dict]:
    """Rows, labels, times, values that are not allowed, and missingness."""
    target = rows[contract.target]
    positive = int(matches(target, contract.positive).sum())
    gates = [
        gate("rows", len(rows), minimum=contract.minimum_rows),
        gate("rows with the target missing", int(target.isna().sum()), maximum=0),
        gate(
            "rows of the rarer label",
            min(positive, int(target.notna().sum()) - positive),
            minimum=contract.minimum_group_size,
        ),
    ]
    if contract.time_column:
        missing = int(rows[contract.time_column].isna().sum())
        gates.append(gate("rows with the time missing", missing, maximum=0))
    gates += [
        gate(
            _wrong_name(contract, found),
            found.cells,
            maximum=0,
            example=found.example,
            allowed=_allowed(contract, found.column) if found.cells else None,
        )
        for found in wrong
    ]
    for feature in contract.features:
        missing = rows[feature.name].isna()
        if feature.optional:
            share = float(missing.mean()) if len(rows) else 1.0
            name = f"missing share of {feature.name}"
            gates.append(gate(name, share, maximum=contract.maximum_missing))
        else:
            name = f"missing values of {feature.name}, which the contract does not mark as optional"
            advice = "none, or mark it with optional: true" if missing.any() else None
            gates.append(gate(name, int(missing.sum()), maximum=0, allowed=advice))
    return gates


def _allowed(contract: Contract, column: str) -> str | None:
    """What the contract allows in the column of a feature."""
    found = next((f for f in contract.features if f.name == column), None)
    if found is None:
        return None
    if found.type == "category":
        return ", ".join(list(found.codes.values())[:_SHOWN_VALUES])
    if found.type == "boolean":
        return "true or false"
    if found.type == "text":
        return f"text of 1 to {found.item['maxLength']} characters"
    kind = {"date": "ISO 8601 dates", "timestamp": "ISO 8601 times", "integer": "whole numbers"}
    return f"{kind.get(found.type, 'numbers')} from {found.item['min']} to {found.item['max']}"


def _wrong_name(contract: Contract, found: Wrong) -> str:
    if found.column == contract.target:
        other = "one other" if contract.negative is None else json.dumps(contract.negative)
        return f"values of {found.column} besides {json.dumps(contract.positive)} and {other}"
    if found.column == contract.time_column:
        return f"values of {found.column} that are neither numbers nor ISO 8601 times"
    return f"invalid values of {found.column}"


def attribute_gates(contract: Contract, rows: pd.DataFrame) -> list[dict]:
    """Rows whose columns of a protected attribute are all there, and that are in no group of it."""
    gates = []
    for attribute in contract.attributes:
        columns = sorted({group.column for group in attribute.groups})
        there = rows[columns].notna().all(axis=1).to_numpy()
        lost = there & (group_of(attribute, rows) == "")
        example = ", ".join(f"{c} {rows[c][lost].iloc[0]}" for c in columns) if lost.any() else None
        name = f"rows in no group of {attribute.name}, and none of its columns is missing"
        gates.append(gate(name, int(lost.sum()), maximum=0, example=example))
    return gates


def leakage_gates(contract: Contract, profiles: list[dict], rows: pd.DataFrame) -> list[dict]:
    """No feature alone separates the labels, but those that the contract excepts; few rows
    repeat."""
    profiles = [p for p in profiles if p["name"] not in contract.leakage_exceptions]
    gates = [
        gate(f"leakage: single-feature AUC of {p['name']}", p["auc"], maximum=MAXIMUM_FEATURE_AUC)
        for p in profiles
        if p["auc"] is not None
    ]
    gates += [
        gate(
            f"leakage: AUC of whether {p['name']} is missing",
            p["missingAuc"],
            maximum=MAXIMUM_FEATURE_AUC,
        )
        for p in profiles
        if p["missingAuc"] is not None
    ]
    return gates + [
        gate("leakage: share of repeated rows", repeated_share(rows), maximum=MAXIMUM_REPEATED)
    ]


def leakage_exceptions(contract: Contract, profiles: list[dict]) -> list[dict]:
    """Excepted features that are beyond the limit, with their AUC and the contract's reason; one
    that is within it needs no exception, and is not named."""
    found = []
    for p in profiles:
        auc = max((p[key] for key in ("auc", "missingAuc") if p[key] is not None), default=0.0)
        if p["name"] in contract.leakage_exceptions and auc > MAXIMUM_FEATURE_AUC:
            reason = contract.leakage_exceptions[p["name"]]
            found.append({"feature": p["name"], "auc": auc, "reason": reason})
    return found


def profile(feature: Feature, column: pd.Series, label: np.ndarray) -> dict:
    """What one feature looks like: missing share, spread, and how well it alone orders the
    labels."""
    values = column.to_numpy(dtype=float)
    present = values[np.isfinite(values)]
    low, middle, high = (
        np.quantile(present, [0.05, 0.5, 0.95]) if len(present) else (None, None, None)
    )
    single, absent = feature_auc(values, label), missing_auc(values, label)
    return {
        "name": feature.name,
        "missing": float(1 - len(present) / len(values)),
        "mean": float(present.mean()) if len(present) else None,
        "p05": low,
        "median": middle,
        "p95": high,
        "auc": single if np.isfinite(single) else None,
        "missingAuc": absent if np.isfinite(absent) else None,
    }


def against_reference(contract: Contract, rows: pd.DataFrame, reference: dict) -> list[dict]:
    """Stability index of each feature that the champion has too, against the threshold for these
    row counts."""
    known = {entry["name"]: entry for entry in reference["features"]}
    shared = [feature for feature in contract.features if feature.name in known]
    found = []
    for feature in shared:
        entry = known[feature.name]
        values = rows[feature.name].dropna().to_numpy(dtype=float)
        counts = (
            counts_by_value(values, tuple(entry["values"]))
            if "values" in entry
            else counts_by_edges(values, entry["edges"])
        )
        value = psi(entry["proportions"], proportions(counts))
        threshold = psi_threshold(
            len(counts),
            entry["rows"],
            max(len(values), 1),
            contract.drift_significance,
            len(shared),
        )
        found.append(
            {
                "feature": feature.name,
                "psi": value,
                "threshold": threshold,
                "drifted": value > threshold,
            }
        )
    return found
