"""What the steps say about a contract that cannot be used; test/contracts has the cases."""

import json
import re
from pathlib import Path

import pytest
from conftest import SAMPLE, Workshop

from causeway_training.contract import load_contract, parse_contract
from causeway_training.errors import InputError
from causeway_training.provenance import SERVICES
from causeway_training.yaml_reader import MAXIMUM_ALIASES, parse_yaml

CORPUS = SERVICES.parent / "test" / "contracts"
BAD, GOOD = (sorted((CORPUS / name).glob("*.yaml")) for name in ("bad", "good"))


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
    assert contract.raw["data"]["erasure"] == {"retrain": True}, "a default of the schema"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_names_the_keys_of_a_bad_contract(path: Path) -> None:
    data = path.read_bytes()
    keys = json.loads(re.match(rb"# keys: (.*)", data)[1])
    contract, problems = parse_contract(data)
    assert (contract, sorted({problem.key for problem in problems})) == ({}, sorted(keys))
    assert all(problem.allowed for problem in problems)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_takes_a_good_contract(path: Path) -> None:
    assert parse_contract(path.read_bytes())[1] == []


def test_reports_all_problems_at_once(workshop: Workshop) -> None:
    def change(c: dict) -> None:
        del c["target"]["column"]
        c["data"]["minimumRows"] = "many"
        c["features"][0]["min"] = True
        c["slos"]["labelDelay"] = "soon"
        c["owner"]["phone"] = 1

    assert sorted(refused(workshop, change)) == [
        'data.minimumRows: got "many", allowed: a whole number at least 1',
        "features[0].min: got true, allowed: a number",
        "owner.phone: got 1, allowed: no such key; one of team, contact",
        'slos.labelDelay: got "soon", allowed: a length of time such as "5 minutes"',
        "target.column: got nothing, allowed: text of a length of at least 1",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a: [", "allowed: YAML"),
        (b"- a", r"\(whole input\): got \[\"a\"\], allowed: a mapping of keys"),
        (b"\xff\xfe\x00", "allowed: text in UTF-8"),
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


AMBIGUOUS = json.loads(
    (SERVICES / "contract" / "ambiguous-scalars.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("text", [one for form in AMBIGUOUS for one in form["examples"]])
def test_refuses_a_scalar_that_yaml_1_1_reads_differently(text: str) -> None:
    document = f'value: {text}\n{text}: value\nquoted: "{text}"'.encode()
    value, problems = parse_yaml(document)
    keys = {"value", f'["{text}"]' if "." in text else text}
    assert {problem.key for problem in problems} == keys
    assert all(f"{text} is " in problem.allowed for problem in problems)
    assert value["quoted"] == text


REFUSED = json.loads((SERVICES / "contract" / "refused-yaml.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [one for form in REFUSED for one in form["examples"]])
def test_refuses_a_text_before_it_is_read(text: str) -> None:
    value, problems = parse_yaml(text.encode())
    assert (value, {problem.key for problem in problems}) == (None, {"(whole input)"})


def test_reads_what_both_versions_read_alike() -> None:
    document = (
        b"[1, -2, 0, +3, 0x1F, 1.5, .5, 1., 1.5e+3, .inf, true, ~, null, a b, 1.2.3, 0 3 * *]"
    )
    value, problems = parse_yaml(document)
    assert problems == []
    assert value == [1, -2, 0, 3, 31, 1.5, 0.5, 1.0, 1500.0, float("inf"), True, None, None,
                     "a b", "1.2.3", "0 3 * *"]  # fmt: skip


def test_counts_aliases() -> None:
    document = "a: &a 1\nb: [" + ", ".join(["*a"] * MAXIMUM_ALIASES) + "]"
    assert parse_yaml(document.encode())[1] == []
    assert parse_yaml(f"{document}\nc: *a".encode())[1][0].key == "(whole input)"
