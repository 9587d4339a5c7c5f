"""What the risk tier asks of a contract before anything is trained; the table is the one that the
policies read."""

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
    c["release"]["channel"] = "approval"
    c["retention"]["predictionLogs"] = "183 days"


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
        'release.channel: got "automatic", allowed: approval',
    ),
    "logs for three months": (
        lambda c: c["retention"].update(predictionLogs="90 days"),
        "allowed: at least 183 days",
    ),
    "no fairness gate": (lambda c: c["gates"].update(fairness=[]), "gates.fairness: got []"),
    "no digest of the assessment": (
        lambda c: c.pop("impactAssessment"),
        f"impactAssessment: got nothing, allowed: the digest of {ASSESSMENT}",
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
    (problem,) = refused(workshop)
    assert problem.endswith(f"the digest of {ASSESSMENT} beside the contract, which is missing")


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


@pytest.mark.parametrize(
    ("tier", "got"), [("prohibited", '"prohibited"'), ("severe", '"severe"'), (None, "null")]
)
def test_nothing_is_trained_of_a_tier_that_may_not_be(
    tier: object, got: str, workshop: Workshop
) -> None:
    with pytest.raises(InputError) as caught:
        load_contract(workshop.write_contract(lambda c: c.update(riskTier=tier)))
    assert (
        len(caught.value.problems) == 1
        and f"riskTier: got {got}, allowed: minimal, limited, high" in caught.value.problems[0]
    )
