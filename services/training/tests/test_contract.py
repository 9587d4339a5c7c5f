"""What the steps say about a contract that cannot be used."""

import pytest
from conftest import SAMPLE, Workshop

from causeway_training.contract import load_contract
from causeway_training.errors import InputError


def refused(workshop: Workshop, change) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_contract(workshop.write_contract(change))
    return caught.value.problems


def test_reads_the_sample() -> None:
    contract = load_contract(SAMPLE / "model.yaml")
    assert (
        contract.threshold == 0.75
        and len(contract.features) == 16
        and contract.attribute("race").reference == "white"
    )
    assert contract.privacy and contract.privacy.k == 5


def test_reports_all_problems_at_once(workshop: Workshop) -> None:
    def change(c: dict) -> None:
        del c["target"]["column"]
        c["data"]["minimumRows"] = "many"
        c["features"][0]["min"] = True

    assert refused(workshop, change) == [
        "target.column: got nothing, allowed: text",
        "min: got True, allowed: a number",
        "data.minimumRows: got 'many', allowed: a whole number",
    ]


CASES = {
    "a gate without a bound": (
        lambda c: c["gates"]["performance"].append({"metric": "f1"}),
        "exactly one of them",
    ),
    "a protected attribute as a feature": (
        lambda c: c["features"][0].update(name="side"),
        "no protected attribute",
    ),
    "a group column as a feature": (
        lambda c: c["features"][0].update(name="left"),
        "no column that says who belongs",
    ),
    "a direct identifier as a feature": (
        lambda c: c["features"][0].update(name="name"),
        "no direct identifier",
    ),
    "the target as a feature": (
        lambda c: c["features"][0].update(name="good"),
        "a column that is not a feature",
    ),
    "a bound on an unknown attribute": (
        lambda c: c["gates"]["fairness"][0].update(attribute="age"),
        "allowed: side",
    ),
    "no feature": (lambda c: c.update(features=[]), "at least one feature"),
}


@pytest.mark.parametrize("case", CASES)
def test_refuses(case: str, workshop: Workshop) -> None:
    change, text = CASES[case]
    assert any(text in problem for problem in refused(workshop, change))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a: [", "not YAML"),
        (b"- a", "not a mapping"),
        (b"\xff\xfe\x00", "not YAML"),
        (None, "no such file"),
    ],
)
def test_refuses_a_file_that_is_no_contract(
    content: bytes | None, text: str, workshop: Workshop
) -> None:
    path = workshop.root / "other.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=text):
        load_contract(path)
