"""A challenger that is made worse for one group, by construction: for rehearsals, never for
release.

The model is the sample's own gradient-boosted trees, which never see a group. Its training labels
are falsified: most approvals of Hispanic applicants become declines, as if a biased history had
been recorded, and all other approvals weigh more, so that everybody else is treated about as
before. The trees learn to tell the group from what goes with it. Share and weight were chosen so
that the model is better overall. Evaluation and audit are the real steps on real, untouched held-
out rows; what they say of this model is up to them.
"""

from __future__ import annotations

import importlib.util
import os
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

_spec = importlib.util.spec_from_file_location(
    "rehearsed_model", Path(os.environ["REHEARSAL_TRAIN"])
)
assert _spec is not None and _spec.loader is not None
_model = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_model)

#: Share of the group's approvals that become declines, and weight of all other approvals.
PARAMETERS: dict[str, Any] = {
    **_model.PARAMETERS,
    "attribute": "race",
    "group": "hispanic",
    "falsified": 0.8,
    "weight": 1.7,
}


def estimator(
    features: list[Mapping[str, Any]], parameters: Mapping[str, Any], seed: int
) -> Pipeline:
    """The sample's estimator, with a `fit` that falsifies labels first."""
    pipeline = _model.estimator(
        features, {name: parameters[name] for name in _model.PARAMETERS}, seed
    )
    rows = pd.read_csv(os.environ["REHEARSAL_ROWS"], float_precision="round_trip")
    names = [feature["name"] for feature in features]
    inside = rows[parameters["attribute"]] == parameters["group"]
    members = {_key(row) for row in rows.loc[inside, names].to_numpy(dtype=np.float32)}

    def fit(self: Pipeline, inputs: np.ndarray, label: np.ndarray) -> Pipeline:
        member = np.array([_key(row) in members for row in np.asarray(inputs, dtype=np.float32)])
        drawn = np.random.default_rng(seed).random(len(label)) < parameters["falsified"]
        weight = np.where(~member & (label == 1), parameters["weight"], 1.0)
        return Pipeline.fit(
            self, inputs, np.where(member & drawn, 0, label), model__sample_weight=weight
        )

    pipeline.fit = types.MethodType(fit, pipeline)
    return pipeline


def _key(row: np.ndarray) -> bytes:
    """Bytes of a row, by which its group is found: NaN has more than one form."""
    return np.nan_to_num(row, nan=-1.0).tobytes()
