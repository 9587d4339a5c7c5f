"""Package: gathers the model and its evidence into one folder that can be released.

Writes `model.onnx`, `model-card.md`, `reference.json`, `explainer.json`, `evaluation.json`,
`audit.json`, `explanation.json`, `compression.json`, `manifest.json`, and `attestation.json` over
all of them, signed where there is a key.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

from ..card import model_card
from ..context import Context
from ..digests import digest_file, digest_listing
from ..onnx_model import Scorer
from ..provenance import bills_of_materials, environment_digest, image_inputs_digest, next_version
from ..reference import explainer, reference
from ..release_files import EVIDENCE, FILES
from ..rows import read_rows
from ..run import read_json, write_json, write_text
from ..signing import Signer, write_attestation
from ..timestamps import format_timestamp, parse_timestamp

NAME = "package"
#: What the manifest says of a fairness gate.
FAIRNESS_KEYS = ("attribute", "metric", "value", "low", "high", "outcome", "notJudged")
#: What it says of the comparison with the champion.
COMPARISON_KEYS = ("champion", "metric", "attempt", "level", "p", "rows", "newerThan")
#: What it says of every gate.
GATE_KEYS = ("gate", "value", "min", "max", "passed", "outcome")


def run(context: Context) -> bool:
    options = context.options
    more = {
        "champion": context.champion.digest if context.champion else None,
        "version": options.version,
        "createdAt": options.created_at or os.environ.get("SOURCE_DATE_EPOCH"),
        "repository": options.repository,
        "image": image_inputs_digest(""),
        "key": Signer.open(options.signing_key).key_id if options.signing_key else None,
        "bills": bills_of_materials(),
        "environment": environment_digest(),
    }
    made = context.inputs("collect", "validate", "prepare", "train", "compress", **more)
    return context.run.perform(NAME, made, lambda folder: _work(context, folder))


def _work(context: Context, folder: Path) -> None:
    contract, options = context.contract, context.options
    prepared, final = context.run.folder("prepare"), context.run.folder("compress")
    evidence = {name: read_json(final / f"{name}.json") for name in EVIDENCE}
    evidence["validation"] = read_json(context.run.folder("validate") / "validation.json")
    evidence["preparation"] = read_json(prepared / "preparation.json")
    evidence["training"] = read_json(context.run.folder("train") / "training.json")
    data = digest_file(context.run.folder("collect") / "data.csv")
    version = options.version or next_version(
        context.champion.summary if context.champion else None, contract.feature_names, data
    )
    for name in ("model.onnx", *(f"{name}.json" for name in EVIDENCE)):
        shutil.copyfile(final / name, folder / name)
    scorer, bins = Scorer.open(folder / "model.onnx"), read_json(prepared / "bins.json")
    write_json(
        folder / "reference.json",
        reference(contract, version, read_rows(prepared / "holdout.csv"), bins, scorer),
    )
    write_json(
        folder / "explainer.json",
        explainer(contract, bins, scorer, evidence["explanation"]["additive"], options.seed),
    )
    write_text(folder / "model-card.md", model_card(contract, version, evidence))
    write_json(folder / "manifest.json", manifest(context, folder, version, data, evidence))
    write_attestation(folder, FILES, options.signing_key)


def manifest(context: Context, folder: Path, version: str, data: str, evidence: dict) -> dict:
    """The manifest as `services/evidence/release.ts` describes it.

    The files must be in `folder` already.
    """
    contract, options = context.contract, context.options
    model = digest_file(folder / "model.onnx")
    files = {
        "model": model,
        "card": digest_file(folder / "model-card.md"),
        "reference": digest_file(folder / "reference.json"),
        "evidence": evidence_digest(folder),
    }
    mitigated = evidence["training"]["mitigated"]
    fairness = [
        {
            key: g[key]
            for key in ("attribute", "metric", "value", "low", "high", "outcome", "notJudged")
        }
        | {"mitigated": mitigated}
        for g in evidence["audit"]["gates"]
    ]
    return {
        "model": contract.name,
        "version": version,
        "published": False,
        "createdAt": created_at(options.created_at),
        "digests": {
            **files,
            "data": data,
            "code": context.code,
            "contract": contract.digest,
            "environment": environment_digest(),
        },
        "bills": bills_of_materials(),
        "image": {
            "repository": options.repository or f"causeway/{contract.name}",
            "digest": image_inputs_digest(model),
        },
        "evaluation": {
            "rows": evidence["evaluation"]["rows"],
            "metrics": evidence["evaluation"]["metrics"],
        },
        "fairness": fairness,
        "gates": judged_gates(evidence),
        **_where_there_are(evidence),
        "compression": {"kept": evidence["compression"]["kept"]},
        "explanation": {
            "method": evidence["explanation"]["method"],
            "digest": digest_file(folder / "explainer.json"),
        },
        # Nobody can have approved an image that does not exist yet; they come from the ledger.
        "approvals": [],
    }


def _where_there_are(evidence: dict) -> dict:
    """What the manifest has with a champion, with a time column, with an excepted feature."""
    comparison = evidence["evaluation"].get("comparison")
    newest = evidence["preparation"]["newest"]
    exceptions = evidence["validation"]["leakageExceptions"]
    return {
        **({"comparison": {key: comparison[key] for key in COMPARISON_KEYS}} if comparison else {}),
        **({"newestRow": newest["all"]} if newest else {}),
        **({"leakageExceptions": exceptions} if exceptions else {}),
    }


def judged_gates(evidence: dict) -> list[dict]:
    """Every gate of the released model, of the comparison with the champion too, with its value and
    its bound."""
    evaluation, audit = evidence["evaluation"], evidence["audit"]
    judged = [
        evaluation,
        audit,
        evaluation.get("comparison", {}),
        audit.get("againstChampion", {}),
    ]
    return [
        {key: gate[key] for key in GATE_KEYS if key in gate}
        for report in judged
        for gate in report.get("gates", [])
    ]


def evidence_digest(folder: Path) -> str:
    """Digest over the listing of the reports of the steps: evaluation, audit, explanation,
    compression."""
    return digest_listing(folder, [folder / f"{name}.json" for name in EVIDENCE])


def created_at(given: str | None) -> str:
    """The time of creation in UTC: as given, else SOURCE_DATE_EPOCH (reproducible-builds.org), else
    now.

    The only part of a manifest that is not decided by the inputs.
    """
    if given is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        return format_timestamp(
            datetime.fromtimestamp(int(epoch), timezone.utc)
            if epoch
            else datetime.now(timezone.utc)
        )
    return format_timestamp(parse_timestamp(given, "--created-at"))
