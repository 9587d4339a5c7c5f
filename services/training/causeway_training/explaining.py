"""Explanations of a model: global Shapley values, whether its log-odds are additive, and how far
LIME agrees about single rows.

The agreement is reported and judges nothing: it is low for exact Shapley values too, where many
features hardly matter, and says nothing of the model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .background import background
from .contract import Contract
from .onnx_model import Scorer
from .rows import inputs
from .statistics.lime import lime
from .statistics.shapley import additive_shapley, is_additive, sampled_shapley

EXPLAINED_ROWS = 100
LIME_ROWS = 30
#: Log-odds may differ by this much from a sum of one term per feature and still be called additive
#: (float32 rounding).
ADDITIVE_TOLERANCE = 1e-3


def explain(
    contract: Contract, rows: pd.DataFrame, bins: list[dict], scorer: Scorer, seed: int
) -> dict:
    """Global importance (mean absolute Shapley value in log-odds), additivity, agreement with
    LIME."""
    base, sample = additivity_rows(contract, bins, rows, seed)
    additive = is_additive(scorer.log_odds, base, sample, ADDITIVE_TOLERANCE)
    values = (
        additive_shapley(scorer.log_odds, base, sample)
        if additive
        else sampled_shapley(scorer.log_odds, base, sample, seed)
    )
    efficiency = np.abs(
        values.sum(axis=1) + scorer.log_odds(base).mean() - scorer.log_odds(sample)
    ).max()
    agreement = local_agreement(
        contract, bins, scorer, sample[:LIME_ROWS], values[:LIME_ROWS], seed
    )
    importance = sorted(
        zip(contract.feature_names, np.abs(values).mean(axis=0)), key=lambda pair: -pair[1]
    )
    return {
        "method": (
            "exact additive Shapley values"
            if additive
            else "Shapley values by permutation sampling"
        ),
        "scale": "log-odds",
        "rows": len(sample),
        "additive": additive,
        "efficiencyError": float(efficiency),
        "importance": [
            {"feature": name, "meanAbsolute": float(value)} for name, value in importance
        ],
        "lime": {
            "rows": len(agreement),
            "medianSpearman": float(np.median(agreement)),
            "lowestSpearman": float(np.min(agreement)),
        },
    }


def additivity_rows(
    contract: Contract, bins: list[dict], rows: pd.DataFrame, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The background and the held-out rows that are explained, both (rows x features)."""
    base = background(bins, seed)
    return (
        base,
        complete(inputs(contract, rows), base)[
            np.random.default_rng(seed).permutation(len(rows))[:EXPLAINED_ROWS]
        ],
    )


def complete(features: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Missing values replaced by the background's median, so that every explained value is one that
    a person can read."""
    return np.where(np.isnan(features), np.median(base, axis=0), features).astype(np.float32)


def local_agreement(
    contract: Contract,
    bins: list[dict],
    scorer: Scorer,
    sample: np.ndarray,
    values: np.ndarray,
    seed: int,
) -> np.ndarray:
    """Spearman correlation of LIME's and Shapley's contributions, per row."""
    from scipy.stats import spearmanr

    found = []
    for index, row in enumerate(sample):
        weights = lime(scorer.log_odds, row, bins, seed + index)
        correlation = spearmanr(weights, values[index]).statistic
        found.append(float(correlation) if np.isfinite(correlation) else 0.0)
    return np.array(found)
