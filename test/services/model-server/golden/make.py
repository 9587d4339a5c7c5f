"""Makes the golden files of the explanation tests: two small ONNX models and what the `shap`
package says of them.

PYTHONPATH=services/training python test/services/model-server/golden/make.py

Needs the packages of `services/training/requirements-test.lock`. `shap.json` names the version of
shap that it was made with. Values: shap.explainers.ExactExplainer over an Independent masker
(interventional, all coalitions), in log-odds.
"""

import json
from pathlib import Path

import numpy as np
import shap
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from causeway_training.onnx_model import Scorer, export

FEATURES, ROWS, BACKGROUND, EXPLAINED = 6, 400, 16, 5
HERE = Path(__file__).resolve().parent

generator = np.random.default_rng(20)
inputs = generator.normal(size=(ROWS, FEATURES)).astype(np.float32)
labels = (
    inputs[:, 0] + inputs[:, 1] * inputs[:, 2] - np.abs(inputs[:, 3]) + generator.normal(size=ROWS)
    > 0
).astype(int)
models = {
    "boosted": GradientBoostingClassifier(n_estimators=20, max_depth=3, random_state=0),
    "linear": LogisticRegression(),
}
golden = {
    "shap": shap.__version__,
    "background": inputs[:BACKGROUND].tolist(),
    "rows": inputs[-EXPLAINED:].tolist(),
    "models": {},
}
for name, model in models.items():
    data = export(model.fit(inputs, labels), FEATURES, name)
    (HERE / f"{name}.onnx").write_bytes(data)
    scorer = Scorer(data, name)
    explainer = shap.explainers.Exact(
        scorer.log_odds, shap.maskers.Independent(inputs[:BACKGROUND], max_samples=BACKGROUND)
    )
    explained = explainer(inputs[-EXPLAINED:])
    golden["models"][name] = {
        "expected": float(explained.base_values[0]),
        "values": explained.values.round(9).tolist(),
    }
(HERE / "shap.json").write_text(json.dumps(golden, indent=1) + "\n")
