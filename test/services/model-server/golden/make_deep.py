"""Makes the golden files of the tests of stable reasons: an ensemble whose trees are deep enough
for many features to act together, and what the `shap` package says of rows that it declines.

PYTHONPATH=services/training python test/services/model-server/golden/make_deep.py

Needs the packages of `services/training/requirements-test.lock`. Values: as in `make.py`.
"""

import json
from pathlib import Path

import numpy as np
import shap
from sklearn.ensemble import GradientBoostingClassifier

from causeway_training.onnx_model import Scorer, export

FEATURES, ROWS, BACKGROUND, EXPLAINED = 12, 2000, 36, 20
HERE = Path(__file__).resolve().parent

generator = np.random.default_rng(21)
inputs = generator.normal(size=(ROWS, FEATURES)).round(2).astype(np.float32)
x = inputs.T
signal = x[0] + x[1] * x[2] - np.abs(x[3]) + x[4] * (x[5] > 0) + 0.7 * x[6] * x[7]
signal += 0.5 * x[8] + 0.4 * x[9] * x[0]
labels = (signal + generator.normal(size=ROWS) > 0).astype(int)
model = GradientBoostingClassifier(n_estimators=30, max_depth=5, random_state=0)
data = export(model.fit(inputs, labels), FEATURES, "deep")
(HERE / "deep.onnx").write_bytes(data)
scorer = Scorer(data, "deep")
background = inputs[:BACKGROUND]
declined = inputs[scorer.log_odds(inputs) < 0][-EXPLAINED:]
explainer = shap.explainers.Exact(
    scorer.log_odds, shap.maskers.Independent(background, max_samples=BACKGROUND)
)
golden = {
    "shap": shap.__version__,
    "background": background.astype(float).round(2).tolist(),
    "rows": declined.astype(float).round(2).tolist(),
    "values": explainer(declined).values.round(6).tolist(),
}
(HERE / "deep.json").write_text(json.dumps(golden) + "\n")
