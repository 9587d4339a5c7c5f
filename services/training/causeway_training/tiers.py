"""What a risk tier asks of a model: the table `services/contract/tiers.json`, which policies, contract and commands read too."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .digests import digest_file
from .provenance import SERVICES

#: The impact assessment, beside the contract that names its digest.
ASSESSMENT = "impact-assessment.md"
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@cache
def table() -> dict[str, dict[str, Any]]:
    """Duties by tier, as `Duties` of `services/contract/tiers.ts` describes them."""
    return json.loads((SERVICES / "contract" / "tiers.json").read_text(encoding="utf-8"))


def tier_problems(raw: dict, folder: Path) -> list[str]:
    """What a contract, and what stands beside it, lacks for its risk tier. A tier that may not exist is its only problem."""
    tier = raw.get("riskTier")
    duties = table().get(tier) if isinstance(tier, str) else None
    allowed = ", ".join(name for name, found in table().items() if found["allowed"])
    if duties is None or not duties["allowed"]:
        return [
            f"riskTier: got {tier}, allowed: {allowed}; a prohibited practice (EU AI Act Art. 5) is never trained, released or served"
        ]
    because = f"because the risk tier is {tier}"
    channel = (raw.get("release") or {}).get("channel")
    problems = []
    if duties["notice"] and not raw.get("notice"):
        problems.append(
            f"notice: got nothing, allowed: what people are told of the machine's part, {because}"
        )
    if duties["fairnessAudit"] and not raw["gates"].get("fairness"):
        problems.append(f"gates.fairness: got none, allowed: at least one gate, {because}")
    if duties["humanGate"] and channel != "approval":
        problems.append(f"release.channel: got {channel}, allowed: approval, {because}")
    if (
        duties["logDays"]
        and _days((raw.get("retention") or {}).get("predictionLogs")) < duties["logDays"]
    ):
        problems.append(
            f"retention.predictionLogs: allowed: at least {duties['logDays']} days, {because}"
        )
    return problems + (
        _assessment(raw, folder / ASSESSMENT, because) if duties["impactAssessment"] else []
    )


def _assessment(raw: dict, path: Path, because: str) -> list[str]:
    if not path.exists():
        return [
            f"impactAssessment: {path.name} is missing beside the contract; it must be there, {because}"
        ]
    named, found = raw.get("impactAssessment"), digest_file(path)
    return (
        []
        if named == found
        else [
            f"impactAssessment: got {named}, allowed: {found}, the digest of {path.name}: read it again, then name it"
        ]
    )


def _days(text: Any) -> float:
    amount, _, unit = str(text).partition(" ")
    try:
        return float(amount) * _SECONDS[unit.removesuffix("s")] / _SECONDS["day"]
    except (KeyError, ValueError):
        return 0.0
