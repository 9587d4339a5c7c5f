"""Names that the provider makes: the logical name, a hyphen and seven random digits.

The provider fails, and does not trim, where the result is longer than the type allows:
https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""

from __future__ import annotations

import hashlib

RANDOM_DIGITS = 7

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that only an update will tell."""


class NameTooLong(Exception):
    """An automatic name that is longer than AWS allows."""


def automatic_name(logical: str, seed: bytes, longest: int) -> str:
    """The name of a resource. Throws NameTooLong."""
    name = f"{logical}-{hashlib.sha256(seed + logical.encode()).hexdigest()[:RANDOM_DIGITS]}"
    if len(name) > longest:
        raise NameTooLong(
            f"failed to generate auto-name: max length {longest} reached with {name!r}"
            f" ({len(name)} characters)"
        )
    return name
