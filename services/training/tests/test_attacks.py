"""Attacks on object names, on the names of a subject, and on what a failure shows."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import Workshop
from subjects import run

from causeway_training.__main__ import _parameter
from causeway_training.admission import Admission, Limits, admit, causes_of
from causeway_training.contract import parse_contract
from causeway_training.erasing.forms import Unerasable, records, without_subject
from causeway_training.erasing.orders import Orders
from causeway_training.erasing.subject import Subject
from causeway_training.errors import InputError
from causeway_training.key_ring import KeyRing, ring_file
from causeway_training.object_locations import location_at
from causeway_training.private_budget import _epsilon
from causeway_training.run import read_json
from causeway_training.signing import read_attestation
from causeway_training.storage import Prefix

RING = KeyRing.parse(b"k1 " + b"a" * 32 + b"\nk2 " + b"b" * 32, "test")
COMPOSED = unicodedata.normalize("NFC", "Zoë Brontë")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


class Objects(Prefix):
    """A prefix whose objects somebody else named."""

    def names(self, under: str = "") -> list[str]:
        return [f"{under}good.json", f"{under}../../evil.json"]

    def get(self, name: str) -> bytes | None:
        return b"{}"


def test_no_object_is_written_outside_of_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    target.mkdir(parents=True)
    with pytest.raises(InputError, match=r"evil\.json.*allowed: a name of files in folders"):
        Objects("bucket", "prefix").fetch_folder("release", target)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_person_has_one_pseudonym_in_either_spelling() -> None:
    assert COMPOSED != DECOMPOSED
    assert RING.pseudonyms("m", COMPOSED) == RING.pseudonyms("m", DECOMPOSED)


@pytest.mark.parametrize("given", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED])
def test_a_subject_is_found_in_either_spelling(given: str, stored: str) -> None:
    assert Subject.named(given, RING, "m").holds(f"{stored},1,2")
    by_pseudonym = Subject.named(RING.pseudonym("m", given), RING, "m")
    assert by_pseudonym.with_identifiers([stored], RING, "m").holds_bytes(stored.encode())


def test_a_secret_given_for_a_path_is_not_shown() -> None:
    secret = "k1 " + "s3cret" * 60
    with pytest.raises(InputError) as caught:
        ring_file(Path(secret))
    assert "s3cret" not in str(caught.value)


def test_the_erasure_of_a_subject_that_is_nowhere_is_no_success(
    workshop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    (workshop.root / "volume").mkdir()
    (workshop.root / "volume" / "rows.csv").write_text("id,age\nanother,1\n")
    (workshop.root / "ring").write_text("k1 " + "a" * 32)
    (workshop.root / "who").write_text("misspelt")
    code, answer = run(workshop, capsys, "erase")
    assert (code, answer["nowhere"], answer["clean"]) == (3, True, True)
    (workshop.root / "who").write_text("another")
    code, answer = run(workshop, capsys, "erase")
    assert (code, answer["nowhere"]) == (0, False)


def test_a_key_that_is_there_twice_is_no_json(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text('{"image": {"digest": "seen", "digest": "used"}}')
    with pytest.raises(InputError, match="the key .digest. twice"):
        read_json(file)


def deep(levels: int) -> str:
    return '{"a":[' * levels + "1" + "]}" * levels


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', deep(5_000), deep(100_000), "[" * 100_000])
def test_json_that_readers_could_understand_differently_is_refused_in_words(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    asked = Admission("next", datetime(2026, 11, 30, 1, tzinfo=timezone.utc), "alert")
    payload = base64.b64encode(text.encode()).decode()
    (tmp_path / "attestation.json").write_text(json.dumps({"payload": payload}))
    orders = Orders(location_at(str(tmp_path), "--orders"))
    (tmp_path / "answers/eu-central-1/run").mkdir(parents=True)
    (tmp_path / "answers/eu-central-1/run/000000000001.json").write_text(text)
    (tmp_path / "admissions").mkdir()
    (tmp_path / "admissions/2026-11-30T00:00:00Z-run.json").write_text(text)
    for read in (
        lambda: read_json(file),
        lambda: read_attestation(tmp_path),
        lambda: orders.answered("eu-central-1", "run"),
        lambda: causes_of(text),
        lambda: admit(Limits(timedelta(days=1), 1), str(tmp_path / "admissions"), asked),
        lambda: _epsilon(text.encode(), "record"),
        lambda: _parameter(f"depth={text}"),
    ):
        with pytest.raises(InputError):
            read()


@pytest.mark.parametrize(
    "text", ['{"a":"%s","a":["%s"]}', deep(5_000).replace("1", '"%s"'), '{"%s']
)
def test_a_document_that_cannot_be_read_does_not_end_an_erasure(text: str) -> None:
    subject = Subject.named(COMPOSED, RING, "m")
    data = text.replace("%s", COMPOSED).encode()
    with pytest.raises(Unerasable, match="people.json"):
        without_subject("people.json", data, subject)
    assert list(records(data)) == []


@pytest.mark.parametrize("levels", [5_000, 100_000])
@pytest.mark.parametrize("form", ["name: " + "[", "- ", "name: {a: "])
def test_a_deep_contract_is_refused_in_one_line(levels: int, form: str) -> None:
    prefix, unit = ("name: ", form.removeprefix("name: ")) if ":" in form else ("", form)
    _, problems = parse_contract((prefix + unit * levels + "1").encode())
    assert len(problems) == 1
    assert re.match(
        r'\(whole input\): got "(more than 32 collections in each other|\d+ bytes)"',
        str(problems[0]),
    )
