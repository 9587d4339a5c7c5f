"""Which files a release has, and that its folder holds no other."""

from __future__ import annotations

from pathlib import Path

from .run import RECORD
from .signing import ATTESTATION_FILE

#: Reports of the steps.
EVIDENCE = ("evaluation", "audit", "explanation", "compression")
#: Every file of a release but the attestation, which names each by digest.
FILES = (
    "model.onnx",
    "model-card.md",
    "reference.json",
    "explainer.json",
    *(f"{name}.json" for name in EVIDENCE),
    "manifest.json",
)


def foreign_files(folder: Path) -> list[str]:
    """What lies in a release folder and is none of its files, as problems; the record of a step is
    the run's."""
    allowed = {*FILES, ATTESTATION_FILE, RECORD}
    return [
        f"{entry.name} is no file of a release"
        for entry in sorted(folder.iterdir())
        if entry.name not in allowed
    ]
