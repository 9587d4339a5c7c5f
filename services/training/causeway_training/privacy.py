"""Pseudonyms, k-anonymity, l-diversity and noise of differential privacy."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pandas as pd

from .key_ring import KeyRing

#: Column of pseudonyms in stored rows.
SUBJECT = "subject"


def pseudonymise(values: pd.Series, key: bytes | None, model: str) -> pd.Series:
    """The pseudonym of each value under the key in use.

    Raises InputError without a ring of keys.
    """
    ring = KeyRing.parse(key, "the contract names a subject column")
    made = {value: ring.pseudonym(model, str(value)) for value in values.dropna().unique()}
    return values.map(made)


def class_sizes(rows: pd.DataFrame, quasi_identifiers: list[str]) -> np.ndarray:
    """Per row, how many rows share its combination of quasi-identifiers; a missing value is a value
    of its own."""
    keys = (
        rows[quasi_identifiers]
        .astype(object)
        .where(rows[quasi_identifiers].notna(), "missing")
        .astype(str)
    )
    return keys.groupby(quasi_identifiers)[quasi_identifiers[0]].transform("size").to_numpy()


def diversity(rows: pd.DataFrame, quasi_identifiers: list[str], sensitive: str) -> dict:
    """How much a class of rows with the same quasi-identifiers tells of the sensitive value of its
    members.

    `distinct` is the fewest values in a class (distinct l-diversity), `entropy` the least
    exponential of the entropy of a class's values (entropy l-diversity; both Machanavajjhala et al.
    2007). Both are 1 where a class has one value only: whoever knows that a person is in it knows
    the value. `homogeneousShare` is the share of rows in such classes.
    """
    if len(rows) == 0:
        return {"distinct": None, "entropy": None, "homogeneousShare": None}
    keys = (
        rows[quasi_identifiers]
        .astype(object)
        .where(rows[quasi_identifiers].notna(), "missing")
        .astype(str)
    )
    counts = pd.crosstab(
        keys.groupby(quasi_identifiers).ngroup(), rows[sensitive].to_numpy()
    ).to_numpy(dtype=float)
    shares = counts / counts.sum(axis=1, keepdims=True)
    entropy = -np.sum(
        np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1)), 0), axis=1
    )
    distinct = (counts > 0).sum(axis=1)
    alone = float(counts[distinct == 1].sum() / counts.sum())
    return {
        "distinct": int(distinct.min()),
        "entropy": float(np.exp(entropy.min())),
        "homogeneousShare": alone,
    }


def noise_seed(key: bytes | None, seed: int) -> int:
    """Seed of privacy noise, 32 bits.

    It must be secret: who knows the noise can subtract it, so it is derived from the key.
    """
    secret = KeyRing.parse(key, "the contract asks for differential privacy").secret
    return (
        int.from_bytes(
            hmac.new(secret, f"privacy noise {seed}".encode(), hashlib.sha256).digest()[:4], "big"
        )
        >> 1
    )
