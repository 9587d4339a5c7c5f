"""Leakage: a feature that knows the answer, and rows that are in the data more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .performance import auc

#: Hardly a real feature of a decision that people make separates it this well; most that do were
#: filled in after the fact. `data.leakageExceptions` of the contract names those that were not.
MAXIMUM_FEATURE_AUC = 0.95
MAXIMUM_REPEATED = 0.05


def feature_auc(values: np.ndarray, label: np.ndarray) -> float:
    """How well one feature alone orders the labels, 0.5 to 1 whatever its direction; NaN when it is
    constant or all missing."""
    present = np.isfinite(values)
    if (
        present.sum() == 0
        or len(np.unique(label[present])) < 2
        or len(np.unique(values[present])) < 2
    ):
        return float("nan")
    area = float(auc(label[present], values[present], np.ones((1, int(present.sum()))))[0])
    return max(area, 1 - area)


def missing_auc(values: np.ndarray, label: np.ndarray) -> float:
    """The same for whether the feature is missing: a value that exists only for one outcome leaks
    too."""
    absent = (~np.isfinite(values)).astype(float)
    return feature_auc(absent, label)


def repeated_share(rows: pd.DataFrame) -> float:
    """Share of rows that repeat an earlier row in every column."""
    return float(rows.duplicated().mean()) if len(rows) else 0.0
