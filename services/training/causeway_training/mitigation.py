"""Mitigation of unfair selection by fairlearn's reductions (Agarwal et al. 2018).

The model needs no protected attribute. `GridSearch` refits the estimator on
reweighted and relabelled rows, once per point of a grid of Lagrange multipliers. It returns single
predictors, so the chosen one exports to ONNX as it is (`ExponentiatedGradient` returns a random
mixture, `ThresholdOptimizer` needs the group at prediction time). The point is chosen on
out-of-fold scores of the training rows; the held-out rows are not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from .contract import Contract, FairnessBound
from .statistics.fairness import Grouped
from .statistics.fairness import metric as fairness_metric
from .statistics.performance import Scored

FOLDS = 3
GRID_SIZE = 41
#: Largest multipliers of the grids, tried in turn until a grid has a point that keeps every bound:
#: fine steps first.
GRID_LIMITS = (1.0, 2.0, 4.0)
#: How far beyond a contract's bound the out-of-fold value must lie: about one standard error for a
#: group of 140 training rows.
MARGIN = 0.04

Build = Callable[[], Any]


@dataclass(frozen=True)
class Data:
    """Training rows: inputs (rows x features), labels (0 or 1) and the group of each row per
    attribute."""

    inputs: np.ndarray
    label: np.ndarray
    groups: dict[str, np.ndarray]


def out_of_fold(build: Build, data: Data, seed: int) -> np.ndarray:
    """Scores of every training row by a model that has not seen it, shape (rows)."""
    scores = np.zeros(len(data.label))
    for fit, rest in folds(data, seed):
        scores[rest] = (
            build().fit(data.inputs[fit], data.label[fit]).predict_proba(data.inputs[rest])[:, 1]
        )
    return scores


def folds(data: Data, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds stratified by label and groups, so that each fold has rows of each group."""
    key = data.label.astype(str).astype(object)
    for names in data.groups.values():
        key = key + "/" + names.astype(object)
    _, code = np.unique(key.astype(str), return_inverse=True)
    counts = np.bincount(code)
    code = np.where(counts[code] >= FOLDS, code, -1)
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(data.inputs, code))


def fairness_values(
    contract: Contract, data: Data, scores: np.ndarray
) -> list[tuple[FairnessBound, float]]:
    """Each fairness bound of the contract with its value on these scores."""
    rows = Scored(data.label, scores, contract.threshold)
    minimum = contract.minimum_group_size
    return [
        (b, fairness_metric(b.metric, Grouped(rows, data.groups[b.attribute], minimum)))
        for b in contract.fairness
    ]


def violated(values: list[tuple[FairnessBound, float]], margin: float = 0.0) -> list[FairnessBound]:
    """Bounds that do not hold; `margin` tightens the selection bounds.

    A value that cannot be judged violates nothing.
    """
    return [bound for bound, value in values if bound.shortfall(value, _margin(bound, margin)) > 0]


def _margin(bound: FairnessBound, margin: float) -> float:
    """No margin for equalized odds: its cells are too small for one to be met."""
    return 0.0 if bound.metric == "equalized-odds-difference" else margin


def grid_search(
    build: Build, data: Data, attribute: str, rows: np.ndarray, limit: float, grid: Any = None
) -> tuple[list[Any], Any]:
    """Fitted pipelines on the given rows, one per point of the grid up to `limit` or of the given
    multipliers; and the multipliers.

    The steps before the model do not take weights, so they are fitted once and shared. Grid points
    correspond between calls with the same groups.
    """
    from fairlearn.reductions import DemographicParity, GridSearch

    pipeline = build()
    before = pipeline[:-1].fit(data.inputs[rows], data.label[rows])
    size = {"grid_size": GRID_SIZE, "grid_limit": limit} if grid is None else {"grid": grid}
    search = GridSearch(pipeline[-1], DemographicParity(), **size)
    search.fit(
        before.transform(data.inputs[rows]),
        data.label[rows],
        sensitive_features=data.groups[attribute][rows],
    )
    return [
        Pipeline([*before.steps, ("model", model)]) for model in search.predictors_
    ], search.lambda_vecs_


@dataclass(frozen=True)
class Choice:
    """The grid point that was taken, the predictor fitted on all training rows, and its out-of-fold
    values."""

    point: int
    limit: float
    predictor: Any
    met: bool
    values: list[tuple[FairnessBound, float]]


def mitigate(build: Build, contract: Contract, data: Data, attribute: str, seed: int) -> Choice:
    """The grid point with the lowest Brier score among those that keep every fairness bound out of
    fold, by the margin.

    When no grid has such a point, the one that falls short the least; the audit then decides on the
    held-out rows.
    """
    choices = []
    for limit in GRID_LIMITS:
        choices.append(_best(build, contract, data, attribute, seed, limit))
        if choices[-1].met:
            return choices[-1]
    return min(choices, key=lambda choice: _shortfall(choice.values))


def _best(
    build: Build, contract: Contract, data: Data, attribute: str, seed: int, limit: float
) -> Choice:
    scores = np.zeros((GRID_SIZE, len(data.label)))
    for fit, rest in folds(data, seed):
        predictors, multipliers = grid_search(build, data, attribute, fit, limit)
        held = predictors[0][:-1].transform(data.inputs[rest])
        for point, predictor in enumerate(predictors):
            scores[point, rest] = predictor[-1].predict_proba(held)[:, 1]
    judged = [fairness_values(contract, data, scores[point]) for point in range(GRID_SIZE)]
    brier = ((scores - data.label) ** 2).mean(axis=1)
    best = min(range(GRID_SIZE), key=lambda point: (_shortfall(judged[point]), brier[point], point))
    chosen, _ = grid_search(
        build, data, attribute, np.arange(len(data.label)), limit, multipliers.iloc[:, [best]]
    )
    return Choice(best, limit, chosen[0], not violated(judged[best], MARGIN), judged[best])


def _shortfall(values: list[tuple[FairnessBound, float]]) -> float:
    """By how much the values miss their bounds, margins included, in total; 0 when all hold."""
    return sum(bound.shortfall(value, _margin(bound, MARGIN)) for bound, value in values)
