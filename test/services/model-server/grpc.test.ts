/** @jest-environment ./test/services/model-server/support/environment.ts */
import { Client, credentials, Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { inferenceService } from "../../../services/model-server/grpc/protocol";
import { bind, grpcServer, shutdown } from "../../../services/model-server/grpc/server";
import { requestIds } from "../../../services/model-server/http/request-ids";
import { RequestLog } from "../../../services/model-server/http/request-log";
import { predictionDeps } from "../../../services/model-server/app";
import { defaultLimits } from "../../../services/model-server/http/limits";
import { keysFrom } from "../../../services/model-server/identity/keys";
import { probabilities } from "../../../services/model-server/inference/scores";
import { Batcher } from "../../../services/model-server/inference/batcher";
import type { Scorer } from "../../../services/model-server/inference/session";
import { goodFeatures, goodRow, secret, testServer, type TestServer } from "./support/server";

interface Reached extends TestServer {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly ask: (call: string, request?: object, metadata?: Metadata) => Promise<any>;
  readonly failures: object[];
}

const open: (() => unknown)[] = [];
afterEach(() => Promise.all(open.splice(0).map((close) => close())));

/** A server that a client reaches over a real connection. */
async function reached(scorer?: Scorer, limiter = {}): Promise<Reached> {
  const server = await testServer({ version: "1.0.0", limiter });
  const { loaded, counters, limiter: limit, lifecycle } = server;
  const lines = { write: (line: string) => server.logs.push(JSON.parse(line)) };
  const batcher = new Batcher({
    scorer: scorer ?? loaded.model,
    width: goodRow.length,
    lanes: 1,
    maximumRows: 128,
    range: probabilities,
    onRun: () => (counters.batches.value += 1),
  });
  const failures: object[] = [];
  const prediction = predictionDeps({
    loaded,
    counters,
    batcher,
    limiter: limit,
    lifecycle,
    keys: keysFrom(secret, loaded.contract.name),
    limits: defaultLimits,
    logs: lines,
    clock: () => server.time.now,
  });
  const grpc = grpcServer({
    loaded,
    prediction,
    limiter: limit,
    limits: defaultLimits,
    lifecycle,
    log: new RequestLog(lines, { model: "loan-approval" }),
    requestId: requestIds(),
    onFailure: (facts) => failures.push(facts),
  });
  const port = await bind(grpc, { host: "127.0.0.1", port: 0, variable: "CAUSEWAY_GRPC_PORT" });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  open.push(
    () => client.close(),
    () => shutdown(grpc),
  );
  const service = inferenceService();
  const ask = (call: string, request: object = {}, metadata = new Metadata()) =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = service[call]!;
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error, found) => (error ? reject(error) : resolve(found)),
      );
    });
  return { ...server, ask, failures };
}

const whole = {
  model_name: "loan-approval",
  inputs: [
    { name: "features", datatype: "FP32", shape: [1, 16], contents: { fp32_contents: goodRow } },
  ],
};
const named = {
  model_name: "loan-approval",
  model_version: "1.0.0",
  id: "mine",
  parameters: { content_type: { string_param: "pd" } },
  inputs: Object.entries(goodFeatures).map(([name, value]) =>
    name === "self"
      ? { name, datatype: "BOOL", shape: [1], contents: { bool_contents: [value === 1] } }
      : { name, datatype: "FP64", shape: [1, 1], contents: { fp64_contents: [value] } },
  ),
};
const raw = {
  model_name: "loan-approval",
  inputs: [{ name: "features", datatype: "FP32", shape: [1, 16] }],
  raw_input_contents: [Buffer.from(Float32Array.from(goodRow).buffer)],
};

describe("the inference protocol over gRPC", () => {
  test("says that the server and its model are ready, and what they are", async () => {
    const { ask, lifecycle } = await reached();
    const model = { name: "loan-approval" };
    expect(await ask("ServerLive")).toEqual({ live: true });
    expect(await ask("ServerReady")).toEqual({ ready: true });
    expect(await ask("ModelReady", { ...model, version: "1.0.0" })).toEqual({ ready: true });
    lifecycle.ready = false;
    expect(await ask("ServerReady")).toEqual({ ready: false });
    expect(await ask("ModelReady", model)).toEqual({ ready: false });
    expect(await ask("ServerMetadata")).toMatchObject({ name: "causeway", version: "1.0.0" });
    expect(await ask("ModelMetadata", model)).toEqual({
      name: "loan-approval",
      versions: ["1.0.0"],
      platform: "onnxruntime_onnx",
      inputs: [{ name: "features", datatype: "FP32", shape: [-1, 16] }],
      outputs: [
        { name: "score", datatype: "FP32", shape: [-1] },
        { name: "label", datatype: "BYTES", shape: [-1] },
        { name: "prediction_id", datatype: "BYTES", shape: [-1] },
      ],
    });
  });

  test("answers a tensor, a tensor for each column and raw bytes with the same score, each counted and logged", async () => {
    const { ask, loaded, counted, logs } = await reached();
    const [direct] = await loaded.model.score(Float32Array.from(goodRow), 1);
    const answers = [await ask("ModelInfer", whole), await ask("ModelInfer", named)];
    expect(answers.map(({ outputs }) => outputs[0].contents.fp32_contents)).toEqual([
      [direct],
      [direct],
    ]);
    expect(answers[1]).toMatchObject({
      model_name: "loan-approval",
      model_version: "1.0.0",
      id: "mine",
    });
    expect(String(answers[0].outputs[1].contents.bytes_contents[0])).toBe("approve");
    const size = { binary_data_size: { int64_param: 64 } };
    const bytes = await ask("ModelInfer", {
      ...raw,
      inputs: [{ ...raw.inputs[0], parameters: size }],
    });
    expect(
      bytes.outputs.map(({ name, contents }: { name: string; contents: unknown }) => [
        name,
        contents,
      ]),
    ).toEqual([
      ["score", null],
      ["label", null],
      ["prediction_id", null],
    ]);
    expect(bytes.raw_output_contents[0].readFloatLE(0)).toBe(direct);
    expect(bytes.raw_output_contents[1].toString("latin1")).toBe("\x07\0\0\0approve");
    expect(counted("causeway_predictions_total", { label: "approve" })).toBe(3);
    expect(counted("causeway_requests_total", { operation: "infer", code: "ok" })).toBe(3);
    expect(
      logs.filter(({ msg }) => msg === "request").map(({ code, label }) => [code, label]),
    ).toEqual(Array(3).fill(["ok", "approve"]));
  });

  test("keeps subject and caller of the metadata, as of headers", async () => {
    const { ask, logs } = await reached();
    const metadata = new Metadata();
    metadata.set("x-causeway-subject", "ab12");
    metadata.set("x-causeway-caller", "client-1");
    const { outputs } = await ask("ModelInfer", whole, metadata);
    expect(String(outputs[2].contents.bytes_contents[0])).toMatch(/^1\.0\.0~p\d~.*\.[\w-]{8}~/);
    expect(logs.find(({ subject }) => subject !== undefined)!["subject"]).toMatch(/^k1\./);
    expect(JSON.stringify(logs)).not.toMatch(/ab12|client-1/);
  });

  test.each([
    ["another model", { ...whole, model_name: "other" }, status.NOT_FOUND, "model.unknown"],
    ["another version", { ...whole, model_version: "9" }, status.NOT_FOUND, "version.unknown"],
    ["no inputs", { model_name: "loan-approval" }, status.INVALID_ARGUMENT, "tensor.count"],
    [
      "a value out of range",
      {
        ...named,
        inputs: named.inputs.map((one) =>
          one.name === "obrat" ? { ...one, contents: { fp64_contents: [101] } } : one,
        ),
      },
      status.INVALID_ARGUMENT,
      "feature.range",
    ],
    [
      "contents of another datatype",
      { ...whole, inputs: [{ ...whole.inputs[0], contents: { fp64_contents: goodRow } }] },
      status.INVALID_ARGUMENT,
      "tensor.datatype",
    ],
    [
      "contents beside raw bytes",
      { ...raw, inputs: whole.inputs },
      status.INVALID_ARGUMENT,
      "tensor.datatype",
    ],
    [
      "raw bytes for some inputs",
      { ...raw, inputs: [...raw.inputs, ...raw.inputs] },
      status.INVALID_ARGUMENT,
      "tensor.count",
    ],
    [
      "raw bytes of another size than the shape",
      { ...raw, raw_input_contents: [raw.raw_input_contents[0]!.subarray(4)] },
      status.INVALID_ARGUMENT,
      "tensor.size",
    ],
    [
      "another size of raw bytes than they have",
      {
        ...raw,
        inputs: [{ ...raw.inputs[0], parameters: { binary_data_size: { int64_param: 60 } } }],
      },
      status.INVALID_ARGUMENT,
      "field.value",
    ],
    [
      "a parameter that nothing reads",
      { ...whole, parameters: { priority: { int64_param: 1 } } },
      status.INVALID_ARGUMENT,
      "field.unknown",
    ],
  ])("refuses %s, counts the refusal and no prediction", async (_title, request, code, problem) => {
    const { ask, counters, counted } = await reached();
    const error: ServiceError = await ask("ModelInfer", request).catch((refusal) => refusal);
    expect([error.code, error.metadata.get("x-causeway-code")]).toEqual([code, [problem]]);
    expect(counters.batches.value).toBe(0);
    expect(counted("causeway_requests_total", { operation: "infer", code: problem })).toBe(1);
  });

  test("sheds under the same limit as HTTP, and takes no larger message than a body may be", async () => {
    const { ask, counted } = await reached(undefined, { maximum: 0, minimum: 0 });
    const error: ServiceError = await ask("ModelInfer", whole).catch((refusal) => refusal);
    expect([error.code, error.metadata.get("x-causeway-code")]).toEqual([
      status.UNAVAILABLE,
      ["server.overloaded"],
    ]);
    expect(counted("causeway_sheds_total", { reason: "overload" })).toBe(1);
    expect(await ask("ServerLive")).toEqual({ live: true });
    const large = { ...raw, raw_input_contents: [Buffer.alloc(300_000)] };
    await expect(ask("ModelInfer", large)).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });

  test("a score that is none is INTERNAL and counts nothing; a failure says nothing of its inside", async () => {
    const nan = await reached({ score: async (_rows, count) => new Float32Array(count).fill(NaN) });
    const first: ServiceError = await nan.ask("ModelInfer", whole).catch((refusal) => refusal);
    expect([first.code, first.metadata.get("x-causeway-code")]).toEqual([
      status.INTERNAL,
      ["inference.failed"],
    ]);
    expect(nan.counted("causeway_predictions_total", { label: "decline" })).toBe(0);
    const broken = await reached({ score: () => Promise.reject(new Error("secret 128")) });
    const second: ServiceError = await broken.ask("ModelInfer", whole).catch((refusal) => refusal);
    expect(second.details).toBe("the server failed; the request id finds the reason in its log");
    expect(broken.failures).toHaveLength(1);
    expect(JSON.stringify([broken.failures, broken.logs])).not.toMatch(/secret|128/);
    expect(broken.limiter.inFlight).toBe(0);
  });
});
