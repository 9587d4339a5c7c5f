"""Attestations: an in-toto Statement v1 over a release in a DSSE envelope, as
`services/evidence/attestation.ts` describes it.

Signed with ed25519 (RFC 8032) or ECDSA on P-256 with SHA-256 (FIPS 186-5); the key lies in a PEM
file or in AWS KMS.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from .digests import digest_bytes, digest_file
from .errors import InputError
from .json_reader import parse_json
from .run import read_json, write_text

ATTESTATION_FILE = "attestation.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://causeway.dev/attestation/release/v1"
#: Start of the name of a key in AWS KMS: `awskms:///alias/name`, or a key's id or ARN after the
#: slashes.
KMS = "awskms:///"
PRIVATE = "an unencrypted private key in PEM, ed25519 or ECDSA on P-256"
PUBLIC = "a public key in PEM, ed25519 or ECDSA on P-256"


@dataclass(frozen=True)
class Signer:
    """Signs bytes; `key_id` is the digest of the public key in DER (SubjectPublicKeyInfo)."""

    key_id: str
    sign: Callable[[bytes], bytes]

    @staticmethod
    def open(location: str | Path) -> Signer:
        """The key in a PEM file, or in AWS KMS.

        Raises InputError for any other.
        """
        if str(location).startswith(KMS):
            return _kms_signer(str(location).removeprefix(KMS))
        key = _load(Path(location), lambda data: load_pem_private_key(data, None), PRIVATE)
        if isinstance(key, Ed25519PrivateKey):
            return Signer(key_id(key.public_key()), key.sign)
        if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1":
            return Signer(
                key_id(key.public_key()), lambda message: key.sign(message, ec.ECDSA(SHA256()))
            )
        raise InputError(str(location), [f"got {type(key).__name__}, allowed: {PRIVATE}"])


def statement(manifest: dict, files: dict[str, str]) -> dict:
    """The statement: `files` are digests by name; the image is a subject once a registry holds it,
    and the manifest is the predicate."""
    image = (
        {manifest["image"]["repository"]: manifest["image"]["digest"]}
        if manifest["published"]
        else {}
    )
    subjects = [
        {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}
        for name, digest in {**files, **image}.items()
    ]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": manifest,
    }


def envelope(content: dict, signers: list[Signer]) -> dict:
    payload = _compact(content).encode()
    message = pre_authentication(payload)
    signatures = [
        {"keyid": signer.key_id, "sig": base64.b64encode(signer.sign(message)).decode()}
        for signer in signers
    ]
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": signatures,
    }


def pre_authentication(payload: bytes) -> bytes:
    """What DSSE signs: type and payload, each with its length before it."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def write_attestation(folder: Path, names: tuple[str, ...], key: str | Path | None) -> None:
    """Writes `attestation.json` over the files as they are; without a key it is unsigned."""
    files = {name: digest_file(folder / name) for name in names}
    signers = [Signer.open(key)] if key else []
    write_text(
        folder / ATTESTATION_FILE,
        _compact(envelope(statement(read_json(folder / "manifest.json"), files), signers)) + "\n",
    )


def read_attestation(folder: Path) -> tuple[dict, dict]:
    """Envelope and statement of a release.

    Raises InputError for what is none.
    """
    found = read_json(folder / ATTESTATION_FILE)
    try:
        content = parse_json(base64.b64decode(found["payload"], validate=True))
        named = {
            subject["name"]: "sha256:" + subject["digest"]["sha256"]
            for subject in content["subject"]
        }
        kinds = (found["payloadType"], content["_type"], content["predicateType"])
    except (ValueError, KeyError, TypeError):
        raise InputError(
            str(folder / ATTESTATION_FILE), ["allowed: an in-toto statement in a DSSE envelope"]
        ) from None
    if kinds != (PAYLOAD_TYPE, STATEMENT_TYPE, PREDICATE_TYPE):
        raise InputError(
            str(folder / ATTESTATION_FILE),
            [f"got {kinds}, allowed: {(PAYLOAD_TYPE, STATEMENT_TYPE, PREDICATE_TYPE)}"],
        )
    return found, {**content, "named": named}


def verify(found: dict, key_file: Path) -> None:
    """Raises InputError unless one of the envelope's signatures is this key's over its payload."""
    key = _load(key_file, load_pem_public_key, PUBLIC)
    if not isinstance(key, Ed25519PublicKey | ec.EllipticCurvePublicKey):
        raise InputError(str(key_file), [f"got {type(key).__name__}, allowed: {PUBLIC}"])
    own = [signature for signature in found["signatures"] if signature.get("keyid") == key_id(key)]
    if not own:
        raise InputError(
            ATTESTATION_FILE,
            [f"keyid: got {[s.get('keyid') for s in found['signatures']]}, allowed: {key_id(key)}"],
        )
    message = pre_authentication(base64.b64decode(found["payload"]))
    try:
        signature = base64.b64decode(own[0].get("sig", ""), validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            key.verify(signature, message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise InputError(
            ATTESTATION_FILE, ["sig: not this key's signature of the payload"]
        ) from None


def key_id(key: Ed25519PublicKey | ec.EllipticCurvePublicKey) -> str:
    return digest_bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def make_keys(private: Path, public: Path) -> None:
    """A new ed25519 key pair for tests and rehearsals.

    The private file is readable by its owner only and never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(
            str(private), ["a file of this name exists, and keys are never overwritten"]
        ) from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def _kms_signer(name: str) -> Signer:
    """A key that never leaves AWS KMS.

    It signs the digest of the message, so the message may have any length.
    """
    if not re.fullmatch(r"[\w:/-]+", name):
        raise InputError(
            "--signing-key", [f"got {KMS}{name}, allowed: {KMS} and a key's alias, id or ARN"]
        )
    import boto3

    client = boto3.client("kms")
    public = load_der_public_key(client.get_public_key(KeyId=name)["PublicKey"])
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise InputError(
            "--signing-key",
            [f"got a key of another kind under {name}, allowed: ECC_NIST_P256 for signing"],
        )

    def sign(message: bytes) -> bytes:
        digest = bytes.fromhex(digest_bytes(message).removeprefix("sha256:"))
        return client.sign(
            KeyId=name, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        )["Signature"]

    return Signer(key_id(public), sign)


def _compact(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _load(path: Path, parse: Callable[[bytes], object], wanted: str):
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    except (ValueError, TypeError):
        raise InputError(str(path), [f"allowed: {wanted}"]) from None
