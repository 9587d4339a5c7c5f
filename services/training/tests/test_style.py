"""All Python code of the repository, judged by ruff under the rules of pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

TRAINING = Path(__file__).parents[1]
REPOSITORY = TRAINING.parents[1]
FOLDERS = [str(REPOSITORY / name) for name in ("services", "cli", "lab", "test")]
CODE = sorted(
    [*(TRAINING / "causeway_training").rglob("*.py"), *TRAINING.parent.glob("models/*/*.py")]
)
MAXIMUM_FILE, MAXIMUM_FUNCTION = 300, 50


def ruff(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
    command += ["--config", str(TRAINING / "pyproject.toml"), *FOLDERS]
    return subprocess.run(command, capture_output=True, text=True, cwd=TRAINING)


def test_ruff_finds_nothing() -> None:
    done = ruff("check", "--output-format", "concise")
    assert (done.returncode, done.stdout + done.stderr) == (0, "All checks passed!\n")


def test_all_is_formatted() -> None:
    done = ruff("format", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def code_lines(lines: list[str]) -> int:
    """Lines that are neither empty nor a comment."""
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)


def too_long(text: str) -> list[str]:
    """What is over the limits: the file, or functions by name.

    Docstrings count for the file only.
    """
    lines = text.splitlines()
    found = ["the file"] if code_lines(lines) > MAXIMUM_FILE else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            head = lines[node.lineno - 1 : node.body[0].lineno - 1]
            body = lines[first.lineno - 1 : node.end_lineno]
            if code_lines(head) + code_lines(body) > MAXIMUM_FUNCTION:
                found.append(node.name)
    return found


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_file_and_no_function_is_too_long(path: Path) -> None:
    assert too_long(path.read_text(encoding="utf-8")) == []


def test_a_long_function_and_a_long_file_are_found() -> None:
    body = "".join(f"    a{i} = {i}\n" for i in range(MAXIMUM_FUNCTION))
    assert too_long(f'def long():\n    """Doc."""\n{body}') == ["long"]
    assert too_long("a = 1\n" * (MAXIMUM_FILE + 1)) == ["the file"]
    assert too_long("a = 1\n\n# Why.\n" * MAXIMUM_FILE) == []
