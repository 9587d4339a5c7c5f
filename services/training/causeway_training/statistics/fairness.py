"""Group fairness metrics over many bootstrap resamples at once; golden-tested against fairlearn.

Groups, and cells of a group and a label, that are smaller than the contract's minimum are reported,
not judged.
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
    equalized-odds-difference: the larger of the differences in true and false positive rate
    (Hardt, Price and Srebro 2016).

    Which groups are lowest and highest is decided once, on the rows as they are. Deciding it anew
    in each resample would measure the spread of noise: the ratio of two equal groups would always
    come out below 1, and its interval would miss the value itself.
    """
    if name not in METRICS:
        raise ValueError(f"unknown metric {name}, allowed: {', '.join(METRICS)}")
    if len(data.judged()) < 2:
        return np.full(weights.shape[0], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        if name == "equalized-odds-difference":
            return _equalized_odds(data, weights)
        low, high = _extremes([data.group == group for group in data.judged()], data, weights)
        return low / high if name == "selection-rate-ratio" else high - low


def _extremes(
    cells: list[np.ndarray], data: Grouped, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Selection rates, per resample, of the cells that have the lowest and the highest rate on the
    rows as they are."""
    selected = data.rows.decision == 1
    plain = [selected[cell].mean() for cell in cells]
    order = np.argsort(plain, kind="stable")  # of equal groups, still two different ones
    rates = _rates(selected, [cells[order[0]], cells[order[-1]]], weights)
    return rates[:, 0], rates[:, 1]


def judged_cells(data: Grouped, label: int) -> list[str]:
    """Judged groups with at least the minimum number of rows of this label."""
    return [
        name
        for name in data.judged()
        if ((data.group == name) & (data.rows.label == label)).sum() >= data.minimum
    ]


def _equalized_odds(data: Grouped, weights: np.ndarray) -> np.ndarray:
    found: list[tuple[float, np.ndarray]] = []
    for label in (0, 1):
        cells = [
            (data.group == name) & (data.rows.label == label) for name in judged_cells(data, label)
        ]
        if len(cells) >= 2:
            plain_low, plain_high = _extremes(cells, data, np.ones((1, len(data.group))))
            low, high = _extremes(cells, data, weights)
            found.append((float(plain_high[0] - plain_low[0]), high - low))
    return max(found, key=lambda pair: pair[0])[1] if found else np.full(weights.shape[0], np.nan)


def _rates(selected: np.ndarray, cells: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    return np.stack([weights @ (cell & selected) / (weights @ cell) for cell in cells], axis=1)
