"""Which rows are held out.

A row keeps its side when data is added later, so a champion has hardly seen what its challenger is
judged on.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from .contract import Contract
from .privacy import SUBJECT
from .rows import labels, strata


def split(
    contract: Contract, rows: pd.DataFrame, holdout: float, seed: int
) -> tuple[np.ndarray, np.ndarray, str]:
    """Positions of training and held-out rows, sorted, and how they were told apart.

    `time`: the newest rows, where the contract has a time column. `subject`: by the keyed
    pseudonym, so that all rows of a subject lie on one side. `stratum`: of each stratum of label
    and groups, the share with the lowest hashes of their content.
    """
    if contract.time_column:
        order = np.argsort(rows[contract.time_column].to_numpy(), kind="stable")
        held: np.ndarray = np.zeros(len(rows), dtype=bool)
        held[order[int(round(len(order) * (1 - holdout))) :]] = True
        return np.flatnonzero(~held), np.flatnonzero(held), "time"
    if SUBJECT in rows.columns:
        held = _positions(rows[SUBJECT].astype(str), seed) < holdout
        return np.flatnonzero(~held), np.flatnonzero(held), "subject"
    content = rows.to_csv(index=False, header=False, lineterminator="\n").splitlines()
    position = _positions(pd.Series(content), seed)
    stratum = pd.Series(strata(contract, rows)) + pd.Series(labels(contract, rows).astype(str))
    rank: np.ndarray = (
        pd.Series(position).groupby(stratum.to_numpy()).rank(method="first").to_numpy()
    )
    size = stratum.map(stratum.value_counts()).to_numpy()
    held = rank <= np.round(size * holdout)
    return np.flatnonzero(~held), np.flatnonzero(held), "stratum"


def _positions(texts: pd.Series, seed: int) -> np.ndarray:
    """A number in [0, 1) per text that depends on nothing but the text and the seed."""
    return texts.map(
        lambda text: (
            int.from_bytes(hashlib.sha256(f"{seed}|{text}".encode()).digest()[:7], "big") / 2**56
        )
    ).to_numpy(dtype=float)
