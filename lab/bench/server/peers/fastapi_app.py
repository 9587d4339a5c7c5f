"""The FastAPI peer: one route, validated by pydantic, scored by onnxruntime on one thread.

As lean as its documentation makes it:
no counters, no logs, no checks of ranges.
"""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["BENCH_MODEL"], options)
app = FastAPI()


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class Request(BaseModel):
    inputs: list[Tensor]


@app.get("/v2/health/ready")
async def ready() -> dict:
    return {"ready": True}


@app.post("/v2/models/loan-approval/infer")
async def infer(request: Request) -> dict:
    tensor = request.inputs[0]
    scores = session.run(
        ["score"], {"features": np.asarray(tensor.data, dtype=np.float32).reshape(tensor.shape)}
    )[0]
    return {
        "model_name": "loan-approval",
        "outputs": [
            {
                "name": "score",
                "datatype": "FP32",
                "shape": list(scores.shape),
                "data": scores.tolist(),
            }
        ],
    }
