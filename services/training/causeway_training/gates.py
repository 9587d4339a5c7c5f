"""A gate: a value against a bound of the contract."""

from __future__ import annotations

import math

from .errors import GateFailure


def gate(name: str, value: float, minimum: float | None = None, maximum: float | None = None) -> dict:
    """A judged gate. Exactly one bound; a value that is not a number never passes."""
    if (minimum is None) == (maximum is None):
        raise ValueError(f"gate {name} needs exactly one of minimum and maximum")
    holds = math.isfinite(value) and (value >= minimum if minimum is not None else value <= maximum)
    bound = {"min": minimum} if minimum is not None else {"max": maximum}
    return {"gate": name, "value": value, **bound, "passed": bool(holds)}


def demand(step: str, gates: list[dict]) -> None:
    """Raises GateFailure with every gate that failed."""
    failed = [g for g in gates if not g["passed"]]
    if failed:
        raise GateFailure(step, failed)
