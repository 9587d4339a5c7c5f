"""Training under differential privacy: logistic regression by objective perturbation (Chaudhuri et
al.

2011), by diffprivlib. Everything before the regression is fixed by the contract alone: ranges scale
the numbers, listed values code the categories. So no statistic of the rows gets into the model past
the noise.
"""

from __future__ import annotations

import math

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder

from .contract import Contract
from .privacy import noise_seed

#: Stands for a missing category: no code that a contract would list.
_MISSING = -1e6


def private_model(
    contract: Contract,
    inputs: np.ndarray,
    label: np.ndarray,
    epsilon: float,
    key: bytes | None,
    seed: int,
) -> Pipeline:
    """A fitted pipeline whose coefficients carry noise for one row's epsilon.

    `inputs` is rows x features, `label` 0 or 1.
    """
    from diffprivlib.models import LogisticRegression as PrivateRegression

    columns = _columns(contract)
    coded = columns.transform(inputs)
    # A number is in [0, 1] and a category one of its codes, so each feature adds at most 1 to the
    # square of a row's norm.
    private = PrivateRegression(
        epsilon=epsilon,
        data_norm=math.sqrt(len(contract.features)),
        max_iter=500,
        random_state=np.random.RandomState(noise_seed(key, seed)),
    ).fit(coded, label)
    # The plain class with the noisy coefficients: skl2onnx knows it, and it is the same function.
    model = LogisticRegression()
    model.classes_, model.coef_, model.intercept_, model.n_features_in_ = (
        private.classes_,
        private.coef_,
        private.intercept_,
        coded.shape[1],
    )
    return Pipeline([("columns", columns), ("model", model)])


def _columns(contract: Contract) -> ColumnTransformer:
    """Fitted on two rows that the contract makes, never on data."""
    numbers = [i for i, f in enumerate(contract.features) if not f.is_category]
    categories = [i for i, f in enumerate(contract.features) if f.is_category]
    bounds = np.array(
        [
            [min(f.codes) if f.is_category else (f.low, f.high)[end] for f in contract.features]
            for end in (0, 1)
        ],
        dtype=float,
    )
    codes = [np.array([float(v) for v in sorted(contract.features[i].codes)]) for i in categories]
    parts = [
        (
            "numbers",
            Pipeline(
                [
                    ("scale", MinMaxScaler()),
                    ("missing", SimpleImputer(strategy="constant", fill_value=0.5)),
                ]
            ),
            numbers,
        ),
        (
            "categories",
            Pipeline(
                [
                    ("missing", SimpleImputer(strategy="constant", fill_value=_MISSING)),
                    (
                        "codes",
                        OneHotEncoder(
                            categories=codes, handle_unknown="ignore", sparse_output=False
                        ),
                    ),
                ]
            ),
            categories,
        ),
    ]
    return ColumnTransformer([part for part in parts if part[2]]).fit(bounds)
