"""Group fairness metrics over many bootstrap resamples at once; golden-tested against fairlearn.

Groups, and cells of a group and a label, that are smaller than the contract's minimum are reported, not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .performance import Scored

METRICS = ("selection-rate-ratio", "demographic-parity-difference", "equalized-odds-difference")


@dataclass(frozen=True)
class Grouped:
    """Scored rows with the group of each; rows of no group hold an empty text and are left out."""

    rows: Scored
    group: np.ndarray
    minimum: int

    def judged(self) -> list[str]:
        """Groups of at least the minimum size, sorted."""
        names, sizes = np.unique(self.group[self.group != ""], return_counts=True)
        return [str(name) for name, size in zip(names, sizes) if size >= self.minimum]


def selection_rates(data: Grouped, weights: np.ndarray) -> np.ndarray:
    """Share that gets the positive decision, per resample and judged group."""
    return _rates(data.rows.decision == 1, [data.group == name for name in data.judged()], weights)


def metric(name: str, data: Grouped, weights: np.ndarray) -> np.ndarray:
    """One value per resample; NaN when fewer than two groups can be judged.

    selection-rate-ratio: lowest over highest selection rate (four-fifths rule, 29 CFR 1607.4(D)).
    demographic-parity-difference: highest minus lowest selection rate.
    equalized-odds-difference: the larger of the differences in true and false positive rate (Hardt, Price and Srebro 2016).
    """
    if len(data.judged()) < 2:
        return np.full(weights.shape[0], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        if name == "equalized-odds-difference":
            return _equalized_odds(data, weights)
        rates = selection_rates(data, weights)
        if name == "selection-rate-ratio":
            return rates.min(axis=1) / rates.max(axis=1)
        if name == "demographic-parity-difference":
            return rates.max(axis=1) - rates.min(axis=1)
    raise ValueError(f"unknown metric {name}, allowed: {', '.join(METRICS)}")


def judged_cells(data: Grouped, label: int) -> list[str]:
    """Judged groups with at least the minimum number of rows of this label."""
    return [name for name in data.judged() if ((data.group == name) & (data.rows.label == label)).sum() >= data.minimum]


def _equalized_odds(data: Grouped, weights: np.ndarray) -> np.ndarray:
    differences = []
    for label in (0, 1):
        cells = [(data.group == name) & (data.rows.label == label) for name in judged_cells(data, label)]
        if len(cells) >= 2:
            rates = _rates(data.rows.decision == 1, cells, weights)
            differences.append(rates.max(axis=1) - rates.min(axis=1))
    return np.max(differences, axis=0) if differences else np.full(weights.shape[0], np.nan)


def _rates(selected: np.ndarray, cells: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    return np.stack([weights @ (cell & selected) / (weights @ cell) for cell in cells], axis=1)
