"""Champion against challenger on the same held-out rows, so noise that they share cancels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .champion import Champion
from .contract import Contract
from .errors import InputError
from .gates import gate
from .rows import groups, labels
from .statistics.fairness import Grouped, metric
from .statistics.paired import Gain, paired, rows_needed
from .statistics.performance import Scored

#: A group loses when it is wronged more often: fewer right decisions, or fewer of its deserving
#: members selected.
GROUP_METRICS = ("accuracy", "recall")


def compare(contract: Contract, champion: Champion, rows: pd.DataFrame, scores: np.ndarray) -> dict:
    """The challenger's gain on the contract's improvement metric, and the gate that it be more than
    noise (one-sided).

    Raises InputError where the rows are too few to ever show a gain.
    """
    old, new = _scored(contract, champion, rows, scores)
    level = contract.significance
    _reachable(len(rows), level, "the held-out rows")
    found = paired(contract.improvement_metric, old, new)
    name = (
        f"improvement of {contract.improvement_metric} over champion"
        f" {champion.manifest['version']}: p-value"
    )
    return {
        "metric": contract.improvement_metric,
        "champion": champion.manifest["version"],
        **_reported(found),
        "gates": [gate(name, found.p, maximum=level)],
    }


def losing_groups(
    contract: Contract, champion: Champion, rows: pd.DataFrame, scores: np.ndarray
) -> dict:
    """Per group of the minimum size and metric, the paired change; the gate fails for a loss that
    is more than noise. And the fairness bounds that the champion keeps.

    The significance is Bonferroni-corrected over all tests, so that many groups do not make a
    refusal by chance. `notJudged` names the recall of groups with too few rows of the positive
    label to ever show a loss. Raises InputError where a whole group is too small for that.
    """
    old, new = _scored(contract, champion, rows, scores)
    judged = [
        (attribute.name, group.name, inside)
        for attribute in contract.attributes
        for group in attribute.groups
        if (inside := np.flatnonzero(groups(attribute.name, rows) == group.name)).size
        >= contract.minimum_group_size
    ]
    level = contract.significance / max(len(GROUP_METRICS) * len(judged), 1)
    changes: list[dict] = []
    unjudged: list[dict] = []
    gates: list[dict] = []
    for attribute, group, inside in judged:
        _reachable(len(inside), level, f"{group} ({attribute})")
        for name in GROUP_METRICS:
            of = {"attribute": attribute, "group": group, "metric": name}
            asked = int((old.label[inside] == 1).sum()) if name == "recall" else len(inside)
            if asked < rows_needed(level):
                unjudged.append({**of, "rows": asked})
                continue
            found = paired(name, old.at(inside), new.at(inside))
            changes.append({**of, **_reported(found)})
            what = f"no group loses: p-value of a lower {name} for {group} ({attribute})"
            gates.append(gate(what, found.p_loss, minimum=level))
    gates += kept_bounds(contract, champion, rows, old, new)
    return {"changes": changes, "notJudged": unjudged, "gates": gates}


def kept_bounds(
    contract: Contract, champion: Champion, rows: pd.DataFrame, old: Scored, new: Scored
) -> list[dict]:
    """A gate for each fairness bound that the champion's value on these rows is within: the
    challenger's must be too.

    The audit alone lets pass what too few rows cannot show. A challenger has no such benefit: where
    its value points beyond a bound that the champion keeps, the champion stays.
    """
    gates = []
    for bound in contract.fairness:
        before, after = (
            metric(
                bound.metric,
                Grouped(scored, groups(bound.attribute, rows), contract.minimum_group_size),
            )
            for scored in (old, new)
        )
        name = f"{bound.metric} of {bound.attribute}"
        if gate(name, before, bound.minimum, bound.maximum)["passed"]:
            kept = f"{name}, which champion {champion.manifest['version']} keeps"
            gates.append(gate(kept, after, bound.minimum, bound.maximum))
    return gates


def _scored(
    contract: Contract, champion: Champion, rows: pd.DataFrame, scores: np.ndarray
) -> tuple[Scored, Scored]:
    label = labels(contract, rows)
    return (
        Scored(label, champion.score(rows), champion.threshold),
        Scored(label, scores, contract.threshold),
    )


def _reachable(rows: int, level: float, what: str) -> None:
    """Raises InputError where no outcome of the rows could have a p-value at the level: such a test
    would pass, or refuse, whatever the model does."""
    needed = rows_needed(level)
    if rows < needed:
        allowed = f"at least {needed}, so that a test at significance {level:.2g} can fail"
        raise InputError("held-out rows", [f"of {what}: got {rows}, allowed: {allowed}"])


def _reported(found: Gain) -> dict:
    return {
        "before": found.before,
        "after": found.after,
        "gain": found.gain,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "pLoss": found.p_loss,
    }
