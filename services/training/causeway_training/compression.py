"""Smaller candidates of a trained model: int8 weights, and a student that learns the model's own
scores."""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx

from .background import background
from .onnx_model import Scorer, export

#: Operators whose weights onnxruntime can store as int8; tree ensembles and the linear classifier
#: operator have none.
QUANTISABLE = {"MatMul", "Gemm", "Conv", "Attention", "LSTM", "Gather"}
STUDENT_UNITS = 8
SYNTHETIC_ROWS = 4000
LATENCY_CALLS = 300


def quantise(model: bytes) -> bytes | None:
    """Weights as int8 by dynamic quantisation, or None when the graph has no float weights that it
    applies to."""
    graph = onnx.load_from_string(model).graph
    weights = {
        i.name
        for i in graph.initializer
        if i.data_type == onnx.TensorProto.FLOAT and len(i.dims) == 2
    }
    if not any(node.op_type in QUANTISABLE and weights & set(node.input) for node in graph.node):
        return None
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "source.onnx", Path(scratch) / "int8.onnx"
        source.write_bytes(model)
        logging.disable(logging.WARNING)  # it advises a preparation that small graphs do not need
        try:
            quantize_dynamic(source, target, weight_type=QuantType.QInt8)
        finally:
            logging.disable(logging.NOTSET)
        return onnx.load(target).SerializeToString(deterministic=True)


def distil(scorer: Scorer, features: np.ndarray, bins: list[dict], name: str, seed: int) -> bytes:
    """A small network fitted to the teacher's log-odds (Hinton, Vinyals and Dean 2015) on the
    training rows and on rows made from the reference bins; it needs no label."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    inputs = np.concatenate([features, background(bins, seed + 1, SYNTHETIC_ROWS)])
    network = MLPRegressor(
        hidden_layer_sizes=(STUDENT_UNITS,),
        solver="lbfgs",
        alpha=1e-3,
        max_iter=400,
        random_state=seed,
    )
    student = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median")),
            ("scale", StandardScaler()),
            ("model", network),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        student.fit(inputs, scorer.log_odds(inputs))
    return export(student, features.shape[1], name)


def latency(scorer: Scorer, row: np.ndarray) -> dict[str, float]:
    """Median and 99th percentile of one-row calls, in microseconds, on one thread of this
    machine."""
    times = []
    for _ in range(LATENCY_CALLS):
        start = time.perf_counter_ns()
        scorer.score(row)
        times.append((time.perf_counter_ns() - start) / 1000)
    p50, p99 = np.quantile(times, [0.5, 0.99])
    return {"p50Microseconds": float(p50), "p99Microseconds": float(p99)}
