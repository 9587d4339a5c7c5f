"""Attestations of a release and their signatures."""

import base64
import json
import shutil
from pathlib import Path

import boto3
import pytest
from conftest import SAMPLE, Workshop
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from helpers import run_to, step
from moto import mock_aws

from causeway_training.__main__ import main
from causeway_training.digests import digest_file
from causeway_training.errors import InputError
from causeway_training.release_files import FILES
from causeway_training.run import read_json, write_json
from causeway_training.signing import (
    PAYLOAD_TYPE,
    Signer,
    envelope,
    make_keys,
    pre_authentication,
    read_attestation,
    verify,
)
from causeway_training.steps.release import check_attestation

RELEASE = SAMPLE / "release"


@pytest.fixture(params=["ed25519", "ECDSA on P-256"])
def keys(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    if request.param == "ed25519":
        make_keys(private, public)
    else:
        write_ecdsa(ec.generate_private_key(ec.SECP256R1()), private, public)
    return private, public


def write_ecdsa(key: ec.EllipticCurvePrivateKey, private: Path, public: Path) -> None:
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def test_pre_authentication_is_that_of_the_specification() -> None:
    kind = "application/vnd.in-toto+json"
    assert pre_authentication(b"hello world") == f"DSSEv1 28 {kind} 11 hello world".encode()


def test_a_signed_release_is_verified_before_it_is_placed(
    workshop: Workshop, keys: tuple[Path, Path]
) -> None:
    context = workshop.context(
        signing_key=keys[0], trusted_key=keys[1], to=str(workshop.root / "released")
    )
    run_to(context, "package")
    assert step("release").run(context)
    found, statement = read_attestation(workshop.root / "released")
    verify(found, keys[1])
    assert statement["predicate"] == read_json(workshop.root / "released" / "manifest.json")
    assert statement["named"] == {
        name: digest_file(workshop.root / "released" / name) for name in FILES
    }


def test_an_unsigned_release_is_refused_where_a_key_is_trusted(
    workshop: Workshop, keys: tuple[Path, Path]
) -> None:
    context = workshop.context(trusted_key=keys[1], to=str(workshop.root / "released"))
    run_to(context, "package")
    with pytest.raises(InputError, match="the release is unsigned"):
        step("release").run(context)
    assert not (workshop.root / "released").exists()


def test_refuses_another_key_another_text_and_a_broken_signature(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    make_keys(tmp_path / "other.pem", tmp_path / "other-public.pem")
    good = envelope({"a": 1}, [Signer.open(keys[0])])
    verify(good, keys[1])
    with pytest.raises(InputError, match="keyid"):
        verify(good, tmp_path / "other-public.pem")
    with pytest.raises(InputError, match="not this key's signature"):
        verify({**good, "payload": base64.b64encode(b'{"a":2}').decode()}, keys[1])
    with pytest.raises(InputError, match="not this key's signature"):
        verify({**good, "signatures": [{**good["signatures"][0], "sig": "???"}]}, keys[1])


@pytest.mark.parametrize("name", [*FILES, "attestation.json"])
def test_one_changed_byte_of_any_file_of_a_release_is_found(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "release"
    shutil.copytree(RELEASE, folder)
    check_attestation(folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(InputError):
        check_attestation(folder)


def test_a_release_is_signed_again_after_its_manifest_learnt_something(
    workshop: Workshop, keys: tuple[Path, Path]
) -> None:
    context = workshop.context(signing_key=keys[0], to=str(workshop.root / "released"))
    run_to(context, "package")
    step("release").run(context)
    folder = workshop.root / "released"
    write_json(folder / "manifest.json", {**read_json(folder / "manifest.json"), "published": True})
    with pytest.raises(InputError, match="manifest.json does not say what was attested"):
        check_attestation(folder)
    assert main(["sign", "--to", str(folder), "--signing-key", str(keys[0])]) == 0
    check_attestation(folder)
    found, statement = read_attestation(folder)
    verify(found, keys[1])
    assert (
        statement["named"]["causeway/small"]
        == read_json(folder / "manifest.json")["image"]["digest"]
    )
    (folder / "audit.json").write_text("{}")
    assert main(["sign", "--to", str(folder), "--signing-key", str(keys[0])]) == 2


def test_keys_are_private_never_overwritten_and_checked(tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    make_keys(private, public)
    assert private.stat().st_mode & 0o077 == 0
    assert main(["keygen", "--private", str(private), "--public", str(public)]) == 2
    with pytest.raises(InputError, match="private key in PEM, ed25519 or ECDSA on P-256"):
        Signer.open(public)
    write_ecdsa(
        ec.generate_private_key(ec.SECP384R1()),
        tmp_path / "large.pem",
        tmp_path / "large-public.pem",
    )
    with pytest.raises(InputError, match="ECDSA on P-256"):
        Signer.open(tmp_path / "large.pem")
    write_json(tmp_path / "no.pem", {})
    with pytest.raises(InputError, match="a public key in PEM"):
        verify({"payload": "", "payloadType": PAYLOAD_TYPE, "signatures": []}, tmp_path / "no.pem")


@mock_aws
def test_a_key_in_kms_signs_what_its_public_half_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    # moto signs every message as if it were no digest yet; KMS signs the digest that it is given.
    monkeypatch.setattr(
        "moto.kms.utils.ECDSAPrivateKey.sign",
        lambda key, message, _: key.private_key.sign(message, ec.ECDSA(Prehashed(SHA256()))),
    )
    client = boto3.client("kms")
    made = {
        spec: client.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec)["KeyMetadata"]["KeyId"]
        for spec in ("ECC_NIST_P256", "ECC_NIST_P384")
    }
    client.create_alias(AliasName="alias/releases", TargetKeyId=made["ECC_NIST_P256"])
    signer = Signer.open("awskms:///alias/releases")
    der = client.get_public_key(KeyId=made["ECC_NIST_P256"])["PublicKey"]
    public = tmp_path / "public.pem"
    public.write_text(
        f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"
    )
    verify(envelope(json.loads("{}"), [signer]), public)
    with pytest.raises(InputError, match="ECC_NIST_P256"):
        Signer.open(f"awskms:///{made['ECC_NIST_P384']}")
