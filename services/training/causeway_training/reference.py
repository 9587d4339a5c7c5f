"""`reference.json`: what the server needs to check inputs against, count drift with, and explain
from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .background import background
from .contract import Contract
from .onnx_model import INPUT, OUTPUT, Scorer
from .rows import inputs
from .statistics.bins import counts_by_edges, proportions, quantile_edges


def reference(
    contract: Contract, version: str, rows: pd.DataFrame, bins: list[dict], scorer: Scorer
) -> dict:
    """Bins of each feature over the training rows and of the score over the held-out rows (what the
    model has not seen is what production looks like); names of the graph's input and output; the
    decision threshold."""
    scores = scorer.score(inputs(contract, rows))
    edges = quantile_edges(scores)
    score = {
        "edges": edges,
        "proportions": proportions(counts_by_edges(scores, edges)),
        "rows": len(scores),
    }
    return {
        "model": contract.name,
        "version": version,
        "input": INPUT,
        "output": OUTPUT,
        "threshold": contract.threshold,
        "features": bins,
        "score": score,
    }


def explainer(
    contract: Contract, bins: list[dict], scorer: Scorer, additive: bool, seed: int
) -> dict:
    """What the server explains with: background rows made from the published bins, and the mean
    log-odds over them.

    `additive` says that log-odds are a sum of one term per feature, so that exact Shapley values
    take features + 1 evaluations.
    """
    base = background(bins, seed)
    return {
        "scale": "log-odds",
        "additive": additive,
        "features": contract.feature_names,
        "background": [[float(value) for value in row] for row in base],
        "expected": float(np.mean(scorer.log_odds(base))),
    }
