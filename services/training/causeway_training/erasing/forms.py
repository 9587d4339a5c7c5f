"""Forms of files that may name a subject: how to look inside, and how to write them again without
the subject's rows."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from ..json_reader import parse_json
from .subject import Subject

#: Forms that are packed in a way that this program cannot open: a search that meets one proves
#: nothing.
_CLOSED = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"7z\xbc\xaf": "7-Zip",
    b"Obj\x01": "Avro",
    b"ORC": "ORC",
    b"Rar!": "RAR",
}
_PACKED: dict[bytes, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": (gzip.decompress, lambda data: gzip.compress(data, mtime=0)),
    b"BZh": (bz2.decompress, bz2.compress),
    b"\xfd7zXZ\x00": (lzma.decompress, lzma.compress),
}
_PACKED_SUFFIXES = {".gz", ".bz2", ".xz"}
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_LINES = {".jsonl", ".ndjson", ".log", ".txt"}


class Closed(Exception):
    """A file that cannot be looked into."""


class Unerasable(Exception):
    """A file that names the subject where rows cannot be told apart: a person must delete it or
    write it anew."""


def names_subject(name: str, data: bytes, subject: Subject) -> bool:
    """Whether a file, or anything packed in it, names the subject.

    Raises Closed where that cannot be known.
    """
    if subject.holds(name) or subject.holds_bytes(data):
        return True
    return any(names_subject(inner, part, subject) for inner, part in _inside(name, data))


def without_subject(name: str, data: bytes, subject: Subject) -> tuple[bytes, int]:
    """The file without the subject's rows, and how many those were.

    Raises Unerasable or Closed.
    """
    kind = _magic(data)
    if kind in _PACKED:
        unpack, pack = _PACKED[kind]
        inner, rows = without_subject(_unpacked_name(name), unpack(data), subject)
        return (pack(inner), rows) if rows else (data, 0)
    if kind == b"PK\x03\x04":
        return _zip_without(data, subject)
    if kind == b"PAR1":
        return _parquet_without(data, subject)
    suffix = PurePosixPath(name).suffix
    if suffix in _DELIMITERS:
        return _table_without(data.decode("utf-8"), _DELIMITERS[suffix], subject)
    if suffix in _LINES:
        lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        kept = [line for line in lines if not subject.holds(line)]
        return "".join(kept).encode("utf-8", "surrogateescape"), len(lines) - len(kept)
    if suffix == ".json":
        return _document_without(name, data, subject)
    raise Unerasable(f"{name} names the subject, and rows of this form cannot be told apart")


def tables(name: str, data: bytes) -> Iterator[Iterator[dict[str, str]]]:
    """Rows of the tables in a file, as texts by column."""
    kind = _magic(data)
    suffix = PurePosixPath(name).suffix
    if kind == b"PAR1":
        frame = _pyarrow().read_table(io.BytesIO(data)).to_pandas().astype(str)
        yield (dict(zip(frame.columns, row)) for row in frame.itertuples(index=False))
    elif kind is None and suffix in _DELIMITERS:
        yield iter(
            csv.DictReader(
                io.StringIO(data.decode("utf-8"), newline=""), delimiter=_DELIMITERS[suffix]
            )
        )
    elif kind is None and suffix in _LINES:
        yield iter([{key: str(value) for key, value in record.items()} for record in records(data)])
    else:
        for inner, part in _inside(name, data):
            yield from tables(inner, part)


def records(data: bytes) -> Iterator[dict[str, Any]]:
    """Objects of a file of JSON lines; other lines are left out."""
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith("{"):
            try:
                yield parse_json(line)
            except ValueError:
                continue


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The innermost files of a file: itself when nothing is packed in it."""
    inner = list(_inside(name, data))
    if not inner:
        yield name, data
    for part in inner:
        yield from opened(*part)


def _magic(data: bytes) -> bytes | None:
    return next(
        (
            magic
            for magic in (*_CLOSED, *_PACKED, b"PK\x03\x04", b"PAR1", b"\x93NUMPY")
            if data.startswith(magic)
        ),
        None,
    )


def _inside(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    kind = _magic(data)
    try:
        if kind in _CLOSED:
            raise Closed(f"{name} is packed as {_CLOSED[kind]}, which cannot be looked into")
        if kind in _PACKED:
            yield _unpacked_name(name), _PACKED[kind][0](data)
        elif kind == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    yield member, archive.read(member)
        elif kind == b"PAR1":
            # Pages of a column are compressed each by itself: as plain text they can be searched.
            yield (
                f"{name}.csv",
                _pyarrow().read_table(io.BytesIO(data)).to_pandas().to_csv(index=False).encode(),
            )
        elif data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for entry in archive.getmembers():
                    stream = archive.extractfile(entry)
                    if stream is not None:
                        yield entry.name, stream.read()
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        RuntimeError,
        lzma.LZMAError,
        tarfile.TarError,
    ) as error:
        raise Closed(f"{name} cannot be unpacked: {error}") from None


def _unpacked_name(name: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_suffix("")) if path.suffix in _PACKED_SUFFIXES else name


def _table_without(text: str, delimiter: str, subject: Subject) -> tuple[bytes, int]:
    """Rows are dropped whole; the bytes of the others stay as they are."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    kept, dropped = [], 0
    for cells in csv.reader(lines(), delimiter=delimiter):
        if any(subject.holds(cell) for cell in cells):
            dropped += 1
        else:
            kept.extend(taken)
        taken.clear()
    return "".join(kept).encode("utf-8"), dropped


def _document_without(name: str, data: bytes, subject: Subject) -> tuple[bytes, int]:
    try:
        document = parse_json(data)
    except ValueError as error:
        raise Unerasable(
            f"{name} names the subject, and is no JSON to write anew: {error}"
        ) from None
    pruned, dropped = _pruned(document, subject)
    if dropped == 0 or subject.holds(json.dumps(pruned, ensure_ascii=False)):
        raise Unerasable("the JSON document names the subject outside of a list of items")
    return (json.dumps(pruned, ensure_ascii=False, indent=2) + "\n").encode(), dropped


def _pruned(value: Any, subject: Subject) -> tuple[Any, int]:
    """The value without the smallest items of lists that name the subject."""
    if isinstance(value, dict):
        parts = {key: _pruned(item, subject) for key, item in value.items()}
        return {key: part for key, (part, _) in parts.items()}, sum(
            count for _, count in parts.values()
        )
    if not isinstance(value, list):
        return value, 0
    kept, dropped = [], 0
    for item in value:
        part, count = _pruned(item, subject)
        if subject.holds(json.dumps(part, ensure_ascii=False)):
            dropped += 1
        else:
            kept.append(part)
            dropped += count
    return kept, dropped


def _zip_without(data: bytes, subject: Subject) -> tuple[bytes, int]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if all(part.startswith(b"\x93NUMPY") for part in members.values()):
        written, dropped = _arrays_without(members, subject)
    else:
        written, dropped = {}, 0
        for name, part in members.items():
            written[name], rows = (
                without_subject(name, part, subject)
                if names_subject(name, part, subject)
                else (part, 0)
            )
            dropped += rows
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in written.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue(), dropped


def _arrays_without(members: dict[str, bytes], subject: Subject) -> tuple[dict[str, bytes], int]:
    """Arrays of one length are columns of one table: the rows that one of them names as the
    subject's leave all of them."""
    try:
        arrays = {
            name: np.load(io.BytesIO(part), allow_pickle=False) for name, part in members.items()
        }
    except ValueError as error:
        raise Unerasable(f"arrays that cannot be read safely: {error}") from None
    drop: dict[int, np.ndarray] = {}
    for array in arrays.values():
        if array.ndim and array.dtype.kind in "US":
            named = np.array(
                [
                    any(
                        subject.holds(str(cell.decode() if isinstance(cell, bytes) else cell))
                        for cell in np.ravel(row)
                    )
                    for row in array
                ],
                dtype=bool,
            )
            drop[len(array)] = drop.get(len(array), np.zeros(len(array), dtype=bool)) | named
    dropped = int(sum(mask.sum() for mask in drop.values()))
    written = {}
    for name, array in arrays.items():
        stream = io.BytesIO()
        np.save(
            stream,
            array[~drop[len(array)]] if array.ndim and len(array) in drop else array,
            allow_pickle=False,
        )
        written[name] = stream.getvalue()
    return written, dropped


def _parquet_without(data: bytes, subject: Subject) -> tuple[bytes, int]:
    parquet = _pyarrow()
    table = parquet.read_table(io.BytesIO(data))
    keep = [not any(subject.holds(str(cell)) for cell in row.values()) for row in table.to_pylist()]
    import pyarrow

    out = io.BytesIO()
    parquet.write_table(table.filter(pyarrow.array(keep, pyarrow.bool_())), out)
    return out.getvalue(), keep.count(False)


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise Closed("a Parquet file takes the package pyarrow, which is not installed") from None
    return pyarrow.parquet
