"""Signatures of a release."""

from pathlib import Path

import pytest
from conftest import Workshop
from helpers import run_to, step

from causeway_training.__main__ import main
from causeway_training.errors import InputError
from causeway_training.run import read_json, write_json
from causeway_training.signing import make_keys, sign, verify


@pytest.fixture()
def keys(tmp_path: Path) -> tuple[Path, Path]:
    make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    return tmp_path / "private.pem", tmp_path / "public.pem"


def test_a_signed_release_is_verified_before_it_is_placed(workshop: Workshop, keys: tuple[Path, Path]) -> None:
    context = workshop.context(signing_key=keys[0], trusted_key=keys[1], to=str(workshop.root / "released"))
    run_to(context, "package")
    assert step("release").run(context)
    verify((workshop.root / "released" / "manifest.json").read_bytes(), read_json(workshop.root / "released" / "signature.json"), keys[1])


def test_an_unsigned_release_is_refused_where_a_key_is_trusted(workshop: Workshop, keys: tuple[Path, Path]) -> None:
    context = workshop.context(trusted_key=keys[1], to=str(workshop.root / "released"))
    run_to(context, "package")
    with pytest.raises(InputError, match="the release is unsigned"):
        step("release").run(context)
    assert not (workshop.root / "released").exists()


def test_refuses_another_key_another_text_and_a_broken_signature(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    make_keys(tmp_path / "other.pem", tmp_path / "other-public.pem")
    signature = sign(b"manifest", keys[0])
    verify(b"manifest", signature, keys[1])
    with pytest.raises(InputError, match="keyId"):
        verify(b"manifest", signature, tmp_path / "other-public.pem")
    with pytest.raises(InputError, match="not this key's signature"):
        verify(b"manifesto", signature, keys[1])
    with pytest.raises(InputError, match="not this key's signature"):
        verify(b"manifest", {**signature, "signature": "???"}, keys[1])


def test_a_release_is_signed_again_after_its_image_was_published(workshop: Workshop, keys: tuple[Path, Path]) -> None:
    context = workshop.context(signing_key=keys[0], to=str(workshop.root / "released"))
    run_to(context, "package")
    step("release").run(context)
    folder = workshop.root / "released"
    write_json(folder / "manifest.json", {**read_json(folder / "manifest.json"), "published": True})
    with pytest.raises(InputError, match="not this key's signature"):
        verify((folder / "manifest.json").read_bytes(), read_json(folder / "signature.json"), keys[1])
    assert main(["sign", "--to", str(folder), "--signing-key", str(keys[0])]) == 0
    verify((folder / "manifest.json").read_bytes(), read_json(folder / "signature.json"), keys[1])
    (folder / "audit.json").write_text("{}")
    assert main(["sign", "--to", str(folder), "--signing-key", str(keys[0])]) == 2


def test_keys_are_private_never_overwritten_and_checked(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    assert keys[0].stat().st_mode & 0o077 == 0
    assert main(["keygen", "--private", str(keys[0]), "--public", str(keys[1])]) == 2
    with pytest.raises(InputError, match="ed25519 private key"):
        sign(b"", keys[1])
    write_json(tmp_path / "no.pem", {})
    with pytest.raises(InputError, match="ed25519 public key"):
        verify(b"", {}, tmp_path / "no.pem")
