"""What a risk tier asks of a model: `services/contract/tiers.json`, which TypeScript reads too."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from .digests import digest_file
from .errors import NOTHING, Problem
from .provenance import SERVICES
from .timestamps import parse_duration

#: The impact assessment, beside the contract that names its digest.
ASSESSMENT = "impact-assessment.md"


@cache
def table() -> dict[str, dict[str, Any]]:
    """Duties by tier, as `Duties` of `services/contract/tiers.ts` describes them."""
    return json.loads((SERVICES / "contract" / "tiers.json").read_text(encoding="utf-8"))


def tier_problems(contract: dict[str, Any]) -> list[Problem]:
    """What a well-formed contract lacks for its risk tier.

    A tier that may not exist is its only problem.
    """
    tier = contract["riskTier"]
    duties = table()[tier]
    if not duties["allowed"]:
        allowed = ", ".join(name for name, found in table().items() if found["allowed"])
        never = "a prohibited practice (EU AI Act Art. 5) is never trained, released or served"
        return [Problem("riskTier", tier, f"{allowed}; {never}")]
    because = f"because the risk tier is {tier}"
    fairness, channel = contract["gates"]["fairness"], contract["release"]["channel"]
    kept, days = contract["retention"]["predictionLogs"], duties["logDays"]
    problems = []
    if duties["notice"] and "notice" not in contract:
        allowed = f"what people are told of the machine's part, {because}"
        problems.append(Problem("notice", NOTHING, allowed))
    if duties["impactAssessment"] and "impactAssessment" not in contract:
        allowed = f"the digest of {ASSESSMENT} beside the contract, {because}"
        problems.append(Problem("impactAssessment", NOTHING, allowed))
    if duties["fairnessAudit"] and not fairness:
        problems.append(Problem("gates.fairness", fairness, f"at least one gate, {because}"))
    if duties["humanGate"] and channel != "approval":
        problems.append(Problem("release.channel", channel, f"approval, {because}"))
    if parse_duration(kept) < timedelta(days=days):
        allowed = f"at least {days} days, {because}"
        problems.append(Problem("retention.predictionLogs", kept, allowed))
    return problems


def assessment_problems(contract: dict[str, Any], folder: Path) -> list[Problem]:
    """What is wrong with the impact assessment beside a contract whose tier asks for one."""
    if not table()[contract["riskTier"]]["impactAssessment"]:
        return []
    path, named = folder / ASSESSMENT, contract["impactAssessment"]
    if not path.exists():
        allowed = f"the digest of {ASSESSMENT} beside the contract, which is missing"
        return [Problem("impactAssessment", named, allowed)]
    found = digest_file(path)
    allowed = f"{found}, the digest of {ASSESSMENT}: read it again, then name it"
    return [] if named == found else [Problem("impactAssessment", named, allowed)]
