"""Whether an exported model answers as the fitted one does.

Training rows alone do not show it: a contract allows inputs that they lack, and converters differ
from the estimators exactly there. A linear model gives NaN where an optional feature is missing,
a forest another score than scikit-learn, and some an answer where scikit-learn refuses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .contract import Contract
from .errors import first_line
from .gates import gate
from .onnx_model import Scorer

#: float32 trees and sums against float64: more than this is another model.
MAXIMUM_EXPORT_ERROR = 1e-4
#: Rows that are changed for one kind of probe, and neighbours of training values for one feature.
_ROWS, _NEIGHBOURS = 64, 256


def probes(contract: Contract, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Inputs (rows x features, float32) by what they try: training rows, and those rows with what
    the contract allows besides."""
    some = rows[np.linspace(0, len(rows) - 1, min(_ROWS, len(rows))).astype(int)]
    found = {"training rows": rows}
    optional = [i for i, feature in enumerate(contract.features) if feature.optional]
    for i in optional:
        found[f"rows without {contract.features[i].name}"] = _with(some, {i: np.nan})
    if len(optional) > 1:
        found["rows without any optional feature"] = _with(some, dict.fromkeys(optional, np.nan))
    categories = [(i, c) for i, f in enumerate(contract.features) for c in f.codes]
    if categories:
        found["each category of the contract"] = np.concatenate(
            [_with(some[:8], {i: float(code)}) for i, code in categories]
        )
    quantities = [i for i, feature in enumerate(contract.features) if not feature.is_category]
    if quantities:
        found["the bounds of the contract"] = np.concatenate(
            [
                _with(some[:8], {i: end})
                for i in quantities
                for end in (contract.features[i].low, contract.features[i].high)
            ]
        )
        found["values between those of training"] = np.concatenate(
            [_between(some, rows[:, i], i) for i in quantities]
        )
    return found


def parity_gates(
    estimator: Any, scorer: Scorer, tried: dict[str, np.ndarray]
) -> tuple[list[dict], float]:
    """A gate for each kind of probe, and the largest difference on training rows.

    Each bounds the largest difference of the scores, or counts rows that the estimator refuses,
    where the exported model would answer all the same.
    """
    gates, first = [], float("nan")
    for kind, inputs in tried.items():
        try:
            wanted = estimator.predict_proba(inputs)[:, 1]
        except ValueError as error:
            name = f"{kind}: rows that the estimator of train.py refuses"
            gates.append(gate(name, len(inputs), maximum=0, example=first_line(error)))
            continue
        try:
            difference = float(np.abs(scorer.score(inputs) - wanted).max())
        except Exception as error:  # onnxruntime raises its own types, one per cause
            name = f"{kind}: rows that the exported model refuses"
            gates.append(gate(name, len(inputs), maximum=0, example=first_line(error)))
            continue
        first = difference if kind == "training rows" else first
        name = f"{kind}: largest difference between ONNX and scikit-learn scores"
        gates.append(gate(name, difference, maximum=MAXIMUM_EXPORT_ERROR))
    return gates, first


def _with(rows: np.ndarray, values: dict[int, float]) -> np.ndarray:
    changed = rows.copy()
    for i, value in values.items():
        changed[:, i] = value
    return changed


def _between(some: np.ndarray, column: np.ndarray, i: int) -> np.ndarray:
    """Rows with the middles of neighbouring training values, where trees split, and the float32
    numbers beside each."""
    present = np.unique(column[np.isfinite(column)]).astype(np.float64)
    if len(present) < 2:
        return some[:0]
    middles = ((present[1:] + present[:-1]) / 2).astype(np.float32)
    chosen = middles[np.linspace(0, len(middles) - 1, min(_NEIGHBOURS, len(middles))).astype(int)]
    ends = np.float32(np.inf)
    around = np.concatenate([chosen, np.nextafter(chosen, -ends), np.nextafter(chosen, ends)])
    rows = some[np.arange(len(around)) % len(some)].copy()
    rows[:, i] = around
    return rows
