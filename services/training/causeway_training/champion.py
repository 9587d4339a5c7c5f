"""The release that is in use: what a challenger must beat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .digests import digest_file, digest_json
from .errors import InputError
from .onnx_model import Scorer
from .run import local_path, read_json


@dataclass(frozen=True)
class Champion:
    """A release folder that was read and checked against its own manifest."""

    manifest: dict
    reference: dict
    scorer: Scorer
    digest: str

    @staticmethod
    def open(location: str, model: str) -> "Champion":
        """Raises InputError when a file is missing, or is not what the manifest says, or belongs to another model."""
        folder = local_path(location, "--champion")
        manifest = read_json(folder / "manifest.json")
        if manifest.get("model") != model:
            raise InputError(str(folder), [f"model: got {manifest.get('model')}, allowed: {model}"])
        problems = [
            f"{name} is not the file of the manifest"
            for name, key in (("model.onnx", "model"), ("reference.json", "reference"), ("model-card.md", "card"))
            if not (folder / name).exists() or digest_file(folder / name) != manifest["digests"].get(key)
        ]
        if problems:
            raise InputError(str(folder), problems)
        return Champion(manifest, read_json(folder / "reference.json"), Scorer.open(folder / "model.onnx"), digest_json(manifest))

    @property
    def features(self) -> list[str]:
        return [feature["name"] for feature in self.reference["features"]]

    @property
    def summary(self) -> dict:
        """What versioning needs: version, features, data digest."""
        return {"version": self.manifest["version"], "features": self.features, "data": self.manifest["digests"]["data"]}

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        """Scores of prepared rows. Raises InputError when the rows lack one of the champion's features."""
        missing = [name for name in self.features if name not in rows.columns]
        if missing:
            raise InputError("--champion", [f"its feature {name} is not in the prepared rows" for name in missing])
        return self.scorer.score(rows[self.features].to_numpy(dtype=np.float32))

    @property
    def threshold(self) -> float:
        return float(self.reference["threshold"])
