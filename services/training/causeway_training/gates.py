"""A gate: a value against a bound of the contract."""

from __future__ import annotations

import math

from .errors import GateFailure


def gate(
    name: str, value: float, minimum: float | None = None, maximum: float | None = None
) -> dict:
    """A judged gate.

    Exactly one bound; a value that is not a number never passes.
    """
    if minimum is not None and maximum is None:
        holds, bound = value >= minimum, {"min": minimum}
    elif maximum is not None and minimum is None:
        holds, bound = value <= maximum, {"max": maximum}
    else:
        raise ValueError(f"gate {name} needs exactly one of minimum and maximum")
    return {"gate": name, "value": value, **bound, "passed": bool(math.isfinite(value) and holds)}


def demand(step: str, gates: list[dict]) -> None:
    """Raises GateFailure with every gate that failed."""
    failed = [g for g in gates if not g["passed"]]
    if failed:
        raise GateFailure(step, failed)
