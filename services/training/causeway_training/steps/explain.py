"""Explain: what drives the model, and how far two methods agree about single rows.

Writes `explanation.json`. No gate: an agreement of methods is no property of the model.
"""

from __future__ import annotations

from pathlib import Path

from ..context import Context
from ..explaining import explain
from ..onnx_model import Scorer
from ..rows import read_rows
from ..run import read_json, write_json

NAME = "explain"


def run(context: Context) -> bool:
    return context.run.perform(
        NAME, context.inputs("train", "prepare", "audit"), lambda folder: _work(context, folder)
    )


def _work(context: Context, folder: Path) -> None:
    prepared = context.run.folder("prepare")
    scorer = Scorer.open(context.run.folder("train") / "model.onnx")
    report = explain(
        context.contract,
        read_rows(prepared / "holdout.csv"),
        read_json(prepared / "bins.json"),
        scorer,
        context.options.seed,
    )
    write_json(folder / "explanation.json", report)
