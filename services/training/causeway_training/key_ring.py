"""The ring of secret keys behind pseudonyms: a file with one line for each version, `k<number>
<secret>`.

The highest number is in use; older ones stay in the ring so that what they named can still be
found. `identity/keys.ts` of the model server reads the same file and makes the same pseudonyms:
those of one model, so that two models' data cannot be joined by them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import InputError

#: Fewest characters of a version's secret.
SHORTEST_SECRET = 32
#: Separates the uses of one secret (HKDF, RFC 5869); the same text as in `identity/keys.ts`.
SALT = b"causeway model server"
_LINE = re.compile(rf"(k[1-9]\d{{0,5}}) (\S{{{SHORTEST_SECRET},}})")
#: A pseudonym: the version of its key, and 32 hexadecimal digits of an HMAC.
PSEUDONYM = re.compile(r"k[1-9]\d{0,5}\.[0-9a-f]{32}")


def ring_file(path: Path) -> bytes:
    """The bytes of a ring's file.

    Raises InputError, which does not show the path: whoever gives the secret itself finds it
    nowhere in a log.
    """
    try:
        return path.read_bytes()
    except (OSError, ValueError):
        raise InputError(
            "--subject-key", ["got no file that can be read, allowed: the path of the ring of keys"]
        ) from None


@dataclass(frozen=True)
class KeyRing:
    """Secrets by version, oldest first."""

    versions: tuple[tuple[str, bytes], ...]

    @staticmethod
    def parse(data: bytes | None, reason: str) -> KeyRing:
        """Reads a ring.

        Raises InputError, which never shows a secret, for no ring or one that is not of the form
        above.
        """
        lines = [
            line for line in (data or b"").decode("utf-8", "replace").splitlines() if line.strip()
        ]
        found = [_LINE.fullmatch(line) for line in lines]
        wrong = [number for number, match in enumerate(found, 1) if match is None]
        names = [match[1] for match in found if match]
        allowed = (
            f"allowed: lines such as `k1 <{SHORTEST_SECRET} or more characters>`, each version once"
        )
        if not lines:
            raise InputError("--subject-key", [f"got nothing, {allowed}, because {reason}"])
        if wrong or len(set(names)) < len(names):
            raise InputError(
                "--subject-key",
                [f"line {n}: not the version of a key, {allowed}" for n in wrong]
                or [f"a version twice, {allowed}"],
            )
        versions = sorted(
            ((m[1], m[2].encode()) for m in found if m), key=lambda version: int(version[0][1:])
        )
        return KeyRing(tuple(versions))

    @property
    def current(self) -> str:
        """The version that new pseudonyms are made with."""
        return self.versions[-1][0]

    @cached_property
    def secret(self) -> bytes:
        """The secret in use."""
        return self.versions[-1][1]

    def pseudonym(self, model: str, subject: str) -> str:
        """The subject's pseudonym under the version in use: without the key, it cannot be made from
        a guessed identifier."""
        return self._made(*self.versions[-1], model, subject)

    def pseudonyms(self, model: str, subject: str) -> list[str]:
        """Every pseudonym that the subject ever had under the versions of the ring, oldest
        first."""
        return [self._made(version, secret, model, subject) for version, secret in self.versions]

    def _made(self, version: str, secret: bytes, model: str, subject: str) -> str:
        key = HKDF(SHA256(), 32, SALT, f"subjects {model}".encode()).derive(secret)
        text = unicodedata.normalize("NFC", subject).encode()
        return f"{version}.{hmac.new(key, text, hashlib.sha256).hexdigest()[:32]}"
