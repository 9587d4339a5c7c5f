"""All Python code of the repository, judged by ruff under the rules of pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TRAINING = Path(__file__).parents[1]
REPOSITORY = TRAINING.parents[1]
FOLDERS = [str(REPOSITORY / name) for name in ("services", "cli", "lab", "test")]


def test_ruff_finds_nothing() -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--config",
        str(TRAINING / "pyproject.toml"),
        "--output-format",
        "concise",
        *FOLDERS,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TRAINING)
    assert (done.returncode, done.stdout + done.stderr) == (0, "All checks passed!\n")
