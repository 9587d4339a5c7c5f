"""Evaluate: performance on the held-out rows against the contract, and against the champion on the
same rows: the newest, that neither was made with, where the contract has a time column.

Writes `evaluation.json`, with the unmitigated model beside the released one when mitigation was
applied. Gates: the contract's performance bounds; with a champion, an improvement that is more than
noise.
"""

from __future__ import annotations

from pathlib import Path

from ..comparison import Attempt, compare
from ..context import Context
from ..evaluation import evaluate, overall
from ..gates import demand, gate
from ..onnx_model import Scorer
from ..rows import inputs, read_rows
from ..run import read_json, write_json

NAME = "evaluate"


def run(context: Context) -> bool:
    champion = context.champion.digest if context.champion else None
    return context.run.perform(
        NAME,
        context.inputs("train", "prepare", champion=champion, attempt=context.options.attempt),
        lambda folder: _work(context, folder),
    )


def _work(context: Context, folder: Path) -> None:
    contract, seed = context.contract, context.options.seed
    prepared = context.run.folder("prepare")
    rows = read_rows(prepared / "holdout.csv")
    trained = context.run.folder("train")
    scores = Scorer.open(trained / "model.onnx").score(inputs(contract, rows))
    wrong = int((~((scores >= 0) & (scores <= 1))).sum())
    demand(NAME, [gate("held-out rows whose score is no number from 0 to 1", wrong, maximum=0)])
    report = evaluate(contract, rows, scores, seed)
    gates = list(report["gates"])
    if (trained / "unmitigated.onnx").exists():
        report["unmitigated"] = overall(
            contract,
            rows,
            Scorer.open(trained / "unmitigated.onnx").score(inputs(contract, rows)),
            seed,
        )
    if context.champion:
        newest = read_json(prepared / "preparation.json")["newest"]
        attempt = Attempt(context.options.attempt, newest and newest["trained"])
        report["comparison"] = compare(contract, context.champion, rows, scores, attempt)
        gates += report["comparison"]["gates"]
    write_json(folder / "evaluation.json", report)
    demand(NAME, gates)
