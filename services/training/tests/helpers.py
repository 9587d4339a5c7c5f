"""What several tests do."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from causeway_training.context import Context
from causeway_training.digests import digest_file
from causeway_training.run import MEASURED

ORDER = ("collect", "validate", "prepare", "train", "evaluate", "audit", "explain", "compress", "package")


def step(name: str):
    return import_module(f"causeway_training.steps.{name}")


def run_to(context: Context, last: str) -> list[bool]:
    """Runs the steps up to and with `last`; says of each whether it did anything."""
    return [step(name).run(context) for name in ORDER[: ORDER.index(last) + 1]]


def digests(folder: Path) -> dict[str, str]:
    """Digest of each file below a folder, measured times left out."""
    return {
        p.relative_to(folder).as_posix(): digest_file(p)
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in (MEASURED, ".lock")
    }
