"""Compress: offers int8 weights and a distilled student, and keeps one only within tolerance.

A candidate is kept when it has at most half the size, decides as the original does on nearly every
held-out row, loses almost nothing on the contract's improvement metric, and holds every gate. A
model whose explanations are exact (additive log-odds) is not given up for one whose explanations
are sampled. Everything about the kept model is computed again, so what is released is what was
judged. Writes the final `model.onnx`, `evaluation.json`, `audit.json`, `explanation.json`,
`compression.json`; and `measured.json` with latencies, which differ from run to run and therefore
decide nothing and are part of no digest.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from ..auditing import audit
from ..comparison import Attempt, compare, losing_groups
from ..compression import distil, latency, quantise
from ..context import Context
from ..evaluation import evaluate
from ..explaining import ADDITIVE_TOLERANCE, additivity_rows, explain
from ..gates import failed
from ..onnx_model import Scorer
from ..rows import inputs, labels, read_rows
from ..run import read_json, write_json
from ..statistics.performance import HIGHER_IS_BETTER, Scored, metric
from ..statistics.shapley import is_additive

NAME = "compress"
MINIMUM_DECISION_AGREEMENT = 0.99
MAXIMUM_METRIC_LOSS = 0.005
MAXIMUM_SIZE = 0.5


def run(context: Context) -> bool:
    champion = context.champion.digest if context.champion else None
    made = context.inputs("train", "prepare", "evaluate", "audit", "explain", champion=champion)
    return context.run.perform(NAME, made, lambda folder: _work(context, folder))


def _work(context: Context, folder: Path) -> None:
    contract = context.contract
    prepared = context.run.folder("prepare")
    rows, bins = read_rows(prepared / "holdout.csv"), read_json(prepared / "bins.json")
    original = (context.run.folder("train") / "model.onnx").read_bytes()
    teacher = Scorer(original, "model.onnx")
    offered = _offered(context, original, teacher, bins)
    candidates = {name: model for name, model in offered.items() if model is not None}
    found = [
        {"candidate": name, "bytes": None, "why": "no weights that can be stored as int8"}
        for name in offered
        if name not in candidates
    ]
    measured, reports = {}, {}
    for name, model in candidates.items():
        scorer = Scorer(model, name)
        measured[name] = {"bytes": len(model), **latency(scorer, inputs(contract, rows.iloc[:1]))}
        entry = {"candidate": name, "bytes": len(model), **compared(context, rows, teacher, scorer)}
        found.append(entry)
        if name == "original":
            continue
        entry["why"] = refusal(entry, len(original), _inexact(context, bins, rows, scorer))
        if entry["why"] is None:
            reports[name] = _reports(context, rows, bins, scorer)
            entry["why"] = (
                "within tolerance, every gate holds"
                if reports[name]["hold"]
                else "a gate of the contract does not hold"
            )
    kept = _choose(found, reports)
    _write(context, folder, kept, candidates[kept], reports.get(kept))
    tolerance = {
        "maximumSize": MAXIMUM_SIZE,
        "minimumDecisionAgreement": MINIMUM_DECISION_AGREEMENT,
        "maximumMetricLoss": MAXIMUM_METRIC_LOSS,
    }
    write_json(
        folder / "compression.json", {"kept": kept, "tolerance": tolerance, "candidates": found}
    )
    write_json(folder / "measured.json", measured)


def _inexact(context: Context, bins: dict, rows: pd.DataFrame, scorer: Scorer) -> bool:
    """Whether a form of the model loses the exact explanations that the original has."""
    if not read_json(context.run.folder("explain") / "explanation.json")["additive"]:
        return False
    sample = additivity_rows(context.contract, bins, rows)
    return not is_additive(scorer.log_odds, *sample, ADDITIVE_TOLERANCE)


def _offered(context: Context, original: bytes, teacher: Scorer, bins: dict) -> dict:
    """Every form of the model that is tried; None where there is none."""
    contract = context.contract
    rows = read_rows(context.run.folder("prepare") / "train.csv")
    student = distil(
        teacher, inputs(contract, rows), bins, f"{contract.name}-student", context.options.seed
    )
    return {
        "original": original,
        "original-int8": quantise(original),
        "student": student,
        "student-int8": quantise(student),
    }


def compared(context: Context, rows: pd.DataFrame, teacher: Scorer, candidate: Scorer) -> dict:
    """Share of equal decisions and loss on the improvement metric, on the held-out rows."""
    contract = context.contract
    features, label, one = inputs(contract, rows), labels(contract, rows), np.ones((1, len(rows)))
    old = Scored(label, teacher.score(features), contract.threshold)
    new = Scored(label, candidate.score(features), contract.threshold)
    name = contract.improvement_metric
    change = float(metric(name, new, one)[0] - metric(name, old, one)[0])
    return {
        "decisionAgreement": float((old.decision == new.decision).mean()),
        "metricLoss": -change if HIGHER_IS_BETTER[name] else change,
    }


def refusal(entry: dict, original: int, loses_exactness: bool) -> str | None:
    """Why a candidate is not worth judging any further, or None."""
    if entry["bytes"] > MAXIMUM_SIZE * original:
        return "more than half the original's size"
    if entry["decisionAgreement"] < MINIMUM_DECISION_AGREEMENT:
        return "decides otherwise on too many rows"
    if entry["metricLoss"] > MAXIMUM_METRIC_LOSS:
        return "loses too much on the improvement metric"
    return "its explanations would no longer be exact" if loses_exactness else None


def _reports(context: Context, rows: pd.DataFrame, bins: list[dict], scorer: Scorer) -> dict:
    """Evaluation, audit and explanation of a candidate, and whether no gate fails."""
    contract, seed = context.contract, context.options.seed
    scores = scorer.score(inputs(contract, rows))
    reports = {
        "evaluation": evaluate(contract, rows, scores, seed),
        "audit": audit(contract, rows, scores),
        "explanation": explain(contract, rows, bins, scorer, seed),
    }
    gates = [*reports["evaluation"]["gates"], *reports["audit"]["gates"]]
    if context.champion:
        reports["evaluation"]["comparison"] = compare(
            contract, context.champion, rows, scores, _attempt(context)
        )
        reports["audit"]["againstChampion"] = losing_groups(
            contract, context.champion, rows, scores
        )
        gates += (
            reports["evaluation"]["comparison"]["gates"]
            + reports["audit"]["againstChampion"]["gates"]
        )
    return {**reports, "hold": not failed(gates)}


def _attempt(context: Context) -> Attempt:
    """The attempt as the step `evaluate` judged it: another form of a challenger is no other."""
    judged = read_json(context.run.folder("evaluate") / "evaluation.json")["comparison"]
    newest = read_json(context.run.folder("prepare") / "preparation.json")["newest"]
    return Attempt(judged["attempt"], newest and newest["trained"])


def _choose(found: list[dict], reports: dict) -> str:
    """The smallest candidate within tolerance whose gates hold, else the original."""
    usable = [e for e in found if e["candidate"] in reports and reports[e["candidate"]]["hold"]]
    kept = min(usable, key=lambda e: e["bytes"])["candidate"] if usable else "original"
    for entry in found:
        entry["kept"] = entry["candidate"] == kept
    return kept


def _write(context: Context, folder: Path, kept: str, model: bytes, reports: dict | None) -> None:
    (folder / "model.onnx").write_bytes(model)
    for step, name in (("evaluate", "evaluation"), ("audit", "audit"), ("explain", "explanation")):
        earlier = context.run.folder(step) / f"{name}.json"
        if reports is None:
            shutil.copyfile(earlier, folder / f"{name}.json")
            continue
        before = read_json(earlier)
        carried = {key: before[key] for key in ("unmitigated", "mitigated") if key in before}
        write_json(folder / f"{name}.json", {**reports[name], **carried})
