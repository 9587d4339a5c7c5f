"""The same kills with the run directory in an object store.

The store is a folder behind the four calls that the steps make of boto3, so that it outlives the
process that is killed: a put is one rename and a delete one removal, as they are atomic in S3. What
those calls are in S3 is tested in test_storage.py. Kills fall before each change of the store;
between two of them only the local mirror changes, and that ends with its process.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Workshop, make_rows
from helpers import FINISHED, KILLED, ORDER, digests, killed_at, run_to, step

from causeway_training.champion import Champion
from causeway_training.context import Context
from causeway_training.digests import digest_file
from causeway_training.run import Run, read_json
from causeway_training.storage import Prefix

CHANGES = frozenset({"os.rename", "os.remove"})
RUN = "s3://bucket/run"


@dataclass(frozen=True)
class FolderClient:
    """What the steps ask of a boto3 client, over a folder with one file per object."""

    root: Path

    def get_paginator(self, _operation: str) -> FolderClient:
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        found = sorted(
            p.relative_to(self.root / Bucket).as_posix()
            for p in (self.root / Bucket).rglob("*")
            if p.is_file()
        )
        return [
            {
                "Contents": [
                    {"Key": key}
                    for key in found
                    if key.startswith(Prefix) and not key.endswith(".coming")
                ]
            }
        ]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        path = self.root / Bucket / Key
        if not path.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(path.read_bytes())}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        path = self.root / Bucket / Key
        path.parent.mkdir(parents=True, exist_ok=True)
        coming = path.with_name(f"{path.name}.coming")
        coming.write_bytes(Body)
        os.rename(coming, path)

    def delete_object(self, Bucket: str, Key: str) -> None:
        (self.root / Bucket / Key).unlink(missing_ok=True)


@pytest.fixture()
def store(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = workshop.root / "store"
    monkeypatch.setattr(Prefix, "_client", FolderClient(root))
    (root / "bucket").mkdir(parents=True)
    # Mirrors of killed processes stay behind; here, and not in the machine's folder for temporary
    # files.
    mirrors = workshop.root / "mirrors"
    mirrors.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(mirrors))
    return root


def fresh(workshop: Workshop, **options: Any) -> Context:
    """The context of a new process: what it knows of the run is what the store holds."""
    return replace(workshop.context("unused", **options), run=Run.at(RUN))


def finished(name: str) -> dict[str, str] | None:
    """Digests of a step as a new process finds it; None when it has not finished.

    Fails on one that is not what its record says.
    """
    run = Run.at(RUN)
    if not (run.path / name / "step.json").exists():
        return None
    run.outputs_digest(name)
    return digests(run.path / name)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Digests per step of a run on a local disk that nobody disturbed."""
    context = Workshop(tmp_path_factory.mktemp("whole")).context()
    run_to(context, "package")
    return {name: digests(context.run.path / name) for name in ORDER}


@pytest.mark.parametrize("name", ORDER)
def test_a_step_killed_at_any_change_of_the_store_gives_the_same_when_run_again(
    name: str, workshop: Workshop, store: Path, expected: dict
) -> None:
    if ORDER.index(name) > 0:
        run_to(fresh(workshop), ORDER[ORDER.index(name) - 1])
    kills = 0
    for operation in range(1, 60):
        ended = killed_at(operation, store, lambda: step(name).run(fresh(workshop)), CHANGES)
        assert ended in (KILLED, FINISHED)
        if ended == FINISHED:
            break
        kills += 1
        assert finished(name) is None
    assert kills >= len(expected[name]) and finished(name) == expected[name]
    assert not step(name).run(fresh(workshop))


def test_a_step_killed_while_it_replaces_another_result_leaves_the_old_the_new_or_none(
    workshop: Workshop, store: Path
) -> None:
    other = workshop.write_rows(make_rows(seed=7), "other.csv")
    step("collect").run(fresh(workshop, source=str(other)))
    new = finished("collect")
    step("collect").run(fresh(workshop))
    old = finished("collect")
    seen = []
    for operation in range(1, 60):
        ended = killed_at(
            operation,
            store,
            lambda: step("collect").run(fresh(workshop, source=str(other))),
            CHANGES,
        )
        seen.append(finished("collect"))
        if ended == FINISHED:
            break
        assert seen[-1] in (old, None)
        step("collect").run(fresh(workshop))
        assert finished("collect") == old
    assert old != new and seen[0] == old and None in seen and seen[-1] == new


def test_a_release_killed_at_any_change_of_the_store_is_the_old_or_the_new(
    workshop: Workshop, store: Path
) -> None:
    to = "s3://bucket/released"
    old = workshop.context("old", version="1.0.0", to=to)
    new = workshop.context("new", version="1.1.0", to=to)
    for context in (old, new):
        run_to(context, "package")
    manifests = {
        v: digest_file(c.run.folder("package") / "manifest.json")
        for v, c in (("1.0.0", old), ("1.1.0", new))
    }
    step("release").run(old)
    for operation in range(1, 60):
        ended = killed_at(operation, store, lambda: step("release").run(new), CHANGES)
        champion = Champion.open(to, "small")
        assert (
            read_json(store / "bucket" / "released" / "current.json")["manifest"]
            == manifests[champion.manifest["version"]]
        )
        assert champion.manifest["version"] == ("1.1.0" if ended == FINISHED else "1.0.0")
        if ended == FINISHED:
            break
    assert operation > 9
    step("release").run(old)
    assert Champion.open(to, "small").manifest["version"] == "1.0.0"
