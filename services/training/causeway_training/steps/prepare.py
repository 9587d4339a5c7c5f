"""Prepare: groups, k-anonymity and l-diversity, the split, and the statistics that may leave with a
release.

Writes `train.csv` and `holdout.csv` (features, target, group of each protected attribute; no raw
group column), `bins.json` (reference bins of the training rows, with noise of differential privacy
when the contract gives a budget) and `preparation.json`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ..context import Context
from ..contract import Contract
from ..digests import digest_file, digest_json
from ..gates import demand, gate
from ..privacy import SUBJECT, class_sizes, diversity
from ..private_bins import feature_bins
from ..private_budget import spend
from ..rows import encoded, group_of, moment, read_rows, text_columns, write_rows
from ..run import write_json
from ..splitting import split

NAME = "prepare"


def run(context: Context) -> bool:
    secret = context.options.subject_key is not None
    inputs = context.inputs("validate", "collect", holdout=context.options.holdout, secret=secret)
    return context.run.perform(NAME, inputs, lambda folder: _work(context, folder))


def _work(context: Context, folder: Path) -> None:
    contract = context.contract
    stored = read_rows(context.run.folder("collect") / "data.csv", text_columns(contract))
    rows, _ = encoded(contract, stored.drop_duplicates(ignore_index=True))
    rows = with_groups(contract, rows)
    kept, anonymity, gates = k_anonymous(contract, rows)
    report = {"rows": len(rows), "anonymity": anonymity, "gates": gates}
    write_json(folder / "preparation.json", report)
    demand(NAME, gates)
    stored = kept[stored_columns(contract, kept)]
    train, holdout, how = split(contract, kept, context.options.holdout, context.options.seed)
    epsilon = contract.privacy.epsilon if contract.privacy else None
    bins = feature_bins(
        contract, stored.loc[train], epsilon, context.options.subject_key, context.options.seed
    )
    if epsilon is not None:
        report["budget"] = spend(
            contract,
            context.options.budget,
            NAME,
            digest_file(context.run.folder("collect") / "data.csv"),
            digest_json(bins),
            epsilon,
        )
    write_rows(folder / "train.csv", stored.loc[train])
    # The comparison with a champion asks how new a held-out row is; the model never does.
    times = [c for c in (contract.time_column,) if c is not None and c not in stored.columns]
    write_rows(folder / "holdout.csv", pd.concat([stored, kept[times]], axis=1).loc[holdout])
    write_json(folder / "bins.json", bins)
    write_json(
        folder / "preparation.json",
        {
            **report,
            "train": len(train),
            "holdout": len(holdout),
            "split": how,
            "newest": newest_rows(contract, kept, train),
            "epsilon": epsilon,
        },
    )


def newest_rows(contract: Contract, rows: pd.DataFrame, train: np.ndarray) -> dict | None:
    """Times of the newest row that is trained on, and of the newest of all; None without a time
    column."""
    if contract.time_column is None:
        return None
    times = rows[contract.time_column]
    return {
        "trained": moment(times.iloc[train].dropna().max()),
        "all": moment(times.dropna().max()),
    }


def with_groups(contract: Contract, raw: pd.DataFrame) -> pd.DataFrame:
    """The rows with one column per protected attribute that holds the group's name, missing
    where none matches."""
    rows = raw.copy()
    for attribute in contract.attributes:
        names = pd.Series(group_of(attribute, raw), index=raw.index)
        rows[attribute.name] = names.where(names != "")
    return rows


def k_anonymous(
    contract: Contract, rows: pd.DataFrame
) -> tuple[pd.DataFrame, dict | None, list[dict]]:
    """Suppresses rows whose quasi-identifiers fewer than k rows share (Sweeney 2002); the gate
    limits how many."""
    if contract.privacy is None:
        return rows, None, []
    sizes = class_sizes(rows, list(contract.privacy.quasi_identifiers))
    small = sizes < contract.privacy.k
    share = float(small.mean())
    report = {
        "k": contract.privacy.k,
        "smallestClassBefore": int(sizes.min()),
        "suppressed": int(small.sum()),
        "suppressedShare": share,
    }
    kept = rows[~small].reset_index(drop=True)
    report["diversity"] = diversity(kept, list(contract.privacy.quasi_identifiers), contract.target)
    gates = [
        gate(
            f"k-anonymity: share of rows in classes smaller than {contract.privacy.k}",
            share,
            maximum=contract.privacy.maximum_suppressed,
        )
    ]
    return kept, report, gates


def stored_columns(contract: Contract, rows: pd.DataFrame) -> list[str]:
    """Pseudonym, features, target, groups.

    Raw group columns and direct identifiers are not among them.
    """
    subject = [SUBJECT] if SUBJECT in rows.columns else []
    return (
        subject + contract.feature_names + [contract.target] + [a.name for a in contract.attributes]
    )
