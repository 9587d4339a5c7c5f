"""What a run did, in the words of the audit ledger: one small file for each action under `facts/`
of the run directory.

The steps cannot write the ledger themselves, since whoever trains must not be able to record an
approval. The program `record-run` adds the facts to it, with who ran the steps. They hold digests,
figures and gates; no rows.
"""

from __future__ import annotations

import json
from typing import Any

from .context import Context
from .digests import canonical_json, digest_file
from .errors import GateFailure
from .run import read_json, write_text
from .steps.package import created_at
from .steps.release import source

FOLDER = "facts"
#: Steps whose end is a fact, and the action that it is.
ACTIONS = {"train": "train", "package": "evaluate", "release": "release"}
#: Steps before a model is there: a gate that ends them ends the training.
BEFORE_A_MODEL = ("collect", "validate", "prepare", "train")


def state(context: Context, step: str) -> None:
    """Writes the fact that a finished step is, if it is one.

    What is written already and still so is left alone.
    """
    if step in ACTIONS:
        _write(
            context,
            ACTIONS[step],
            {"train": _trained, "package": _evaluated, "release": _released}[step](context),
        )


def state_refusal(context: Context, failure: GateFailure) -> None:
    """Writes that a run ended at gates, each with its value and its bound."""
    action = "train" if failure.step in BEFORE_A_MODEL else ACTIONS.get(failure.step, "evaluate")
    model = {} if action == "train" else {"trained": _digest(context, "train", "model.onnx")}
    _write(
        context,
        action,
        {"outcome": "refused", "step": failure.step, "gates": failure.gates, **model},
    )


def _trained(context: Context) -> dict[str, Any]:
    report = read_json(context.run.folder("train") / "training.json")
    return {
        "outcome": "trained",
        "model": _digest(context, "train", "model.onnx"),
        "data": _digest(context, "collect", "data.csv"),
        "code": context.code,
        "contract": context.contract.digest,
        "seed": context.options.seed,
        "mitigated": report["mitigated"],
        # By the model itself: a manifest of the same model could be written again.
        "champion": context.champion.manifest["digests"]["model"] if context.champion else None,
    }


def _evaluated(context: Context) -> dict[str, Any]:
    manifest = read_json(context.run.folder("package") / "manifest.json")
    return {
        "outcome": "held",
        "trained": _digest(context, "train", "model.onnx"),
        "model": manifest["digests"]["model"],
        "version": manifest["version"],
        "rows": manifest["evaluation"]["rows"],
        "metrics": {
            name: value["value"] for name, value in manifest["evaluation"]["metrics"].items()
        },
        "fairness": manifest["fairness"],
        "reports": manifest["digests"]["evidence"],
        "champion": context.champion.digest if context.champion else None,
        "attempt": manifest.get("comparison", {}).get("attempt"),
    }


def _released(context: Context) -> dict[str, Any]:
    folder = source(context)
    manifest = read_json(folder / "manifest.json")
    named = {key: manifest["digests"][key] for key in ("model", "data", "card")}
    return {
        "version": manifest["version"],
        **named,
        "image": manifest["image"]["digest"],
        "published": manifest["published"],
        "manifest": digest_file(folder / "manifest.json"),
    }


def _digest(context: Context, step: str, name: str) -> str:
    return context.run.record(step)["outputs"][name]


def _write(context: Context, action: str, details: dict[str, Any]) -> None:
    run = context.run
    name = f"{FOLDER}/{action}.json"
    path = run.path / name
    known = run.remote.get(name) if run.remote else path.read_bytes() if path.exists() else None
    details = json.loads(canonical_json(details))
    if known is not None:
        fact = json.loads(known)
        if fact["details"] == details and fact["subject"] == context.contract.name:
            return
    text = canonical_json(
        {
            "action": action,
            "subject": context.contract.name,
            "at": created_at(context.options.created_at),
            "details": details,
        }
    )
    path.parent.mkdir(exist_ok=True)
    write_text(path, text)
    if run.remote:
        run.remote.put(name, text.encode())
