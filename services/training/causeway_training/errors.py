"""What can go wrong, and the exit code that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

EXIT_UNEXPECTED = 1
EXIT_INPUT = 2
EXIT_GATE = 3


#: What a problem got where nothing was given.
NOTHING = object()
_SHOWN_CHARACTERS = 120
_SHOWN_KEY_CHARACTERS = 80


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: the path of a field, its value, and what is allowed there."""

    key: str
    got: Any
    allowed: str

    def __str__(self) -> str:
        got = "nothing" if self.got is NOTHING else json.dumps(self.got, ensure_ascii=False)
        if len(got) > _SHOWN_CHARACTERS:
            got = f"{got[: _SHOWN_CHARACTERS - 3]}..."
        return f"{self.key}: got {got}, allowed: {self.allowed}"


def path_name(path: Sequence[str | int]) -> str:
    """A path in words, as `pathName` of services/contract/problems.ts has it: `features[1].name`.

    A key that could be misread stands in quotes: `metrics["a.b"]`.
    """
    if not path:
        return "(whole input)"
    return "".join(_part_name(part, first=i == 0) for i, part in enumerate(path))


def _part_name(part: str | int, first: bool) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if len(part) > _SHOWN_KEY_CHARACTERS:
        return f"[{json.dumps(part[:_SHOWN_KEY_CHARACTERS] + '...', ensure_ascii=False)}]"
    # Readers know different versions of Unicode.
    if re.fullmatch(r'(?:(?![.\[\]"])[!-~])+(?: (?:(?![.\[\]"])[!-~])+)*', part):
        return part if first else f".{part}"
    return f"[{json.dumps(part, ensure_ascii=False)}]"


def first_line(error: Exception) -> str:
    """The first line of what an exception says; its type where it says nothing."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def one_line(error: Exception) -> str:
    """An exception of other people's code as a problem: its type and :func:`first_line`."""
    name, first = type(error).__name__, first_line(error)
    return name if first == name else f"{name}: {first}"


class InputError(Exception):
    """An input that cannot be used: a contract, a data file, an argument.

    Lists every problem found (exit code 2).
    """

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"{source} has {len(problems)} problem{'' if len(problems) == 1 else 's'}:\n{lines}"
        )


class GateFailure(Exception):
    """Gates that did not hold: each with its value and its threshold (exit code 3).

    The champion is left alone.
    """

    def __init__(self, step: str, gates: list[dict]) -> None:
        self.step = step
        self.gates = gates
        lines = "\n".join(f"  - {describe(gate)}" for gate in gates)
        super().__init__(
            f"{step}: {len(gates)} gate{'' if len(gates) == 1 else 's'} failed; nothing is"
            f" released:\n{lines}"
        )


def describe(gate: dict) -> str:
    """One gate in one line: `selection-rate-ratio of race: value 0.75, threshold at least 0.8`."""
    bound = (
        f"at least {gate['min']:g}" if gate.get("min") is not None else f"at most {gate['max']:g}"
    )
    interval = f" ({gate['low']:.4g} to {gate['high']:.4g})" if "low" in gate else ""
    example = (
        f", such as {json.dumps(gate['example'], ensure_ascii=False)}" if "example" in gate else ""
    )
    allowed = f"; allowed: {gate['allowed']}" if "allowed" in gate else ""
    return (
        f"{gate['gate']}: value {gate['value']:.4g}{interval}{example}, threshold {bound}{allowed}"
    )
