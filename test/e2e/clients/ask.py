"""Asks a running model server by each standard client, and prints one JSON line for each answer.

python ask.py <client> <http port> <grpc port> <model> < rows.json

`rows.json` has `features` (names) and `row` (values). Each client needs a process of its own: the
packages register the same protobuf symbols.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

CLIENT, HTTP, GRPC, MODEL = sys.argv[1:5]
GIVEN = json.load(sys.stdin)
NAMES, ROW = GIVEN["features"], GIVEN["row"]
FRAME = pd.DataFrame([ROW], columns=NAMES)
HOST = f"127.0.0.1:{HTTP}"
GRPC_HOST = f"127.0.0.1:{GRPC}"


def told(form: str, score: object, label: object) -> None:
    """Prints the form of a request with the score and the label of its answer."""
    text = label.decode() if isinstance(label, bytes) else str(label)
    print(json.dumps({"form": form, "score": float(score), "label": text}))


def tensors(make: Callable, **more: object) -> Iterator[tuple[str, list]]:
    """The row as one tensor and as one for each column, of a client's own class of inputs."""
    whole = make("features", [1, len(ROW)], "FP32")
    whole.set_data_from_numpy(np.array([ROW], dtype=np.float32), **more)
    yield "one tensor", [whole]
    columns = [make(name, [1, 1], "FP64") for name in NAMES]
    for column, value in zip(columns, ROW, strict=True):
        column.set_data_from_numpy(np.array([[value]], dtype=np.float64), **more)
    yield "a tensor a column", columns


def triton_http() -> None:
    import tritonclient.http as triton

    client = triton.InferenceServerClient(HOST)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
    assert client.get_model_metadata(MODEL)["name"] == MODEL
    assert [one["name"] for one in client.get_model_repository_index()] == [MODEL]
    for binary in (True, False):
        outputs = [
            triton.InferRequestedOutput(name, binary_data=binary) for name in ("score", "label")
        ]
        for form, inputs in tensors(triton.InferInput, binary_data=binary):
            found = client.infer(MODEL, inputs, outputs=outputs)
            kind = "bytes" if binary else "JSON"
            told(f"{form}, {kind}", found.as_numpy("score")[0], found.as_numpy("label")[0])
        found = client.infer(MODEL, inputs)
        told(f"{form}, {kind}, all outputs", found.as_numpy("score")[0], found.as_numpy("label")[0])


def triton_grpc() -> None:
    import tritonclient.grpc as triton

    client = triton.InferenceServerClient(GRPC_HOST)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
    assert client.get_model_metadata(MODEL).name == MODEL
    for form, inputs in tensors(triton.InferInput):
        found = client.infer(MODEL, inputs)
        told(form, found.as_numpy("score")[0], found.as_numpy("label")[0])


def kserve(protocol: str) -> None:
    from kserve import (
        InferenceGRPCClient,
        InferenceRESTClient,
        InferInput,
        InferRequest,
        RESTConfig,
    )

    async def ask() -> None:
        rest = protocol == "rest"
        client = (
            InferenceRESTClient(RESTConfig(protocol="v2"))
            if rest
            else InferenceGRPCClient(GRPC_HOST)
        )
        base = (f"http://{HOST}",) if rest else ()
        assert await client.is_server_live(*base) and await client.is_server_ready(*base)
        assert await client.is_model_ready(*base, MODEL)
        for binary in (True, False):
            for form, inputs in tensors(InferInput, binary_data=binary):
                named = {"model_name": MODEL} if rest else {}
                found = await client.infer(*base, InferRequest(MODEL, inputs), **named)
                score, label = (one.as_numpy()[0] for one in found.outputs[:2])
                told(f"{form}, {'bytes' if binary else 'JSON' if rest else 'typed'}", score, label)

    asyncio.run(ask())


def mlserver_http() -> None:
    import httpx
    from mlserver.codecs import NumpyCodec, PandasCodec, StringCodec
    from mlserver.types import InferenceRequest, InferenceResponse

    def ask(request: InferenceRequest) -> InferenceResponse:
        url = f"http://{HOST}/v2/models/{MODEL}/infer"
        answer = httpx.post(url, json=request.model_dump())
        answer.raise_for_status()
        return InferenceResponse.model_validate(answer.json())

    whole = NumpyCodec.encode_input("features", np.array([ROW], dtype=np.float32))
    score, label, _ = ask(InferenceRequest(inputs=[whole])).outputs
    told("NumpyCodec", NumpyCodec.decode_output(score)[0], StringCodec.decode_output(label)[0])
    found = PandasCodec.decode_response(ask(PandasCodec.encode_request(FRAME)))
    told("PandasCodec", found["score"][0], found["label"][0])


def mlserver_grpc() -> None:
    import grpc
    from mlserver.codecs import PandasCodec
    from mlserver.grpc import dataplane_pb2_grpc
    from mlserver.grpc.converters import ModelInferRequestConverter, ModelInferResponseConverter

    request = PandasCodec.encode_request(FRAME)
    with grpc.insecure_channel(GRPC_HOST) as channel:
        stub = dataplane_pb2_grpc.GRPCInferenceServiceStub(channel)
        sent = ModelInferRequestConverter.from_types(request, model_name=MODEL)
        answer = ModelInferResponseConverter.to_types(stub.ModelInfer(sent))
    found = PandasCodec.decode_response(answer)
    told("PandasCodec", found["score"][0], found["label"][0])


CLIENTS = {
    "tritonclient-http": triton_http,
    "tritonclient-grpc": triton_grpc,
    "kserve-rest": lambda: kserve("rest"),
    "kserve-grpc": lambda: kserve("grpc"),
    "mlserver-http": mlserver_http,
    "mlserver-grpc": mlserver_grpc,
}
CLIENTS[CLIENT]()
