"""Attacks on object names, on the names of a subject, and on what a failure shows."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from conftest import Workshop
from subjects import run

from causeway_training.erasing.subject import Subject
from causeway_training.errors import InputError
from causeway_training.key_ring import KeyRing, ring_file
from causeway_training.run import read_json
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
    with pytest.raises(InputError, match="a key is there twice"):
        read_json(file)
