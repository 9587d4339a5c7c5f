"""Signatures of a release manifest: ed25519 (RFC 8032) over the bytes of `manifest.json`."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from .digests import digest_bytes
from .errors import InputError
from .run import write_json

SIGNATURE_FILE = "signature.json"


def sign(manifest: bytes, key_file: Path) -> dict:
    """Detached signature as `signature.json` holds it: algorithm, key id (digest of the raw public key), signature in base64."""
    key = _load(key_file, lambda data: load_pem_private_key(data, None), Ed25519PrivateKey, "an unencrypted ed25519 private key in PEM")
    return {"algorithm": "ed25519", "keyId": key_id(key.public_key()), "signature": base64.b64encode(key.sign(manifest)).decode()}


def verify(manifest: bytes, signature: dict, key_file: Path) -> None:
    """Raises InputError unless `signature` is this key's signature of these bytes."""
    key = _load(key_file, load_pem_public_key, Ed25519PublicKey, "an ed25519 public key in PEM")
    if signature.get("keyId") != key_id(key):
        raise InputError(SIGNATURE_FILE, [f"keyId: got {signature.get('keyId')}, allowed: {key_id(key)}"])
    try:
        key.verify(base64.b64decode(signature.get("signature", ""), validate=True), manifest)
    except (InvalidSignature, ValueError):
        raise InputError(SIGNATURE_FILE, ["signature: not this key's signature of manifest.json"]) from None


def key_id(key: Ed25519PublicKey) -> str:
    return digest_bytes(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def make_keys(private: Path, public: Path) -> None:
    """A new key pair for tests and rehearsals. The private file is readable by its owner only and never overwritten."""
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(str(private), ["a file of this name exists, and keys are never overwritten"]) from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def write_signature(folder: Path, manifest: bytes, key_file: Path) -> None:
    write_json(folder / SIGNATURE_FILE, sign(manifest, key_file))


def _load(path: Path, parse, kind: type, wanted: str):
    try:
        key = parse(path.read_bytes())
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    except (ValueError, TypeError):
        raise InputError(str(path), [f"allowed: {wanted}"]) from None
    if not isinstance(key, kind):
        raise InputError(str(path), [f"got {type(key).__name__}, allowed: {wanted}"])
    return key
