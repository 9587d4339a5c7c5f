"""Publish: pushes the image that serves the packaged release: the server's image, and one layer
with the contract and the release.

Writes the files of `package` again, the manifest now with the registry's digest, and the
attestation over it. The image holds the attestation of `package`: its own digest can be in none of
its files. The layer has no times and one order, so the same release on the same server gives the
same digest.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tarfile
from pathlib import Path

from ..context import Context
from ..digests import digest_bytes
from ..errors import InputError
from ..registry import LAYER, MANIFEST, Repository
from ..release_files import FILES, foreign_files
from ..run import read_json, write_json
from ..signing import ATTESTATION_FILE, write_attestation

NAME = "publish"
#: Folder of the image in which the server finds its model, as services/model-server/Dockerfile lays
#: it.
MODEL_FOLDER = "app/model"
#: Label with the digest of the attestation that an image holds.
ATTESTATION_LABEL = "dev.causeway.attestation"


def run(context: Context) -> bool:
    base, repository = context.options.base, context.options.repository
    if base is None or not re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", base):
        raise InputError(
            "--base", [f"got {base}, allowed: the server's image by digest, repository@sha256:..."]
        )
    repository = repository or base.partition("@")[0]
    made = context.inputs(
        "package", base=base, repository=repository, key=str(context.options.signing_key)
    )
    return context.run.perform(NAME, made, lambda folder: _work(context, folder, base, repository))


def _work(context: Context, folder: Path, base: str, repository: str) -> None:
    package = context.run.folder("package")
    foreign = foreign_files(package)
    if foreign:
        raise InputError(str(package), foreign)
    files = {name: (package / name).read_bytes() for name in (*FILES, ATTESTATION_FILE)}
    layer = model_layer((context.contract.folder / "model.yaml").read_bytes(), files)
    name, _, digest = base.partition("@")
    image = push(
        Repository.parse(name, "--base"),
        digest,
        Repository.parse(repository, "--repository"),
        layer,
        labels(base, files),
    )
    for file in files:
        shutil.copyfile(package / file, folder / file)
    manifest = {
        **read_json(package / "manifest.json"),
        "published": True,
        "image": {"repository": repository, "digest": image},
    }
    write_json(folder / "manifest.json", manifest)
    write_attestation(folder, FILES, context.options.signing_key)


def labels(base: str, release: dict[str, bytes]) -> dict[str, str]:
    """Where the image comes from, as labels: the server under it, and the attestation of the
    release in it."""
    name, _, digest = base.partition("@")
    return {
        "org.opencontainers.image.base.name": name,
        "org.opencontainers.image.base.digest": digest,
        ATTESTATION_LABEL: digest_bytes(release[ATTESTATION_FILE]),
    }


def model_layer(contract: bytes, release: dict[str, bytes]) -> bytes:
    """A tar with the contract and the release where the server looks for them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in (MODEL_FOLDER, f"{MODEL_FOLDER}/release"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name, data in {
            "model.yaml": contract,
            **{f"release/{file}": release[file] for file in sorted(release)},
        }.items():
            entry = tarfile.TarInfo(f"{MODEL_FOLDER}/{name}")
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def push(
    source: Repository, digest: str, target: Repository, layer: bytes, provenance: dict[str, str]
) -> str:
    """Pushes the image `digest` of `source` with one more layer and labels to `target`; returns the
    new image's digest."""
    manifest = source.manifest(digest)
    config = json.loads(source.blob(manifest["config"]["digest"]))
    for known in manifest["layers"]:
        target.take_blob(known["digest"], source)
    added = {"mediaType": LAYER, "size": len(layer), "digest": target.push_blob(layer)}
    config["rootfs"]["diff_ids"].append(digest_bytes(layer))
    running = config.setdefault("config", {})
    running["Labels"] = {**(running.get("Labels") or {}), **provenance}
    if "history" in config:
        config["history"].append({"created_by": "causeway publish"})
    data = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
    kind = "application/vnd.oci.image.config.v1+json"
    layers = [
        {
            **known,
            "mediaType": known["mediaType"].replace(
                "vnd.docker.image.rootfs.diff.tar.gzip", "vnd.oci.image.layer.v1.tar+gzip"
            ),
        }
        for known in manifest["layers"]
    ]
    image = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": kind, "size": len(data), "digest": target.push_blob(data)},
        "layers": [*layers, added],
    }
    return target.push_manifest(image)
