"""A model whose tensors are in other files is refused wherever a model is loaded, and a file that
no attestation names wherever a release is read."""

import numpy as np
import onnx
import pytest
from conftest import Workshop
from helpers import run_to, step
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, helper, numpy_helper

from causeway_training.champion import Champion
from causeway_training.digests import digest_file
from causeway_training.errors import InputError
from causeway_training.onnx_model import Scorer, refuse_external_data
from causeway_training.run import RECORD, read_json, write_json
from causeway_training.steps.release import check_files

FEATURES = 4


def logistic(weights: TensorProto) -> ModelProto:
    """`score` is the sigmoid of `features` times `weights`."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["features", "weights"], ["column"]),
            helper.make_node("Sigmoid", ["column"], ["score"]),
        ],
        "logistic",
        [value("features", TensorProto.FLOAT, [None, FEATURES])],
        [value("score", TensorProto.FLOAT, [None, 1])],
        [weights],
    )
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])


def inside() -> TensorProto:
    return numpy_helper.from_array(np.ones((FEATURES, 1), np.float32), "weights")


def outside(location: str = "weights.bin") -> TensorProto:
    tensor = TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=[FEATURES, 1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def sparse(values: bool) -> onnx.SparseTensorProto:
    good, bad = inside(), outside()
    return onnx.SparseTensorProto(
        values=bad if values else good, indices=good if values else bad, dims=[FEATURES, 1]
    )


def in_attribute(attribute: AttributeProto) -> ModelProto:
    model = logistic(inside())
    model.graph.node[0].attribute.append(attribute)
    return model


def graph_of(tensor: TensorProto) -> GraphProto:
    return GraphProto(name="inner", initializer=[tensor])


def nested(depth: int) -> AttributeProto:
    attribute = AttributeProto(name="a", g=graph_of(outside()))
    for _ in range(depth):
        node = onnx.NodeProto(op_type="If", attribute=[attribute])
        attribute = AttributeProto(name="a", g=GraphProto(name="inner", node=[node]))
    return attribute


def function(**fields: object) -> ModelProto:
    model = logistic(inside())
    model.functions.add(name="f", domain="d", **fields)
    return model


def training(**fields: object) -> ModelProto:
    model = logistic(inside())
    model.training_info.add(**fields)
    return model


def sparse_initializer(values: bool) -> ModelProto:
    model = logistic(inside())
    model.graph.sparse_initializer.append(sparse(values))
    return model


ATTRIBUTE = AttributeProto(name="a", t=outside())
PLACES = {
    "an initializer": logistic(outside()),
    "values of a sparse initializer": sparse_initializer(True),
    "indices of a sparse initializer": sparse_initializer(False),
    "an attribute": in_attribute(ATTRIBUTE),
    "a list of tensors": in_attribute(AttributeProto(name="a", tensors=[inside(), outside()])),
    "a sparse attribute": in_attribute(AttributeProto(name="a", sparse_tensor=sparse(True))),
    "sparse attributes": in_attribute(AttributeProto(name="a", sparse_tensors=[sparse(False)])),
    "a graph": in_attribute(nested(0)),
    "graphs": in_attribute(AttributeProto(name="a", graphs=[graph_of(outside())])),
    "a graph in graphs": in_attribute(nested(20)),
    "a node of a function": function(node=[onnx.NodeProto(op_type="X", attribute=[ATTRIBUTE])]),
    "a default of a function": function(attribute_proto=[ATTRIBUTE]),
    "the first values of a training": training(initialization=graph_of(outside())),
    "the algorithm of a training": training(algorithm=graph_of(outside())),
}


@pytest.mark.parametrize("model", PLACES.values(), ids=PLACES.keys())
def test_a_tensor_in_another_file_is_refused_wherever_it_stands(model: ModelProto) -> None:
    with pytest.raises(InputError, match="tensor 'weights' is external data"):
        Scorer(model.SerializeToString(), "model.onnx")


def test_every_message_that_can_hold_a_tensor_has_a_place_above() -> None:
    """Fails when the onnx library grows one that nobody thought of."""

    def holders(descriptor: object, found: set[str], trail: tuple[str, ...] = ()) -> set[str]:
        for field in descriptor.fields:
            part = field.message_type
            if part is None or part.full_name in trail:
                continue
            if part.full_name == "onnx.TensorProto":
                found.add(f"{descriptor.name}.{field.name}")
            else:
                holders(part, found, (*trail, part.full_name))
        return found

    assert holders(ModelProto.DESCRIPTOR, set()) == {
        "GraphProto.initializer",
        "AttributeProto.t",
        "AttributeProto.tensors",
        "SparseTensorProto.values",
        "SparseTensorProto.indices",
    }


def test_a_location_alone_and_a_field_that_nobody_knows_are_refused() -> None:
    half = inside()
    half.external_data.add(key="location", value="weights.bin")
    with pytest.raises(InputError, match="external data"):
        refuse_external_data(logistic(half).SerializeToString(), "model.onnx")
    with pytest.raises(InputError, match="ModelProto has no field 99"):
        refuse_external_data(logistic(inside()).SerializeToString() + b"\x9a\x06\x00", "model.onnx")


def test_a_model_that_has_all_its_tensors_is_taken() -> None:
    ones = np.ones((1, FEATURES), np.float32)
    assert Scorer(logistic(inside()).SerializeToString(), "model.onnx").score(ones)[0] > 0.9


def test_packaging_refuses_it(workshop: Workshop) -> None:
    context = workshop.context(to=str(workshop.root / "released"))
    run_to(context, "compress")
    given = read_json(context.run.folder("compress") / RECORD)
    (context.run.folder("compress") / "model.onnx").write_bytes(
        logistic(outside()).SerializeToString()
    )
    given["outputs"]["model.onnx"] = digest_file(context.run.folder("compress") / "model.onnx")
    write_json(context.run.folder("compress") / RECORD, given)
    with pytest.raises(InputError, match="external data"):
        step("package").run(context)


def test_nobody_signs_or_releases_it(workshop: Workshop) -> None:
    target = workshop.root / "released"
    context = workshop.context(to=str(target))
    run_to(context, "package")
    step("release").run(context)
    (target / "model.onnx").write_bytes(logistic(outside()).SerializeToString())
    manifest = read_json(target / "manifest.json")
    manifest["digests"]["model"] = digest_file(target / "model.onnx")
    write_json(target / "manifest.json", manifest)
    with pytest.raises(InputError, match="external data"):
        check_files(target)


def test_a_file_that_is_none_of_a_release_is_refused(workshop: Workshop) -> None:
    target = workshop.root / "released"
    context = workshop.context(to=str(target))
    run_to(context, "package")
    step("release").run(context)
    Champion.open(str(target), "small")
    (target / "weights.bin").write_bytes(b"")
    with pytest.raises(InputError, match="weights.bin is no file of a release"):
        Champion.open(str(target), "small")
    with pytest.raises(InputError, match="weights.bin is no file of a release"):
        check_files(target)
    (context.run.folder("package") / "weights.bin").write_bytes(b"")
    with pytest.raises(InputError, match="weights.bin is no file of a release"):
        step("release").run(context)
