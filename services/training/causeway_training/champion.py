"""The release that is in use: what a challenger must beat."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .digests import digest_file, digest_json
from .errors import InputError
from .onnx_model import Scorer
from .release_files import foreign_files
from .run import local_path, read_json
from .storage import Prefix, is_object_url

#: Object that names the current release of a prefix.
POINTER = "current.json"


def fetch_current(location: str) -> Path:
    """Copies the current release of an object store into a temporary folder.

    Raises InputError when there is none.
    """
    store = Prefix.parse(location, "--champion")
    pointer = store.get(POINTER)
    if pointer is None:
        raise InputError(location, [f"{POINTER} is missing: nothing was released there"])
    folder = Path(tempfile.mkdtemp(prefix="causeway-champion-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store.fetch_folder(json.loads(pointer)["release"], folder)
    return folder


@dataclass(frozen=True)
class Champion:
    """A release folder that was read and checked against its own manifest."""

    manifest: dict
    reference: dict
    scorer: Scorer
    digest: str

    @staticmethod
    def open(location: str, model: str) -> Champion:
        """Opens a folder, or the current release at `s3://bucket/prefix`.

        Raises InputError when a file is missing, or is not what the manifest says, or is none of a
        release, or belongs to another model.
        """
        folder = (
            fetch_current(location)
            if is_object_url(location)
            else local_path(location, "--champion")
        )
        manifest = read_json(folder / "manifest.json")
        if manifest.get("model") != model:
            raise InputError(str(folder), [f"model: got {manifest.get('model')}, allowed: {model}"])
        problems = foreign_files(folder) + [
            f"{name} is not the file of the manifest"
            for name, key in (
                ("model.onnx", "model"),
                ("reference.json", "reference"),
                ("model-card.md", "card"),
            )
            if not (folder / name).exists()
            or digest_file(folder / name) != manifest["digests"].get(key)
        ]
        if problems:
            raise InputError(str(folder), problems)
        return Champion(
            manifest,
            read_json(folder / "reference.json"),
            Scorer.open(folder / "model.onnx"),
            digest_json(manifest),
        )

    @property
    def features(self) -> list[str]:
        return [feature["name"] for feature in self.reference["features"]]

    @property
    def summary(self) -> dict:
        """What versioning needs: version, features, data digest."""
        return {
            "version": self.manifest["version"],
            "features": self.features,
            "data": self.manifest["digests"]["data"],
        }

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        """Scores of prepared rows.

        Raises InputError when the rows lack one of the champion's features.
        """
        missing = [name for name in self.features if name not in rows.columns]
        if missing:
            raise InputError(
                "--champion",
                [f"its feature {name} is not in the prepared rows" for name in missing],
            )
        return self.scorer.score(rows[self.features].to_numpy(dtype=np.float32))

    @property
    def threshold(self) -> float:
        return float(self.reference["threshold"])
