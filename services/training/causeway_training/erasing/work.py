"""Find, erase and search over stores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..errors import InputError
from ..json_reader import parse_json
from ..key_ring import KeyRing
from .forms import Closed, Unerasable, names_subject, opened, records, tables, without_subject
from .logs import LogStore
from .stores import Entry, Store
from .subject import Subject

#: A run directory is known by what its first step leaves.
_FIRST_STEP = "collect/step.json"


@dataclass
class Search:
    """What a search looked at and found.

    It proves that nothing is left when nothing was found and nothing stayed closed.
    """

    files: int = 0
    bytes: int = 0
    found: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.found and not self.closed


@dataclass
class Erasure:
    """What was changed: files, rows, old versions deleted, and files that a person must see to."""

    files: int = 0
    rows: int = 0
    versions: int = 0
    left: list[str] = field(default_factory=list)


def known(
    stores: list[Store],
    subject: Subject,
    column: str | None,
    ring: KeyRing | None,
    model: str,
    logs: LogStore | None = None,
) -> Subject:
    """The subject with what the stores themselves tell of it: its identifier, by its pseudonym, and
    its predictions, by log lines.

    One name leads to another, whatever the order of the files: it is asked until nothing new comes.
    """
    while True:
        told = _told(stores, subject, column, ring, model)
        told = logs.told(told) if logs else told
        if told == subject:
            return subject
        subject = told


def _told(
    stores: list[Store], subject: Subject, column: str | None, ring: KeyRing | None, model: str
) -> Subject:
    for store in stores:
        for entry in store.entries():
            data = _read(store, entry)
            try:
                if column and ring:
                    values = {
                        row[column]
                        for table in tables(entry.name, data)
                        for row in table
                        if column in row
                    }
                    subject = subject.with_identifiers(sorted(values), ring, model)
                for name, part in opened(entry.name, data):
                    if PurePosixPath(name).suffix in (".jsonl", ".ndjson", ".log"):
                        subject = _with_predictions(part, subject)
            except Closed:
                continue  # the search says so
    return subject


def _with_predictions(data: bytes, subject: Subject) -> Subject:
    for record in records(data):
        line = record.get("causeway", record)
        if (
            isinstance(line, dict)
            and isinstance(line.get("predictionId"), str)
            and subject.holds(json.dumps(record))
        ):
            subject = subject.with_predictions(line["predictionId"], int(line.get("rows") or 1))
    return subject


def erase(stores: list[Store], subject: Subject) -> Erasure:
    """Removes the subject's rows from every file; an old version of an object that names the
    subject is deleted whole."""
    done = Erasure()
    for store in stores:
        for entry in store.entries():
            where = f"{store.location}/{entry.name}"
            data = _read(store, entry)
            try:
                if not names_subject(entry.name, data, subject):
                    continue
                if not entry.latest:
                    store.delete(entry)
                    done.versions += 1
                    continue
                fresh, rows = without_subject(entry.name, data, subject)
                if names_subject(entry.name, fresh, subject):
                    raise Unerasable(f"{entry.name} names the subject outside of its rows")
                store.replace(entry, fresh)
                done.files += 1
                done.rows += rows
            except (Closed, Unerasable) as problem:
                done.left.append(f"{where}: {problem}")
    return done


def search(stores: list[Store], subject: Subject) -> Search:
    """Looks for every name of the subject in every file, packed ones too."""
    result = Search()
    for store in stores:
        for entry in store.entries():
            where = f"{store.location}/{entry.name}" + (
                "" if entry.latest else f" (version {entry.version})"
            )
            data = _read(store, entry)
            result.files += 1
            result.bytes += len(data)
            try:
                if names_subject(entry.name, data, subject):
                    result.found.append(where)
            except Closed as problem:
                result.closed.append(f"{where}: {problem}")
    return result


def lineage(stores: list[Store], subject: Subject) -> list[dict[str, Any]]:
    """The runs that hold rows of the subject: digest of the dataset, and digests of model and image
    where the run got that far."""
    found = []
    for store in stores:
        entries = [entry for entry in store.entries() if entry.latest]
        texts = {entry.name: entry for entry in entries}
        for name in texts:
            if name != _FIRST_STEP and not name.endswith(f"/{_FIRST_STEP}"):
                continue
            run = name.removesuffix(_FIRST_STEP)
            own = [entry for entry in entries if entry.name.startswith(run)]
            if any(_names(store, entry, subject) for entry in own):
                found.append(
                    {"run": f"{store.location}/{run}".rstrip("/"), **_made(store, texts, run)}
                )
    return found


def _made(store: Store, texts: dict[str, Entry], run: str) -> dict[str, Any]:
    """Digests that the run's own records state."""

    def document(name: str) -> dict:
        if run + name not in texts:
            return {}
        try:
            return parse_json(store.read(texts[run + name]))
        except ValueError as error:
            raise InputError(f"{store.location}/{run}{name}", [f"not JSON: {error}"]) from None

    manifest = document("publish/manifest.json") or document("package/manifest.json")
    made = {"dataset": document(_FIRST_STEP).get("outputs", {}).get("data.csv")}
    if manifest:
        made |= {
            "version": manifest["version"],
            "model": manifest["digests"]["model"],
            "image": manifest["image"]["digest"] if manifest["published"] else None,
        }
    return made


def _names(store: Store, entry: Entry, subject: Subject) -> bool:
    try:
        return names_subject(entry.name, _read(store, entry), subject)
    except Closed:
        return False


def _read(store: Store, entry: Entry) -> bytes:
    try:
        return store.read(entry)
    except FileNotFoundError:
        raise InputError(
            f"{store.location}/{entry.name}",
            ["went away during the work: stop what writes here and try again"],
        ) from None


def report(value: Search | Erasure) -> dict[str, Any]:
    return asdict(value)
