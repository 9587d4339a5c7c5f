"""Group fairness metrics with intervals; the values are golden-tested against fairlearn.

Groups, and cells of a group and a label, that are smaller than the contract's minimum are reported,
not judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .intervals import Cell, greatest_difference, least_ratio
from .performance import Scored

METRICS = ("selection-rate-ratio", "demographic-parity-difference", "equalized-odds-difference")
#: Rates that equalized odds compares, by the label that they are about.
ODDS = {1: "truePositiveRate", 0: "falsePositiveRate"}


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

    def cells(self, label: int | None = None) -> list[Cell]:
        """Selected rows and all rows, of one label or of both, of each judged group that has enough
        of them."""
        asked = True if label is None else self.rows.label == label
        found = []
        for name in self.judged():
            inside = (self.group == name) & asked
            if inside.sum() >= self.minimum:
                selected = int((inside & (self.rows.decision == 1)).sum())
                found.append(Cell(name, selected, int(inside.sum())))
        return found


def families(name: str, data: Grouped) -> list[list[Cell]]:
    """The cells that a metric compares with each other.

    selection-rate-ratio: lowest over highest selection rate (four-fifths rule, 29 CFR 1607.4(D)).
    demographic-parity-difference: highest minus lowest selection rate.
    equalized-odds-difference: the larger of the differences in true and false positive rate
    (Hardt, Price and Srebro 2016).
    """
    if name not in METRICS:
        raise ValueError(f"unknown metric {name}, allowed: {', '.join(METRICS)}")
    if name == "equalized-odds-difference":
        return [data.cells(label) for label in ODDS]
    return [data.cells()]


def metric(name: str, data: Grouped) -> float:
    """The value on the rows; NaN when fewer than two cells can be compared."""
    shares = [[cell.share for cell in cells] for cells in families(name, data) if len(cells) >= 2]
    if not shares:
        return math.nan
    if name == "selection-rate-ratio":
        return min(min(one) / max(one) if max(one) > 0 else math.nan for one in shares)
    return max(max(one) - min(one) for one in shares)


def interval(name: str, data: Grouped) -> tuple[float, float]:
    """Where the metric of the population lies with 95% confidence, whichever groups are furthest
    apart there; NaN when fewer than two cells can be compared."""
    found = families(name, data)
    return least_ratio(found) if name == "selection-rate-ratio" else greatest_difference(found)


def unjudged(name: str, data: Grouped, declared: list[str]) -> list[str]:
    """Declared groups that the metric cannot judge for too few rows, and of equalized odds the rate
    that lacks them."""
    missing = [group for group in declared if group not in data.judged()]
    if name != "equalized-odds-difference":
        return missing
    rates = [
        f"{ODDS[label]} of {group}"
        for label, cells in zip(ODDS, families(name, data))
        for group in declared
        if group not in missing and group not in [cell.name for cell in cells]
    ]
    return missing + rates
