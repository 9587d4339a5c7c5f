"""Pseudonyms, k-anonymity and noise of differential privacy."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pandas as pd

from .errors import InputError

#: Column of pseudonyms in stored rows.
SUBJECT = "subject"
SHORTEST_KEY = 16


def pseudonymise(values: pd.Series, key: bytes | None) -> pd.Series:
    """HMAC-SHA-256 of each value, 32 hexadecimal digits: without the key, a pseudonym cannot be made from a guessed identifier.

    Raises InputError when there is no key of at least 16 bytes.
    """
    if key is None or len(key) < SHORTEST_KEY:
        raise InputError(
            "--subject-key",
            [
                f"got {'nothing' if key is None else f'{len(key)} bytes'}, allowed: a file of at least {SHORTEST_KEY} secret bytes, because the contract names a subject column"
            ],
        )
    return values.map(lambda value: hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:32])


def class_sizes(rows: pd.DataFrame, quasi_identifiers: list[str]) -> np.ndarray:
    """Per row, how many rows share its combination of quasi-identifiers; a missing value is a value of its own."""
    keys = rows[quasi_identifiers].astype(object).where(rows[quasi_identifiers].notna(), "missing").astype(str)
    return keys.groupby(quasi_identifiers)[quasi_identifiers[0]].transform("size").to_numpy()


def noise_seed(key: bytes | None, seed: int) -> int:
    """Seed of privacy noise, 32 bits. It must be secret: who knows the noise can subtract it, so it is derived from the key."""
    if key is None or len(key) < SHORTEST_KEY:
        raise InputError(
            "--subject-key", ["got nothing, allowed: a file of secret bytes, because the contract asks for differential privacy"]
        )
    return int.from_bytes(hmac.new(key, f"privacy noise {seed}".encode(), hashlib.sha256).digest()[:4], "big") >> 1
