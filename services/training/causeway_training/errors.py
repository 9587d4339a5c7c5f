"""What can go wrong, and the exit code that says so."""

from __future__ import annotations

EXIT_UNEXPECTED = 1
EXIT_INPUT = 2
EXIT_GATE = 3


class InputError(Exception):
    """An input that cannot be used: a contract, a data file, an argument. Lists every problem found (exit code 2)."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"{source} has {len(problems)} problem{'' if len(problems) == 1 else 's'}:\n{lines}"
        )


class GateFailure(Exception):
    """Gates that did not hold: each with its value and its threshold (exit code 3). The champion is left alone."""

    def __init__(self, step: str, gates: list[dict]) -> None:
        self.step = step
        self.gates = gates
        lines = "\n".join(f"  - {describe(gate)}" for gate in gates)
        super().__init__(
            f"{step}: {len(gates)} gate{'' if len(gates) == 1 else 's'} failed; nothing is released:\n{lines}"
        )


def describe(gate: dict) -> str:
    """One gate in one line: `selection-rate-ratio of race: value 0.75, threshold at least 0.8`."""
    bound = (
        f"at least {gate['min']:g}" if gate.get("min") is not None else f"at most {gate['max']:g}"
    )
    return f"{gate['gate']}: value {gate['value']:.4g}, threshold {bound}"
