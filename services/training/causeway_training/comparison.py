"""Champion against challenger on the same held-out rows, so noise that they share cancels.

A champion is asked about again and again. Each further challenger is judged at a smaller level, so
that all of them together replace a champion by chance no more often than the contract's
significance says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .champion import Champion
from .contract import Contract
from .errors import InputError
from .gates import gate
from .rows import Moment, groups, labels, moment
from .statistics.fairness import Grouped, metric
from .statistics.paired import Gain, paired, rows_needed
from .statistics.performance import Scored

#: A group loses when it is wronged more often: fewer right decisions, or fewer of its deserving
#: members selected.
GROUP_METRICS = ("accuracy", "recall")


@dataclass(frozen=True)
class Attempt:
    """The challenger among those of one champion: the first has number 1.

    `trained` is the time of its newest training row, where the contract has a time column.
    """

    number: int
    trained: Moment | None = None


def level_of(attempt: int, significance: float) -> float:
    """What is spent on an attempt: significance * 6 / (pi^2 k^2). The levels of all attempts k = 1,
    2, ... sum to the significance.

    Raises ValueError for a number below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, got {attempt}")
    return significance * 6 / (math.pi * attempt) ** 2


def compare(
    contract: Contract,
    champion: Champion,
    rows: pd.DataFrame,
    scores: np.ndarray,
    attempt: Attempt,
) -> dict:
    """The challenger's gain on the contract's improvement metric, and the gate that it be more than
    noise (one-sided), at the level of the attempt.

    With a time column, only rows count that are newer than all that either model was trained or
    chosen on. Raises InputError where these are too few to ever show a gain at that level.
    """
    after = newest_known(contract, champion, attempt.trained)
    inside = np.ones(len(rows), dtype=bool) if after is None else _newer(contract, rows, after)
    what = "the held-out rows" if after is None else f"the held-out rows newer than {after}"
    level = level_of(attempt.number, contract.significance)
    _reachable(int(inside.sum()), level, f"{what}, attempt {attempt.number}")
    old, new = _scored(contract, champion, rows[inside], scores[inside])
    found = paired(contract.improvement_metric, old, new)
    name = (
        f"improvement of {contract.improvement_metric} over champion"
        f" {champion.manifest['version']}: p-value of attempt {attempt.number}"
        f" (of significance {contract.significance:g} in all)"
    )
    return {
        "metric": contract.improvement_metric,
        "champion": champion.manifest["version"],
        "attempt": attempt.number,
        "level": level,
        "rows": int(inside.sum()),
        "newerThan": after,
        **_reported(found),
        "gates": [gate(name, found.p, maximum=level)],
    }


def newest_known(contract: Contract, champion: Champion, trained: Moment | None) -> Moment | None:
    """Time of the newest row that the challenger was trained on, or that its champion was trained
    or chosen on; None without a time column.

    Raises InputError where the two times are of different kinds.
    """
    seen = champion.manifest.get("newestRow")
    if contract.time_column is None or trained is None or seen is None:
        return trained if contract.time_column else None
    if isinstance(seen, str) != isinstance(trained, str):
        got = f"got {seen!r} as the champion's newest row and {trained!r} as the challenger's"
        raise InputError(f"column {contract.time_column}", [f"{got}, allowed: times of one kind"])
    return max(seen, trained)


def _newer(contract: Contract, rows: pd.DataFrame, after: Moment) -> np.ndarray:
    times = [moment(value) for value in rows[contract.time_column]]
    return np.array([time is not None and time > after for time in times], dtype=bool)


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
