"""Champion against challenger on the same held-out rows: the same bootstrap resamples serve both,
so noise that they share cancels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .champion import Champion
from .contract import Contract
from .gates import gate
from .rows import groups, labels, strata
from .statistics.bootstrap import interval, one_sided_p, resample_counts
from .statistics.performance import HIGHER_IS_BETTER, Scored, metric

#: A group loses when it is wronged more often: fewer right decisions, or fewer of its deserving
#: members selected.
GROUP_METRICS = ("accuracy", "recall")


def compare(
    contract: Contract, champion: Champion, rows: pd.DataFrame, scores: np.ndarray, seed: int
) -> dict:
    """The challenger's gain on the contract's improvement metric, and the gate that it be more than
    noise (one-sided)."""
    label = labels(contract, rows)
    old, new = (
        Scored(label, champion.score(rows), champion.threshold),
        Scored(label, scores, contract.threshold),
    )
    counts = resample_counts(strata(contract, rows), seed)
    found = paired(contract.improvement_metric, old, new, counts)
    name = (
        f"improvement of {contract.improvement_metric} over champion"
        f" {champion.manifest['version']}: p-value"
    )
    return {
        "metric": contract.improvement_metric,
        "champion": champion.manifest["version"],
        **found,
        "gates": [gate(name, found["p"], maximum=contract.significance)],
    }


def paired(name: str, old: Scored, new: Scored, counts: np.ndarray) -> dict:
    """Values of both, the gain (positive is better) with its interval, and p-values of "no gain"
    and of "no loss"."""
    sign = 1.0 if HIGHER_IS_BETTER[name] else -1.0
    one = np.ones((1, counts.shape[1]))
    before, after = float(metric(name, old, one)[0]), float(metric(name, new, one)[0])
    gains = sign * (metric(name, new, counts) - metric(name, old, counts))
    low, high = interval(gains)
    return {
        "before": before,
        "after": after,
        "gain": sign * (after - before),
        "low": low,
        "high": high,
        "p": one_sided_p(gains),
        "pLoss": one_sided_p(-gains),
    }


def losing_groups(
    contract: Contract, champion: Champion, rows: pd.DataFrame, scores: np.ndarray, seed: int
) -> dict:
    """Per judged group and group metric, the paired change; the gate fails for a loss that is more
    than noise.

    The significance is Bonferroni-corrected over all tests, so that many groups do not make a
    refusal by chance.
    """
    label = labels(contract, rows)
    old, new = (
        Scored(label, champion.score(rows), champion.threshold),
        Scored(label, scores, contract.threshold),
    )
    changes = []
    for attribute in contract.attributes:
        found = groups(attribute.name, rows)
        for group in attribute.groups:
            inside = np.flatnonzero(found == group.name)
            if len(inside) >= contract.minimum_group_size:
                counts = resample_counts(np.zeros(len(inside)), seed)
                changes += [
                    {
                        "attribute": attribute.name,
                        "group": group.name,
                        "metric": m,
                        **paired(m, old.at(inside), new.at(inside), counts),
                    }
                    for m in GROUP_METRICS
                ]
    level = contract.significance / max(len(changes), 1)
    gates = [
        gate(
            f"no group loses: p-value of a lower {c['metric']} for {c['group']} ({c['attribute']})",
            c["pLoss"],
            minimum=level,
        )
        for c in changes
    ]
    return {"changes": changes, "gates": gates}
