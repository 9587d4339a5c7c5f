"""Small records at a place that others look at too: a local folder, or a prefix of an object store,
by the same methods."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .run import local_path, write_text
from .storage import Prefix, is_object_url


class ObjectLocation(Protocol):
    def names(self, under: str = "") -> list[str]: ...

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, data: bytes) -> None: ...

    def put_new(self, name: str, data: bytes) -> bool: ...

    def delete(self, names: list[str]) -> None: ...


@dataclass(frozen=True)
class Folder:
    """A folder of JSON files on one machine."""

    path: Path

    def names(self, under: str = "") -> list[str]:
        """Names of the records below `under`, relative to the folder, sorted."""
        found = (
            (p.relative_to(self.path).as_posix() for p in self.path.rglob("*.json"))
            if self.path.exists()
            else ()
        )
        return sorted(name for name in found if name.startswith(under))

    def get(self, name: str) -> bytes | None:
        """The record's bytes, or None when there is none."""
        path = self.path / name
        return path.read_bytes() if path.exists() else None

    def put(self, name: str, data: bytes) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(self.path / name, data.decode())

    def put_new(self, name: str, data: bytes) -> bool:
        """Keeps a record where there is none of its name; False where there is one."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f".{secrets.token_hex(8)}.writing")
        whole.write_bytes(data)
        try:
            # Whole or not at all: somebody else may be reading it.
            os.link(whole, path)
        except FileExistsError:
            return False
        finally:
            whole.unlink()
        return True

    def delete(self, names: list[str]) -> None:
        for name in names:
            (self.path / name).unlink(missing_ok=True)


def location_at(location: str, argument: str) -> ObjectLocation:
    """The records at a folder or `s3://bucket/prefix`.

    Raises InputError, which names `argument`, for any other location.
    """
    return (
        Prefix.parse(location, argument)
        if is_object_url(location)
        else Folder(local_path(location, argument))
    )
