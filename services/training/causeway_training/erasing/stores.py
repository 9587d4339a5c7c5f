"""Places that files lie in: a folder, or a prefix of a bucket with all versions of its objects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import InputError
from ..run import local_path
from ..storage import Prefix, is_object_url


@dataclass(frozen=True)
class Entry:
    """One file, or one version of an object."""

    name: str
    version: str | None = None
    latest: bool = True


class Store(Protocol):
    location: str

    def entries(self) -> list[Entry]:
        """Every file that is there, hidden ones and old versions too."""
        ...

    def read(self, entry: Entry) -> bytes: ...

    def replace(self, entry: Entry, data: bytes) -> None:
        """Puts other bytes in the entry's place; nothing of the old ones stays."""
        ...

    def delete(self, entry: Entry) -> None: ...


def store_at(location: str) -> Store:
    """The store at a folder, a file:// URL, `s3://bucket` or `s3://bucket/prefix`.

    Raises InputError when there is nothing.
    """
    if is_object_url(location):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return Bucket(location.rstrip("/"), Prefix(bucket, prefix.strip("/")))
    path = local_path(location, "--at")
    if not path.is_dir():
        raise InputError(
            "--at", [f"got {location}, allowed: a folder that exists, or s3://bucket/prefix"]
        )
    return Folder(location, path)


@dataclass(frozen=True)
class Folder:
    location: str
    path: Path

    def entries(self) -> list[Entry]:
        found = sorted(p for p in self.path.rglob("*") if p.is_file() or p.is_symlink())
        return [Entry(p.relative_to(self.path).as_posix()) for p in found]

    def read(self, entry: Entry) -> bytes:
        path = self.path / entry.name
        if path.is_symlink():
            raise InputError(
                str(path), ["is a link: name the place that it leads to as well, or remove it"]
            )
        return path.read_bytes()

    def replace(self, entry: Entry, data: bytes) -> None:
        path = self.path / entry.name
        fresh = path.with_name(f".{path.name}.erasing")
        with open(fresh, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(fresh, path)

    def delete(self, entry: Entry) -> None:
        (self.path / entry.name).unlink()


@dataclass(frozen=True)
class Bucket:
    location: str
    prefix: Prefix

    def entries(self) -> list[Entry]:
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.prefix.bucket, Prefix=self._folder
        )
        start = len(self._folder)
        found = [
            Entry(v["Key"][start:], v["VersionId"], v["IsLatest"])
            for page in pages
            for v in page.get("Versions", [])
        ]
        return sorted(found, key=lambda entry: (entry.name, entry.latest))

    def read(self, entry: Entry) -> bytes:
        return self._client.get_object(**self._at(entry))["Body"].read()

    def replace(self, entry: Entry, data: bytes) -> None:
        if entry.latest:
            self._client.put_object(
                Bucket=self.prefix.bucket, Key=self._folder + entry.name, Body=data
            )
        # Without versions, the put has taken the old object's place, and to delete "null" would
        # delete the new one.
        if entry.version != "null" or not entry.latest:
            self.delete(entry)

    def delete(self, entry: Entry) -> None:
        self._client.delete_object(**self._at(entry))

    @property
    def _folder(self) -> str:
        return f"{self.prefix.prefix}/" if self.prefix.prefix else ""

    @property
    def _client(self) -> Any:
        return self.prefix._client

    def _at(self, entry: Entry) -> dict[str, str]:
        return {
            "Bucket": self.prefix.bucket,
            "Key": self._folder + entry.name,
            "VersionId": entry.version or "null",
        }
