"""Paired tests of two models on the same rows.

Accuracy and recall count rows, and get McNemar's exact test. The other metrics get the delta
method: each row has an influence on the metric, the difference of its two influences keeps what the
models share from counting as noise, and the gain over its standard error follows Student's t. For
AUC these are the components of DeLong, DeLong and Clarke-Pearson (1988). A p-value has no floor but
what the rows set: a test by resampling could not go below one over the resamples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm, rankdata, t

from .performance import HIGHER_IS_BETTER, Scored, metric

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Gain:
    """Change of a metric from one model to another, positive for the better, with a 95% interval;
    the one-sided p-values of "no gain" and of "no loss"; NaN where the metric is undefined."""

    before: float
    after: float
    gain: float
    low: float
    high: float
    p: float
    p_loss: float


def paired(name: str, old: Scored, new: Scored) -> Gain:
    """Compares two models on the same rows, whose labels must be equal."""
    sign = 1.0 if HIGHER_IS_BETTER[name] else -1.0
    one = np.ones((1, len(old.label)))
    before, after = float(metric(name, old, one)[0]), float(metric(name, new, one)[0])
    gain = sign * (after - before)
    if name in ("accuracy", "recall"):
        return Gain(before, after, gain, *_counted_change(name, old, new))
    error, freedom = standard_error(name, old, new), _freedom(old.label)
    half = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    p, p_loss = (_student(one, error, freedom, len(old.label)) for one in (gain, -gain))
    return Gain(before, after, gain, gain - half, gain + half, p, p_loss)


def rows_needed(level: float) -> int:
    """Fewest paired rows by which a test at this level can fail: that all of n rows speak for one
    side has a p-value of 2^-n.

    Raises ValueError for a level that is no share.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level is between 0 and 1, got {level}")
    return math.ceil(-math.log2(level))


def mcnemar(lost: int, gained: int) -> float:
    """One-sided exact p-value of so many losses or more among the rows on which two models differ
    (McNemar 1947)."""
    return float(binom.sf(lost - 1, lost + gained, 0.5))


def standard_error(name: str, old: Scored, new: Scored) -> float:
    """Of the difference of a metric between two models on the same rows."""
    difference = influence(name, new) - influence(name, old)
    rows = len(difference)
    return float(np.sqrt((difference**2).sum() / rows / max(rows - 1, 1)))


def influence(name: str, rows: Scored) -> np.ndarray:
    """Influence of each row on a metric, shape (rows): their mean is 0, and the metric on other
    rows differs by about the mean of theirs."""
    if name == "auc":
        return _auc_influence(rows.label == 1, rows.score)
    if name == "brier":
        squares = (rows.score - rows.label) ** 2
        return squares - squares.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        part, whole = _counted(name, rows)
        return (part - part.mean() / whole.mean() * whole) / whole.mean()


def _counted(name: str, rows: Scored) -> tuple[np.ndarray, np.ndarray]:
    """What each row adds to the numerator and to the denominator of a share."""
    label, decision = rows.label == 1, rows.decision == 1
    both = (label & decision).astype(float)
    if name == "accuracy":
        return (label == decision).astype(float), np.ones(len(label))
    if name == "recall":
        return both, label.astype(float)
    if name == "precision":
        return both, decision.astype(float)
    if name == "f1":
        return 2 * both, label.astype(float) + decision
    raise ValueError(f"no influence is known of the metric {name}")


def _auc_influence(label: np.ndarray, score: np.ndarray) -> np.ndarray:
    positives, negatives = int(label.sum()), int((~label).sum())
    if positives == 0 or negatives == 0:
        return np.full(len(label), np.nan)
    above, own = rankdata(score), np.empty(len(label))
    own[label], own[~label] = rankdata(score[label]), rankdata(score[~label])
    # Share of the other class that a row is on the right side of, ties as halves.
    right = np.where(label, (above - own) / negatives, 1 - (above - own) / positives)
    area = right[label].mean()
    return (right - area) * len(label) / np.where(label, positives, negatives)


def _counted_change(name: str, old: Scored, new: Scored) -> tuple[float, float, float, float]:
    """Interval (Agresti and Min 2005) and p-values of a change of accuracy or recall."""
    asked = old.label == 1 if name == "recall" else np.ones(len(old.label), dtype=bool)
    was, now = (old.decision == old.label)[asked], (new.decision == new.label)[asked]
    rows, lost, gained = len(was), int((was & ~now).sum()), int((~was & now).sum())
    if rows == 0:
        return (math.nan, math.nan, math.nan, math.nan)
    middle, more = (gained - lost) / (rows + 2), rows + 2
    spread = math.sqrt((gained + lost + 1) - (gained - lost) ** 2 / more) / more
    half = float(norm.ppf((1 + CONFIDENCE) / 2)) * spread
    return middle - half, middle + half, mcnemar(gained, lost), mcnemar(lost, gained)


def _student(gain: float, error: float, freedom: int, rows: int) -> float:
    """P-value of so great a gain or a greater one, never below that of all rows on one side."""
    if not math.isfinite(gain) or not math.isfinite(error):
        return math.nan
    if error == 0:
        return 0.5**rows if gain > 0 else 1.0
    return max(float(t.sf(gain / error, freedom)), 0.5**rows)


def _freedom(label: np.ndarray) -> int:
    """Degrees of freedom: the rarer label carries the information."""
    positives = int((label == 1).sum())
    return max(min(positives, len(label) - positives) - 1, 1)
