"""The fairness audit: each protected attribute against the contract, with intervals and minimum
group sizes.

Point estimates come from fairlearn; the intervals from our own vectorised bootstrap, which is
golden-tested against fairlearn.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from .contract import Attribute, Contract
from .gates import gate
from .rows import groups, labels, strata
from .statistics.bootstrap import estimate, interval, resample_counts
from .statistics.fairness import METRICS, Grouped, judged_cells, metric, selection_rates
from .statistics.performance import Scored


def audit(contract: Contract, rows: pd.DataFrame, scores: np.ndarray, seed: int) -> dict:
    """Per attribute: metrics with intervals, groups with rates and their ratio to the reference;
    and the contract's fairness gates."""
    scored = Scored(labels(contract, rows), scores, contract.threshold)
    counts = resample_counts(strata(contract, rows), seed)
    attributes = [
        _attribute(a, Grouped(scored, groups(a.name, rows), contract.minimum_group_size), counts)
        for a in contract.attributes
    ]
    by_name = {found["attribute"]: found for found in attributes}
    gates = []
    for bound in contract.fairness:
        found = by_name[bound.attribute]["metrics"][bound.metric]
        name = f"{bound.metric} of {bound.attribute}"
        gates.append(
            {
                **gate(name, found["value"], bound.minimum, bound.maximum),
                "metric": bound.metric,
                "attribute": bound.attribute,
                "low": found["low"],
                "high": found["high"],
            }
        )
    return {
        "minimumGroupSize": contract.minimum_group_size,
        "threshold": contract.threshold,
        "attributes": attributes,
        "gates": gates,
    }


def _attribute(attribute: Attribute, data: Grouped, counts: np.ndarray) -> dict:
    metrics = {name: estimate(partial(metric, name, data), counts) for name in METRICS}
    cells = {"falsePositiveRate": judged_cells(data, 0), "truePositiveRate": judged_cells(data, 1)}
    return {
        "attribute": attribute.name,
        "reference": attribute.reference,
        "metrics": metrics,
        "equalizedOddsJudged": cells,
        "groups": _groups(attribute, data, counts),
    }


def _groups(attribute: Attribute, data: Grouped, counts: np.ndarray) -> list[dict]:
    from fairlearn.metrics import (
        MetricFrame,
        count,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )

    known = data.group != ""
    judged = data.judged()
    if not known.any():
        return []
    measures = {
        "rows": count,
        "selectionRate": selection_rate,
        "truePositiveRate": true_positive_rate,
        "falsePositiveRate": false_positive_rate,
    }
    frame = MetricFrame(
        metrics=measures,
        y_true=data.rows.label[known],
        y_pred=data.rows.decision[known],
        sensitive_features=data.group[known],
    )
    rates = selection_rates(data, counts)
    found = []
    for name, row in frame.by_group.iterrows():
        entry = {
            "group": str(name),
            "rows": int(row["rows"]),
            "judged": name in judged,
            **{m: float(row[m]) for m in list(measures)[1:]},
        }
        if name in judged:
            column = rates[:, judged.index(name)]
            entry["selectionRateLow"], entry["selectionRateHigh"] = interval(column)
            if attribute.reference in judged and name != attribute.reference:
                base = frame.by_group.loc[attribute.reference, "selectionRate"]
                entry["ratioToReference"] = float(row["selectionRate"] / base)
                entry["ratioLow"], entry["ratioHigh"] = interval(
                    column / rates[:, judged.index(attribute.reference)]
                )
        found.append(entry)
    return found
