"""How good a model is on held-out rows, overall and by slice, with bootstrap intervals."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from .contract import Contract
from .gates import gate
from .rows import groups, labels, strata
from .statistics.bootstrap import estimate, resample_counts
from .statistics.performance import METRICS, Scored, calibration_curve, metric

#: Slices are many and read at a glance: coarser intervals are enough.
SLICE_RESAMPLES = 500
SLICE_METRICS = ("accuracy", "precision", "recall", "auc")


def evaluate(contract: Contract, rows: pd.DataFrame, scores: np.ndarray, seed: int) -> dict:
    """Metrics with intervals, calibration curve, slices and the contract's performance gates."""
    scored = Scored(labels(contract, rows), scores, contract.threshold)
    metrics = overall(contract, rows, scores, seed)
    gates = [
        gate(b.metric, metrics[b.metric]["value"], b.minimum, b.maximum)
        for b in contract.performance
    ]
    slices = [_slice(name, scored.at(inside), seed) for name, inside in slice_masks(contract, rows)]
    return {
        "rows": len(rows),
        "threshold": contract.threshold,
        "metrics": metrics,
        "calibration": calibration_curve(scored),
        "slices": slices,
        "gates": gates,
    }


def overall(contract: Contract, rows: pd.DataFrame, scores: np.ndarray, seed: int) -> dict:
    """Each metric over all rows with its interval."""
    scored = Scored(labels(contract, rows), scores, contract.threshold)
    counts = resample_counts(strata(contract, rows), seed)
    return {name: estimate(partial(metric, name, scored), counts) for name in METRICS}


def slice_masks(contract: Contract, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Slices of at least the minimum group size: each protected group and each category of each
    feature."""
    masks = [
        (f"{a.name}={g.name}", groups(a.name, rows) == g.name)
        for a in contract.attributes
        for g in a.groups
    ]
    masks += [
        (f"{f.name}={label}", (rows[f.name] == code).to_numpy())
        for f in contract.features
        if f.is_category
        for code, label in f.codes.items()
    ]
    return [(name, inside) for name, inside in masks if inside.sum() >= contract.minimum_group_size]


def _slice(name: str, scored: Scored, seed: int) -> dict:
    counts = resample_counts(np.zeros(len(scored.label)), seed, SLICE_RESAMPLES)
    metrics = {m: estimate(partial(metric, m, scored), counts) for m in SLICE_METRICS}
    return {"slice": name, "rows": len(scored.label), "metrics": metrics}
