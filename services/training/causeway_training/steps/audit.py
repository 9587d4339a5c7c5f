"""Audit: fairness on the held-out rows against the contract; with a champion, whether any group
loses.

A gate that is shown neither to hold nor to fail stops nothing: it stands in manifest and card, and
a person decides. Writes `audit.json`, with the unmitigated model's audit beside the released one's
when mitigation was applied.
"""

from __future__ import annotations

from pathlib import Path

from ..auditing import audit
from ..comparison import losing_groups
from ..context import Context
from ..gates import demand
from ..onnx_model import Scorer
from ..rows import inputs, read_rows
from ..run import write_json

NAME = "audit"


def run(context: Context) -> bool:
    champion = context.champion.digest if context.champion else None
    return context.run.perform(
        NAME,
        context.inputs("train", "prepare", "evaluate", champion=champion),
        lambda folder: _work(context, folder),
    )


def _work(context: Context, folder: Path) -> None:
    contract = context.contract
    rows = read_rows(context.run.folder("prepare") / "holdout.csv")
    trained = context.run.folder("train")
    mitigated = (trained / "unmitigated.onnx").exists()
    scores = Scorer.open(trained / "model.onnx").score(inputs(contract, rows))
    report = {**audit(contract, rows, scores), "mitigated": mitigated}
    gates = list(report["gates"])
    if mitigated:
        report["unmitigated"] = audit(
            contract,
            rows,
            Scorer.open(trained / "unmitigated.onnx").score(inputs(contract, rows)),
        )
    if context.champion:
        report["againstChampion"] = losing_groups(contract, context.champion, rows, scores)
        gates += report["againstChampion"]["gates"]
    write_json(folder / "audit.json", report)
    demand(NAME, gates)
