"""ONNX in and out.

A model is one graph: `features` float32 (rows x features) -> `score` float32 (rows), the
probability of the positive label. No other format of a model is stored between steps, so nothing is
ever unpickled.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet
from onnx import TensorProto, external_data_helper, helper

from .errors import InputError, one_line

INPUT, OUTPUT = "features", "score"
_SHOWN_CHARACTERS = 200
#: How far beyond 0 or 1 a score is one of them: `rounding` of the server's inference/scores.ts.
ROUNDING = 1e-5
OPSET = {"": 17, "ai.onnx.ml": 3}


def export(estimator: object, features: int, name: str) -> bytes:
    """Converts a fitted scikit-learn classifier or score regressor; the bytes depend on nothing but
    the estimator.

    Raises InputError for one that the converter cannot convert.
    """
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    classifier = hasattr(estimator, "predict_proba")
    options = {id(estimator): {"zipmap": False}} if classifier else None
    try:
        model = convert_sklearn(
            estimator,
            name=name,
            initial_types=[(INPUT, FloatTensorType([None, features]))],
            target_opset=OPSET,
            options=options,
        )
    except Exception as error:  # each converter raises what it likes, with all of a forest in it
        why = one_line(error)[:_SHOWN_CHARACTERS]
        raise InputError(
            "the estimator of train.py", [f"no ONNX can be made of it: {why}"]
        ) from None
    source = "probabilities" if classifier else "variable"
    return _with_score_only(model, source, classifier).SerializeToString(deterministic=True)


def _with_score_only(model: onnx.ModelProto, source: str, classifier: bool) -> onnx.ModelProto:
    graph = model.graph
    graph.initializer.append(
        helper.make_tensor("causeway_column", TensorProto.INT64, [], [1 if classifier else 0])
    )
    last = OUTPUT if classifier else "causeway_raw"
    graph.node.append(
        helper.make_node(
            "Gather", [source, "causeway_column"], [last], name="causeway_gather", axis=1
        )
    )
    if not classifier:
        graph.node.append(helper.make_node("Sigmoid", [last], [OUTPUT], name="causeway_sigmoid"))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None]))
    # The converter keeps domains in a set, whose order changes from process to process.
    domains = sorted(model.opset_import, key=lambda entry: (entry.domain, entry.version))
    del model.opset_import[:]
    model.opset_import.extend(domains)
    model.doc_string = ""
    onnx.checker.check_model(model)
    return model


def refuse_external_data(model: bytes, source: str) -> None:
    """Raises InputError for what is no ONNX model, and for one that does not have all its tensors
    in itself: digest and signature of a model say nothing of the files that it names.

    A field that the onnx library does not know is refused too, for it may hold such a tensor.
    """
    try:
        parsed = onnx.ModelProto.FromString(model)
    except DecodeError as error:
        raise InputError(
            source, [f"not an ONNX model that can be loaded: {type(error).__name__}"]
        ) from None
    problems = _foreign_parts(parsed)
    if problems:
        raise InputError(source, problems)


def _foreign_parts(message: Message) -> list[str]:
    """External tensors and unknown fields of a message and of all in it: the library's own walk
    (`external_data_helper`) leaves out sparse tensors and training."""
    problems = [
        f"{message.DESCRIPTOR.name} has no field {field.field_number}"
        for field in UnknownFieldSet(message)
    ]
    if isinstance(message, TensorProto) and (
        external_data_helper.uses_external_data(message) or message.external_data
    ):
        problems.append(
            f"tensor {message.name!r} is external data, allowed: tensors in the model's own file"
        )
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if isinstance(value, Message) else value:
                problems.extend(_foreign_parts(part))
    return problems


class Scorer:
    """An ONNX session on one thread, so that sums are taken in the same order everywhere."""

    def __init__(self, model: bytes, source: str) -> None:
        refuse_external_data(model, source)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # What was looked at is what is loaded: bytes can be a model of onnxruntime's format too.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises its own types, one per cause
            raise InputError(
                source, [f"not an ONNX model that can be loaded: {type(error).__name__}"]
            ) from None
        names = (
            [i.name for i in self._session.get_inputs()],
            [o.name for o in self._session.get_outputs()],
        )
        if names != ([INPUT], [OUTPUT]):
            raise InputError(
                source, [f"inputs and outputs are {names}, allowed: {INPUT} and {OUTPUT}"]
            )
        self.features = self._session.get_inputs()[0].shape[1]

    @staticmethod
    def open(path: Path) -> Scorer:
        try:
            return Scorer(path.read_bytes(), str(path))
        except FileNotFoundError:
            raise InputError(str(path), ["no such file"]) from None

    def score(self, features: np.ndarray) -> np.ndarray:
        """Probability of the positive label per row, float64 (rows)."""
        found = self._session.run(
            [OUTPUT], {INPUT: np.ascontiguousarray(features, dtype=np.float32)}
        )[0]
        scores = np.asarray(found, dtype=np.float64).reshape(-1)
        # Sums of float32 end a little beyond 0 and 1; the server rounds them so too.
        inside = np.clip(scores, 0, 1)
        return np.where(np.abs(scores - inside) <= ROUNDING, inside, scores)

    def log_odds(self, features: np.ndarray) -> np.ndarray:
        """log(p / (1 - p)) per row, with p held from 0 and 1 by 1e-6 so that it stays finite."""
        p = np.clip(self.score(features), 1e-6, 1 - 1e-6)
        return np.log(p) - np.log1p(-p)
