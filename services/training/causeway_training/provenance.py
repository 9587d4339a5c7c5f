"""What a release was made from: digests of the code, of the image's build inputs, and versions."""

from __future__ import annotations

import re
from pathlib import Path

from .digests import digest_bytes, digest_file, digest_listing
from .errors import InputError

PACKAGE = Path(__file__).resolve().parent
TRAINING = PACKAGE.parent
SERVICES = TRAINING.parent
#: Folders that hold nothing which goes into an image.
LEFT_OUT = {"node_modules", "__pycache__", "test", "tests", "out", "dist", ".cache"}
VERSION = re.compile(r"^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$")


def code_digest(model_folder: Path) -> str:
    """Digest of everything that decides how a model is trained: this package, its lock and the
    model's own `train.py`."""
    files = [
        *PACKAGE.rglob("*.py"),
        *PACKAGE.glob("*.json"),
        *(p for p in [TRAINING / "requirements.lock"] if p.exists()),
    ]
    own = model_folder / "train.py"
    of_model = digest_file(own) if own.exists() else "none"
    return digest_bytes(f"{digest_listing(TRAINING, files)}\n{of_model}\n".encode())


def image_inputs_digest(model_digest: str, services: Path = SERVICES) -> str:
    """Stands for the image digest until a registry holds the image: a digest of the image's build
    inputs.

    A canonical listing (one line `<digest>  <path>` per file, sorted) of `services/model-server`,
    `services/contract` and `services/evidence`, tests and installed packages left out, followed by
    the digest of the model. A folder that does not exist adds no line.
    """
    roots = [services / name for name in ("model-server", "contract", "evidence")]
    files = [
        p
        for root in roots
        if root.exists()
        for p in root.rglob("*")
        if p.is_file() and not LEFT_OUT & set(p.relative_to(services).parts)
    ]
    return digest_bytes(f"{digest_listing(services, files)}\n{model_digest}\n".encode())


def environment_digest() -> str:
    """Digest of the lock of the packages that training runs with."""
    return digest_file(TRAINING / "requirements.lock")


def bills_of_materials(services: Path = SERVICES) -> dict[str, str]:
    """Digests of the bills of materials of the two images, which `causeway release sbom` writes."""
    return {
        image: digest_file(services / folder / "sbom.cdx.json")
        for image, folder in (("server", "model-server"), ("training", "training"))
    }


def next_version(champion: dict | None, features: list[str], data: str) -> str:
    """Semantic version of a release: other inputs are a new major, other data a new minor, all else
    a new patch.

    The first is 1.0.0.
    """
    if champion is None:
        return "1.0.0"
    match = VERSION.match(champion["version"])
    if match is None:
        raise InputError(
            "champion",
            [f"version: got {champion['version']!r}, allowed: a semantic version such as 1.4.0"],
        )
    major, minor, patch = (int(match.group(i)) for i in (1, 2, 3))
    if champion["features"] != features:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if champion["data"] != data else f"{major}.{minor}.{patch + 1}"
