"""Personal data by form and check digits, and what only looks like it."""

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.errors import GateFailure
from causeway_training.personal_data import kinds_in, scan
from causeway_training.run import read_json

#: Published test numbers of card schemes, of ISO 13616 and of the national authorities; none is
#: anybody's.
REAL = {
    "write to jane.doe+loans@mail.example.co.uk": {"email"},
    "call +44 20 7946 0958": {"phone"},
    "call (212) 555-0123 or 212-555-0198": {"phone"},
    "4111 1111 1111 1111": {"card"},
    "5500005555555559": {"card"},
    "378282246310005": {"card"},
    "DE89 3704 0044 0532 0130 00": {"iban"},
    "GB82WEST12345698765432": {"iban"},
    "219-09-9998": {"us-social-security"},
    "QQ123456C is not one, AB 12 34 56 C is": {"uk-national-insurance"},
    "2 55 08 14 168 025 38": {"fr-social-security"},
    "12345678Z": {"es-identity"},
    "86095742719": {"de-tax"},
    "from 192.0.2.17": {"ip-address"},
}
#: What stands in this project's data and logs, and numbers that are one digit off.
INNOCENT = [
    "2026-11-24T03:00:00.123Z",
    "1764000000000",
    "1764000000",
    "sha256:" + "4111111111111111" * 4,
    "0.4111111111111111",
    "4111111111111112",
    "1.0.0~p12~t6h2a~Ab3dEf7h12~q1w2e3r4t5y6u7i8o9p0aZ",
    "k1.4111111111111111aaaaaaaaaaaaaaaa",
    "12345678-1234-1234-1234-123456789012",
    "1.23.2",
    "1.2.3.4.5",
    "DE89 3704 0044 0532 0130 01",
    "XX89370400440532013000",
    "12345678A",
    "000-12-3456",
    "666-12-3456",
    "219-00-9998",
    "loan of 250000 at 3.75 over 360",
    "86095742718",
    "11111111111",
    "0000000000000000",
    "eu-west-1",
    "user@localhost",
    "12:30:45",
    "+01:00",
]


@pytest.mark.parametrize("text", REAL)
def test_finds(text: str) -> None:
    assert kinds_in(text) == REAL[text]


@pytest.mark.parametrize("text", INNOCENT)
def test_leaves_alone(text: str) -> None:
    assert kinds_in(text) == set()


def test_random_numbers_make_no_column_of_identifiers() -> None:
    g = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            f"n{digits}": g.integers(10 ** (digits - 1), 10**digits, 3000)
            for digits in (9, 11, 13, 15, 16, 18)
        }
    )
    rows["ratio"] = g.random(3000)
    assert scan(rows) == []


def test_a_column_of_card_numbers_is_found_though_it_is_numeric() -> None:
    rows = pd.DataFrame(
        {
            "n": [4111111111111111, 5500005555555559, 378282246310005, 4012888888881881],
            "x": [1, 2, 3, 4],
        }
    )
    assert scan(rows) == [{"column": "n", "kind": "card", "values": 4}]


def test_validate_refuses_personal_data_that_would_be_stored_and_shows_no_value(
    workshop: Workshop,
) -> None:
    rows = make_rows()
    rows["month"] = [f"person{i}@example.com" for i in range(len(rows))]
    workshop.write_rows(rows)
    workshop.write_contract(lambda c: c["data"].update(timeColumn="month"))
    context = workshop.context()
    run_to(context, "collect")
    with pytest.raises(
        GateFailure,
        match=r"personal data \(email\) in column month: values: value 600, threshold at most 0",
    ) as caught:
        step("validate").run(context)
    assert "person1@" not in str(caught.value)


def test_collect_says_what_the_contract_should_have_named(workshop: Workshop) -> None:
    rows = make_rows()
    rows["contact"] = "someone@example.com"
    workshop.write_rows(rows)
    context = workshop.context()
    run_to(context, "validate")
    found = read_json(context.run.folder("collect") / "collection.json")
    assert found["undeclaredPersonalData"] == [{"column": "contact", "kind": "email", "values": 1}]
    gates = read_json(context.run.folder("validate") / "validation.json")["gates"]
    assert gates[0] == {"gate": "columns with personal data", "max": 0, "passed": True, "value": 0}
