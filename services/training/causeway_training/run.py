"""The run directory: one folder per step, each written whole or not at all."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from .digests import canonical_json, digest_file, digest_json
from .errors import GateFailure, InputError
from .json_reader import parse_json
from .storage import Prefix, is_object_url

RECORD = "step.json"
#: Measured times differ from run to run: kept beside the results, never part of a digest.
MEASURED = "measured.json"


@dataclass(frozen=True)
class Run:
    """A run directory on a local disk, and the object store that it mirrors, if any."""

    path: Path
    remote: Prefix | None = None

    @staticmethod
    def at(location: str) -> Run:
        """Opens (and makes) the run directory at a path, a `file://` URL or `s3://bucket/prefix`.

        Of an object store, finished steps are fetched into a temporary folder that lives as long as
        the process.
        """
        if is_object_url(location):
            remote = Prefix.parse(location, "--run")
            path = Path(tempfile.mkdtemp(prefix="causeway-run-"))
            atexit.register(shutil.rmtree, path, ignore_errors=True)
            for key in remote.names():
                step, _, name = key.partition("/")
                if name == RECORD:
                    remote.fetch_folder(step, path / step)
            return Run(path, remote)
        path = local_path(location, "--run")
        path.mkdir(parents=True, exist_ok=True)
        return Run(path)

    def folder(self, step: str) -> Path:
        """The finished folder of a step.

        Raises InputError when the step has not finished.
        """
        folder = self.path / step
        if not (folder / RECORD).exists():
            raise InputError(str(self.path), [f"step {step} has not finished here: run it first"])
        return folder

    def record(self, step: str) -> dict:
        return read_json(self.folder(step) / RECORD)

    def outputs_digest(self, step: str) -> str:
        """Digest of everything that a finished step wrote, checked against the files as they are
        now."""
        folder, record = self.folder(step), self.record(step)
        changed = [
            name
            for name, digest in record["outputs"].items()
            if not (folder / name).exists() or digest_file(folder / name) != digest
        ]
        if changed:
            raise InputError(
                str(folder), [f"{name} is not the file that the step wrote" for name in changed]
            )
        return digest_json(record["outputs"])

    def perform(self, step: str, inputs: dict[str, Any], work: Callable[[Path], None]) -> bool:
        """Runs `work` on a fresh folder and puts the folder in place in one rename.

        A finished step with the same inputs is not run again (False). A kill at any point leaves
        either the old state or the new one; what a killed run left behind is removed here. `work`
        raising leaves no folder of this step, so later steps stop; after a failed gate, what was
        found is kept in `<step>.failed` for people to read.
        """
        with self._alone():
            return self._perform(step, inputs, work)

    def _perform(self, step: str, inputs: dict[str, Any], work: Callable[[Path], None]) -> bool:
        self._sweep(step)
        target = self.path / step
        if self._is_current(target, inputs):
            return False
        if target.exists():
            self._retire(target)
            if self.remote:
                self.remote.delete([f"{step}/{RECORD}"])
        fresh = self.path / f".{step}.partial"
        fresh.mkdir()
        try:
            work(fresh)
        except GateFailure:
            fresh.rename(self.path / f"{step}.failed")
            raise
        outputs = {
            p.relative_to(fresh).as_posix(): digest_file(p)
            for p in sorted(fresh.rglob("*"))
            if p.is_file() and p.name != MEASURED
        }
        write_text(
            fresh / RECORD, canonical_json({"step": step, "inputs": inputs, "outputs": outputs})
        )
        for path in fresh.rglob("*"):
            if path.is_file():
                _sync(path)
        fresh.rename(target)
        _sync(self.path)
        if self.remote:
            self.remote.store_folder(target, step, last=RECORD)
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuses a second process in the same run directory; the lock dies with its process."""
        with open(self.path / ".lock", "w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    str(self.path), ["another step is running in this run directory"]
                ) from None
            yield

    def _is_current(self, target: Path, inputs: dict[str, Any]) -> bool:
        try:
            record = read_json(target / RECORD)
        except InputError:
            return False
        same = digest_json(record.get("inputs")) == digest_json(inputs)
        return same and all(
            (target / name).exists() and digest_file(target / name) == digest
            for name, digest in record.get("outputs", {}).items()
        )

    def _retire(self, target: Path) -> None:
        old = self.path / f".{target.name}.old"
        target.rename(old)
        shutil.rmtree(old)

    def _sweep(self, step: str) -> None:
        for name in (f".{step}.partial", f".{step}.old", f"{step}.failed"):
            shutil.rmtree(self.path / name, ignore_errors=True)


def local_path(location: str, argument: str) -> Path:
    """A local path from a path or a `file://` URL. Raises InputError for any other scheme."""
    parsed = urlparse(location)
    if parsed.scheme == "file" and parsed.netloc in ("", "localhost"):
        return Path(unquote(parsed.path))
    if len(parsed.scheme) > 1:
        raise InputError(argument, [f"got {location}, allowed: a local path or a file:// URL"])
    return Path(location)


def write_text(path: Path, text: str) -> None:
    """Writes a whole file or none: a temporary file beside it, then a rename."""
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    os.replace(temporary, path)


def write_json(path: Path, value: Any) -> None:
    write_text(path, canonical_json(value))


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises InputError for what is none, and for what readers could understand differently.
    """
    try:
        return parse_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError(str(path), ["no such file"]) from None
    except ValueError as error:
        raise InputError(str(path), [f"not JSON: {error}"]) from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
