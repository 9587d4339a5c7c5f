"""What the risk tier asks of a contract before anything is trained; the table is the one that the policies read."""

import hashlib

import pytest
from conftest import SAMPLE, Workshop

from causeway_training.contract import load_contract
from causeway_training.errors import InputError
from causeway_training.tiers import ASSESSMENT, table

TEXT = b"# What can go wrong\n"
DIGEST = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"


def high(c: dict) -> None:
    c.update(riskTier="high", notice="A computer model takes part.", impactAssessment=DIGEST)
    c.update(release={"channel": "approval"}, retention={"predictionLogs": "183 days"})


def refused(workshop: Workshop, change=lambda c: None) -> list[str]:
    def both(c: dict) -> None:
        high(c)
        change(c)

    with pytest.raises(InputError) as caught:
        load_contract(workshop.write_contract(both))
    return caught.value.problems


def test_the_sample_meets_its_tier() -> None:
    assert load_contract(SAMPLE / "model.yaml").raw["riskTier"] == "high"
    assert (
        table()["high"]["approvalRoles"] == ["ethics-board"]
        and table()["high"]["biasAuditDays"] == 365
    )


def test_a_complete_contract_of_high_risk_is_read(workshop: Workshop) -> None:
    (workshop.model / ASSESSMENT).write_bytes(TEXT)
    assert load_contract(workshop.write_contract(high)).name == "small"


CASES = {
    "no notice": (lambda c: c.pop("notice"), "notice: got nothing, allowed: what people are told"),
    "an automatic release": (
        lambda c: c["release"].update(channel="automatic"),
        "release.channel: got automatic, allowed: approval",
    ),
    "logs for three months": (
        lambda c: c["retention"].update(predictionLogs="90 days"),
        "allowed: at least 183 days",
    ),
    "a retention that is no time": (
        lambda c: c["retention"].update(predictionLogs="long"),
        "allowed: at least 183 days",
    ),
    "no fairness gate": (lambda c: c["gates"].update(fairness=[]), "gates.fairness: got none"),
    "no digest of the assessment": (
        lambda c: c.pop("impactAssessment"),
        f"impactAssessment: got None, allowed: {DIGEST}",
    ),
    "an assessment that changed": (
        lambda c: c.update(impactAssessment="sha256:" + "0" * 64),
        "read it again, then name it",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_high_risk_is_refused_with(case: str, workshop: Workshop) -> None:
    (workshop.model / ASSESSMENT).write_bytes(TEXT)
    change, text = CASES[case]
    found = refused(workshop, change)
    assert len(found) == 1 and text in found[0]


def test_high_risk_without_its_document_is_refused(workshop: Workshop) -> None:
    assert refused(workshop) == [
        f"impactAssessment: {ASSESSMENT} is missing beside the contract; it must be there, because the risk tier is high"
    ]


def test_limited_risk_needs_a_notice_alone(workshop: Workshop) -> None:
    with pytest.raises(InputError) as caught:
        load_contract(workshop.write_contract(lambda c: c.update(riskTier="limited")))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["notice"]
    assert (
        load_contract(
            workshop.write_contract(
                lambda c: c.update(riskTier="limited", notice="A machine answers.")
            )
        ).name
        == "small"
    )


@pytest.mark.parametrize("tier", ["prohibited", "severe", None, 3])
def test_nothing_is_trained_of_a_tier_that_may_not_be(tier: object, workshop: Workshop) -> None:
    with pytest.raises(InputError) as caught:
        load_contract(workshop.write_contract(lambda c: c.update(riskTier=tier)))
    assert (
        len(caught.value.problems) == 1
        and f"riskTier: got {tier}, allowed: minimal, limited, high" in caught.value.problems[0]
    )
