"""The fairness audit: each protected attribute against the contract, with simultaneous intervals
and minimum group sizes.

Point estimates equal fairlearn's. A gate judges the interval, which holds for all pairs of groups
together: which two groups are furthest apart is partly chance.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from .contract import Attribute, Contract
from .gates import interval_gate
from .rows import groups, labels
from .statistics.fairness import METRICS, ODDS, Grouped, interval, metric, unjudged
from .statistics.intervals import Cell, log_ratio
from .statistics.performance import Scored
from .statistics.representation import Z95, wilson


def audit(contract: Contract, rows: pd.DataFrame, scores: np.ndarray) -> dict:
    """Per attribute: metrics with intervals, groups with rates and their ratio to the reference;
    and the contract's fairness gates."""
    scored = Scored(labels(contract, rows), scores, contract.threshold)
    data = {
        a.name: Grouped(scored, groups(a.name, rows), contract.minimum_group_size)
        for a in contract.attributes
    }
    gates = []
    for bound in contract.fairness:
        grouped, declared = data[bound.attribute], contract.attribute(bound.attribute).groups
        gates.append(
            {
                **interval_gate(
                    f"{bound.metric} of {bound.attribute}",
                    metric(bound.metric, grouped),
                    interval(bound.metric, grouped),
                    bound.minimum,
                    bound.maximum,
                    unjudged(bound.metric, grouped, [g.name for g in declared]),
                ),
                "metric": bound.metric,
                "attribute": bound.attribute,
            }
        )
    return {
        "minimumGroupSize": contract.minimum_group_size,
        "threshold": contract.threshold,
        "attributes": [_attribute(a, data[a.name]) for a in contract.attributes],
        "gates": gates,
    }


def _attribute(attribute: Attribute, data: Grouped) -> dict:
    metrics = {}
    for name in METRICS:
        low, high = interval(name, data)
        metrics[name] = {"value": metric(name, data), "low": low, "high": high}
    return {
        "attribute": attribute.name,
        "reference": attribute.reference,
        "metrics": metrics,
        "equalizedOddsJudged": {
            rate: [cell.name for cell in data.cells(label)] for label, rate in ODDS.items()
        },
        "groups": [_group(attribute, group.name, data) for group in attribute.groups],
    }


def _group(attribute: Attribute, name: str, data: Grouped) -> dict:
    """Rates of a declared group, also of one without rows; intervals where it is judged."""
    whole, judged = _cell(name, data), data.judged()
    entry = {
        "group": name,
        "rows": whole.rows,
        "judged": name in judged,
        "selectionRate": whole.share,
        **{rate: _cell(name, data, label).share for label, rate in ODDS.items()},
    }
    if name in judged:
        low, high = wilson(whole.selected, whole.rows)
        entry |= {"selectionRateLow": low, "selectionRateHigh": high}
        if attribute.reference in judged and name != attribute.reference:
            base = _cell(attribute.reference, data)
            ends = [math.exp(end) for end in log_ratio(whole, base, Z95)]
            ratio = whole.share / base.share if base.selected else math.nan
            entry |= {"ratioToReference": ratio, "ratioLow": ends[0], "ratioHigh": ends[1]}
    return entry


def _cell(name: str, data: Grouped, label: int | None = None) -> Cell:
    inside = data.group == name
    if label is not None:
        inside = inside & (data.rows.label == label)
    return Cell(name, int((inside & (data.rows.decision == 1)).sum()), int(inside.sum()))
