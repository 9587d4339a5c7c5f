"""Object storage (S3) behind a run directory and a release.

A run at `s3://bucket/prefix` is mirrored to a local folder: finished steps are fetched before a
step and the step's folder is stored after it, its record last. A step without a record is not
finished, so a kill in the middle of an upload is the same as no upload.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from .errors import InputError

SCHEME = "s3"


def is_object_url(location: str) -> bool:
    return urlparse(location).scheme == SCHEME


def _stays_below(name: str) -> bool:
    """Whether a key is the path of a file below a folder, on this machine."""
    parts = name.split("/")
    return all(part not in ("", ".", "..") for part in parts) and "\\" not in name


@dataclass(frozen=True)
class Prefix:
    """A bucket and a key prefix without slashes at its ends.

    Credentials come from the environment or the pod's role.
    """

    bucket: str
    prefix: str

    @staticmethod
    def parse(location: str, argument: str) -> Prefix:
        parsed = urlparse(location)
        prefix = parsed.path.strip("/")
        if parsed.scheme != SCHEME or not parsed.netloc or not prefix:
            raise InputError(argument, [f"got {location}, allowed: s3://bucket/prefix"])
        return Prefix(parsed.netloc, prefix)

    @cached_property
    def _client(self) -> Any:
        import boto3

        return boto3.client("s3")

    def names(self, under: str = "") -> list[str]:
        """Names of the objects under the prefix (and `under`), relative to the prefix, sorted."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/{under}"
        )
        return sorted(
            item["Key"][len(self.prefix) + 1 :]
            for page in pages
            for item in page.get("Contents", [])
        )

    def get(self, name: str) -> bytes | None:
        """The object's bytes, or None when there is none."""
        from botocore.exceptions import ClientError

        try:
            return self._client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")[
                "Body"
            ].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise InputError(
                f"s3://{self.bucket}/{self.prefix}",
                [f"reading {name}: {error.response['Error']['Code']}"],
            ) from None

    def put(self, name: str, data: bytes) -> None:
        """Stores one object, encrypted as the bucket's default says.

        One put is atomic: readers see the old object or the new one.
        """
        self._client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=data)

    def put_new(self, name: str, data: bytes) -> bool:
        """Stores one object where there is none of its name; False where there is one."""
        from botocore.exceptions import ClientError

        try:
            self._client.put_object(
                Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=data, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in (
                "PreconditionFailed",
                "ConditionalRequestConflict",
            ):
                return False
            raise
        return True

    def delete(self, names: list[str]) -> None:
        for name in names:
            self._client.delete_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")

    def fetch_folder(self, under: str, target: Path) -> None:
        """Copies every object below `under/` into `target`.

        Raises InputError, before it writes any, for a key that would lead out of it.
        """
        names = self.names(f"{under}/")
        wrong = [name for name in names if not _stays_below(name[len(under) + 1 :])]
        if wrong:
            raise InputError(
                f"s3://{self.bucket}/{self.prefix}",
                [f"got the object {name!r}, allowed: a name of files in folders" for name in wrong],
            )
        for name in names:
            path = target / name[len(under) + 1 :]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.get(name) or b"")

    def store_folder(self, source: Path, under: str, last: str) -> None:
        """Replaces what is below `under/` by the files of `source`; `last` goes first when deleting
        and last when storing."""
        present = self.names(f"{under}/")
        self.delete(sorted(present, key=lambda name: name != f"{under}/{last}"))
        names = [p.relative_to(source).as_posix() for p in sorted(source.rglob("*")) if p.is_file()]
        for name in sorted(names, key=lambda name: (name == last, name)):
            self.put(f"{under}/{name}", (source / name).read_bytes())
