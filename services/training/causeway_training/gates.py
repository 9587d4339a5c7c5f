"""A gate: a value against a bound of the contract.

A gate on an interval has three outcomes. `held`: the whole interval is within the bound. `failed`:
the whole interval is beyond it. `not shown`: neither, or something that the contract names could
not be judged; it stops no step, and a person decides about it.
"""

from __future__ import annotations

import math

from .errors import GateFailure

_SHOWN_CHARACTERS = 60
HELD, FAILED, NOT_SHOWN = "held", "failed", "not shown"


def gate(
    name: str,
    value: float,
    minimum: float | None = None,
    maximum: float | None = None,
    example: str | None = None,
    allowed: str | None = None,
) -> dict:
    """A judged gate.

    Exactly one bound; a value that is not a number never passes. `example` is one of what is
    counted, `allowed` what would not be.
    """
    holds, bound = _against(name, value, minimum, maximum)
    shown = {} if example is None else {"example": example[:_SHOWN_CHARACTERS]}
    shown |= {} if allowed is None else {"allowed": allowed}
    return {"gate": name, "value": value, **bound, **shown, "passed": holds}


def interval_gate(
    name: str,
    value: float,
    interval: tuple[float, float],
    minimum: float | None = None,
    maximum: float | None = None,
    unjudged: list[str] | None = None,
) -> dict:
    """A gate with three outcomes, by the interval around the value.

    Nothing can be shown to hold while `unjudged` names what could not be judged.
    """
    low, high = interval
    ends = [_against(name, end, minimum, maximum) for end in (low, high)]
    (holds_low, bound), (holds_high, _) = ends
    known = all(math.isfinite(one) for one in (value, low, high))
    if known and not holds_low and not holds_high:
        outcome = FAILED
    elif known and holds_low and holds_high and not unjudged:
        outcome = HELD
    else:
        outcome = NOT_SHOWN
    return {
        "gate": name,
        "value": value,
        "low": low,
        "high": high,
        **bound,
        "passed": outcome == HELD,
        "outcome": outcome,
        "notJudged": unjudged or [],
    }


def failed(gates: list[dict]) -> list[dict]:
    """Gates that stop a step: those that do not hold, but for those that are not shown."""
    return [g for g in gates if not g["passed"] and g.get("outcome") != NOT_SHOWN]


def demand(step: str, gates: list[dict]) -> None:
    """Raises GateFailure with every gate that failed."""
    found = failed(gates)
    if found:
        raise GateFailure(step, found)


def _against(
    name: str, value: float, minimum: float | None, maximum: float | None
) -> tuple[bool, dict]:
    if minimum is not None and maximum is None:
        return bool(value >= minimum), {"min": minimum}
    if maximum is not None and minimum is None:
        return bool(value <= maximum), {"max": maximum}
    raise ValueError(f"gate {name} needs exactly one of minimum and maximum")
