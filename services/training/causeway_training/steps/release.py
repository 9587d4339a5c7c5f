"""Release: puts the packaged folder, or the published one, where it is asked for, whole or not at
all.

Before it does, every file is checked against the attestation, the attestation against the manifest,
and its signature against the trusted key. An unsigned release is for local rehearsal only and is
said to be so.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ..champion import POINTER
from ..context import Context
from ..digests import canonical_json, digest_file
from ..errors import InputError
from ..gates import demand
from ..onnx_model import refuse_external_data
from ..release_files import FILES, foreign_files
from ..run import RECORD, local_path, read_json
from ..signing import ATTESTATION_FILE, read_attestation, verify
from ..storage import Prefix, is_object_url
from .package import evidence_digest

NAME = "release"


def run(context: Context) -> bool:
    if context.options.to is None:
        raise InputError(
            "--to", ["got nothing, allowed: a folder or s3://bucket/prefix to release to"]
        )
    given = source(context)
    check(context, given)
    if is_object_url(context.options.to):
        return store(given, Prefix.parse(context.options.to, "--to"))
    target = local_path(context.options.to, "--to")
    if _same(given, target):
        return False
    place(given, target)
    return True


def source(context: Context) -> Path:
    """The folder to release: the published one where the image was pushed, else the packaged one.

    Raises InputError when the first is not of the second.
    """
    packaged = context.run.outputs_digest("package")
    if not (context.run.path / "publish" / RECORD).exists():
        return context.run.folder("package")
    if context.run.record("publish")["inputs"]["package"] != packaged:
        raise InputError(
            str(context.run.path), ["the package changed after it was published: publish it again"]
        )
    context.run.outputs_digest("publish")
    return context.run.folder("publish")


def check(context: Context, folder: Path) -> None:
    """Raises unless the folder is what its manifest says, every recorded gate holds, and the
    signature (if any is asked for) is right."""
    check_files(folder)
    check_attestation(folder)
    evaluation, audit = (read_json(folder / f"{name}.json") for name in ("evaluation", "audit"))
    judged = [
        evaluation,
        audit,
        evaluation.get("comparison", {}),
        audit.get("againstChampion", {}),
    ]
    demand(NAME, [gate for report in judged for gate in report.get("gates", [])])
    if context.options.trusted_key:
        if not is_signed(folder):
            raise InputError(str(folder), ["the release is unsigned, and a trusted key was given"])
        verify(read_attestation(folder)[0], context.options.trusted_key)


def check_files(folder: Path) -> None:
    """Raises InputError unless every file of a release folder is the one that its manifest names,
    there is no other, and the model has all its tensors in itself."""
    manifest = read_json(folder / "manifest.json")
    foreign = foreign_files(folder)
    if foreign:
        raise InputError(str(folder), foreign)
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        raise InputError(str(folder), [f"{name} is missing" for name in missing])
    expected = {"model.onnx": "model", "model-card.md": "card", "reference.json": "reference"}
    found = {
        name: digest_file(folder / name) == manifest["digests"][key]
        for name, key in expected.items()
    }
    found["explainer.json"] = (
        digest_file(folder / "explainer.json") == manifest["explanation"]["digest"]
    )
    found["one of the reports"] = evidence_digest(folder) == manifest["digests"]["evidence"]
    problems = [
        f"{name} is not the file of the manifest" for name, same in found.items() if not same
    ]
    if problems:
        raise InputError(str(folder), problems)
    refuse_external_data((folder / "model.onnx").read_bytes(), str(folder / "model.onnx"))


def check_attestation(folder: Path) -> None:
    """Raises InputError unless the attestation names every file as it is, and its predicate is the
    manifest."""
    _, statement = read_attestation(folder)
    named = statement["named"]
    problems = [
        f"{name} is not the file that was attested"
        for name in FILES
        if named.get(name) != digest_file(folder / name)
    ]
    if statement["predicate"] != read_json(folder / "manifest.json"):
        problems.append("manifest.json does not say what was attested")
    if problems:
        raise InputError(str(folder), problems)


def place(source: Path, target: Path) -> None:
    """Copies beside the target, then swaps by two renames.

    A kill between them leaves the old release beside the target, and the next run
    puts it back before anything else: neither release is ever lost or half written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (
        target.with_name(f".{target.name}.partial"),
        target.with_name(f".{target.name}.old"),
    )
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir()
    for name in _names(source):
        shutil.copyfile(source / name, fresh / name)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def store(source: Path, target: Prefix) -> bool:
    """Stores the release under a name of its own that is never overwritten, then points
    `current.json` to it in one atomic put."""
    digest = digest_file(source / "manifest.json")
    name = f"{read_json(source / 'manifest.json')['version']}-{digest.removeprefix('sha256:')[:12]}"
    pointer = canonical_json({"release": name, "manifest": digest}).encode()
    if target.get(POINTER) == pointer:
        return False
    for file in _names(source):
        target.put(f"{name}/{file}", (source / file).read_bytes())
    target.put(POINTER, pointer)
    return True


def is_signed(folder: Path) -> bool:
    return bool(read_attestation(folder)[0]["signatures"])


def _names(folder: Path) -> list[str]:
    return [name for name in (*FILES, ATTESTATION_FILE) if (folder / name).exists()]


def _same(source: Path, target: Path) -> bool:
    return (
        target.exists()
        and {p.name for p in target.iterdir()} == set(_names(source))
        and all(digest_file(source / n) == digest_file(target / n) for n in _names(source))
    )
