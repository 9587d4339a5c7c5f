"""A small model with a small data set, made here, so that every test runs in well under a
second."""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"

import copy
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from causeway_training.champion import Champion
from causeway_training.context import Context, Options
from causeway_training.contract import load_contract
from causeway_training.run import Run

warnings.filterwarnings("ignore")

pytest_plugins = ["subjects", "region_orders"]

#: The model of the fixtures: whoever changes `services/models` changes no test.
SAMPLE = Path(__file__).resolve().parents[3] / "test/fixtures/stacks/services/models/loan-approval"
CREATED = "2026-11-24T03:00:00Z"

CONTRACT: dict[str, Any] = {
    "name": "small",
    "purpose": "Tests the steps.",
    "prohibitedUses": ["Anything else"],
    "owner": {"team": "tests", "contact": "tests@example.com"},
    "riskTier": "minimal",
    "release": {"channel": "automatic", "strategy": "canary", "maximumAge": "180 days"},
    "task": "binary-classification",
    "target": {
        "column": "good",
        "positive": 1,
        "positiveLabel": "good",
        "negativeLabel": "bad",
        "threshold": 0.5,
    },
    "features": [
        {
            "name": "debt",
            "type": "float",
            "min": -10,
            "max": 10,
            "description": "Debt",
            "classification": "internal",
        },
        {
            "name": "income",
            "type": "float",
            "min": -10,
            "max": 10,
            "description": "Income",
            "classification": "internal",
            "optional": True,
        },
        {
            "name": "history",
            "type": "category",
            "values": [0, 1, 2],
            "description": "History",
            "classification": "internal",
        },
    ],
    "protectedAttributes": [
        {
            "name": "side",
            "description": "Side",
            "reference": "left",
            "groups": [
                {"name": "left", "column": "left", "equals": 1},
                {"name": "right", "column": "left", "equals": 0},
            ],
        }
    ],
    "data": {
        "source": "data.csv",
        "minimumRows": 100,
        "maximumMissing": 0.1,
        "classification": "confidential",
        "directIdentifiers": ["name"],
    },
    "gates": {
        "performance": [{"metric": "auc", "min": 0.6}, {"metric": "brier", "max": 0.3}],
        "fairness": [{"metric": "selection-rate-ratio", "attribute": "side", "min": 0.8}],
        "minimumGroupSize": 20,
        "improvement": {"metric": "auc", "significance": 0.05},
    },
    "drift": {"significance": 0.01, "window": "1 day", "minimumSamples": 200},
    "slos": {"availability": 0.99, "latencyP99": "100 milliseconds", "labelDelay": "30 days"},
    "serving": {
        "cpu": "500m",
        "memory": "512Mi",
        "replicas": {"min": 1, "max": 2},
        "requestsPerReplica": 100,
    },
    "retraining": {"schedule": "0 3 * * *", "cooldown": "6 hours", "maximumPerWeek": 3},
    "retention": {
        "predictionLogs": "400 days",
        "trainingData": "730 days",
        "artifacts": "1825 days",
    },
}

TRAIN = """
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.ensemble import GradientBoostingClassifier

PARAMETERS = {"kind": "linear", "only": 0}


def estimator(features, parameters, seed):
    if parameters["kind"] not in ("linear", "boosted"):
        raise ValueError(f"kind is {parameters['kind']!r}")
    if parameters["kind"] == "boosted":
        boosted = GradientBoostingClassifier(n_estimators=60, max_depth=3, random_state=seed)
        return Pipeline([("impute", SimpleImputer()), ("model", boosted)])
    numeric = [2] if parameters["only"] else [0, 1]
    imputed = Pipeline([("i", SimpleImputer()), ("s", StandardScaler())])
    columns = ColumnTransformer([("n", imputed, numeric)])
    return Pipeline([("columns", columns), ("model", LogisticRegression())])
"""


def make_rows(
    rows: int = 600, seed: int = 0, unfair: float = 0.0, shift: float = 0.0
) -> pd.DataFrame:
    """Rows whose label follows debt and income; `unfair` adds debt to the right side and lowers its
    share of good."""
    g = np.random.default_rng(seed)
    left = (g.random(rows) < 0.6).astype(int)
    debt = g.normal(shift, 1, rows) + unfair * (1 - left)
    income = g.normal(0, 1, rows)
    history = g.integers(0, 3, rows)
    odds = 1.2 * income - 1.2 * debt + 0.4 * (history == 1) + 0.5
    good = (g.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    income[:: max(rows // 12, 1)] = np.nan
    return pd.DataFrame(
        {
            "name": [f"person {i}" for i in range(rows)],
            "debt": debt.round(4),
            "income": income.round(4),
            "history": history,
            "left": left,
            "good": good,
        }
    )


class Workshop:
    """Makes contexts over a model folder in a temporary directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.model = root / "small"
        self.model.mkdir()
        (self.model / "train.py").write_text(TRAIN)
        self.write_contract()
        self.write_rows(make_rows())

    def write_contract(self, change: Callable[[dict], None] | None = None) -> Path:
        contract = copy.deepcopy(CONTRACT)
        if change:
            change(contract)
        path = self.model / "model.yaml"
        path.write_text(json.dumps(contract))  # which is YAML too
        return path

    def write_rows(self, rows: pd.DataFrame, name: str = "data.csv") -> Path:
        path = self.root / name
        rows.to_csv(path, index=False)
        return path

    def context(self, run: str = "run", champion: Path | None = None, **options: Any) -> Context:
        given = {
            "source": str(self.root / "data.csv"),
            "created_at": CREATED,
            "budget": str(self.root / "budget"),
            **options,
        }
        contract = load_contract(self.model / "model.yaml")
        return Context(
            contract,
            Run.at(str(self.root / run)),
            Options(**given),
            Champion.open(str(champion), contract.name) if champion else None,
        )


@pytest.fixture()
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def _still_image_inputs() -> Iterator[None]:
    """The digest of the image's build inputs follows files of other folders, which may be edited
    while the tests run."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        "causeway_training.steps.package.image_inputs_digest", lambda model: "sha256:" + "0" * 64
    )
    yield
    patch.undo()
