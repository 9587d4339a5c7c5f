/** @jest-environment ./test/services/model-server/support/environment.ts */
import { gzipSync } from "node:zlib";
import type { InjectOptions } from "fastify";
import {
  goodFeatures,
  goodRow,
  paths,
  tensor,
  testServer,
  without,
  type TestServer,
} from "./support/server";

const input = tensor().inputs[0]!;
const json = { "content-type": "application/json" };
const post = (url: string, payload: unknown): InjectOptions => ({
  method: "POST",
  url,
  payload: payload as object,
});
const text = (url: string, payload: string | Buffer): InjectOptions => ({
  method: "POST",
  url,
  headers: json,
  payload,
});
const row = (index: number, value: unknown) =>
  tensor([goodRow.map((old, i) => (i === index ? value : old))]);
const features = (changes: Record<string, unknown>) => ({
  features: { ...goodFeatures, ...changes },
});

/** What is sent, and the exact status, code and message that come back. */
const table: [
  title: string,
  request: InjectOptions,
  status: number,
  code: string,
  error: string,
][] = [
  // The body as bytes.
  [
    "no body",
    { method: "POST", url: paths.infer, headers: json },
    400,
    "body.missing",
    "the request needs a JSON body",
  ],
  [
    "neither body nor type",
    { method: "POST", url: paths.predict },
    400,
    "body.missing",
    "the request needs a JSON body",
  ],
  [
    "another media type",
    { ...text(paths.infer, "<a/>"), headers: { "content-type": "application/xml" } },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a form",
    {
      ...text(paths.predict, "obrat=1"),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a media type that is none",
    { ...text(paths.predict, "{}"), headers: { "content-type": "json" } },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a gzip bomb",
    {
      ...text(paths.infer, gzipSync(Buffer.alloc(50_000_000))),
      headers: { ...json, "content-encoding": "gzip" },
    },
    415,
    "body.encoding",
    "the body must not be compressed",
  ],
  [
    "an encoding nobody knows",
    { ...text(paths.infer, "{}"), headers: { ...json, "content-encoding": "x" } },
    415,
    "body.encoding",
    "the body must not be compressed",
  ],
  [
    "too large a body",
    text(paths.infer, JSON.stringify({ inputs: " ".repeat(300_000) })),
    413,
    "body.size",
    "the body is too large",
  ],
  [
    "invalid UTF-8",
    text(paths.predict, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
    400,
    "body.utf8",
    "the body must be UTF-8",
  ],
  [
    "UTF-16",
    text(
      paths.predict,
      Buffer.from(JSON.stringify({ features: goodFeatures, subject: "é" }), "utf16le"),
    ),
    400,
    "body.utf8",
    "the body must be UTF-8",
  ],
  ["truncated JSON", text(paths.infer, '{"inputs": [{'), 400, "body.json", "the body must be JSON"],
  ["two documents", text(paths.infer, "{} {}"), 400, "body.json", "the body must be JSON"],
  [
    "a NaN literal",
    text(paths.predict, '{"features": {"obrat": NaN}}'),
    400,
    "body.json",
    "the body must be JSON",
  ],
  [
    "an Infinity literal",
    text(paths.predict, '{"features": {"obrat": Infinity}}'),
    400,
    "body.json",
    "the body must be JSON",
  ],
  [
    "a comment",
    text(paths.predict, '{/* */"features": {}}'),
    400,
    "body.json",
    "the body must be JSON",
  ],
  [
    "120,000 nested lists",
    text(paths.infer, "[".repeat(120_000) + "]".repeat(120_000)),
    400,
    "body.type",
    "the body must be a JSON object",
  ],
  [
    "20,000 nested objects",
    text(paths.predict, `{"features":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`),
    422,
    "feature.unknown",
    "features.a is not a feature of this model (and 15 more)",
  ],
  ["null", text(paths.infer, "null"), 400, "body.type", "the body must be a JSON object"],
  ["a list", text(paths.predict, "[]"), 400, "body.type", "the body must be a JSON object"],
  ["text", text(paths.feedback, '"x"'), 400, "body.type", "the body must be a JSON object"],
  // Fields.
  [
    "__proto__ beside the fields",
    text(paths.predict, `{"__proto__":{"features":{}},"features":{}}`),
    400,
    "field.unknown",
    "__proto__ is not a field of this request; allowed: features, subject",
  ],
  [
    "__proto__ instead of the fields",
    text(paths.infer, `{"__proto__":${JSON.stringify(tensor())}}`),
    400,
    "field.unknown",
    "__proto__ is not a field of this request; allowed: inputs, id, outputs, parameters",
  ],
  [
    "__proto__ among the features",
    text(
      paths.predict,
      `{"features":{"__proto__":{"obrat":1},${JSON.stringify(goodFeatures).slice(1)}}`,
    ),
    422,
    "feature.unknown",
    "features.__proto__ is not a feature of this model",
  ],
  [
    "constructor among the features",
    post(paths.predict, features({ constructor: 1 })),
    422,
    "feature.unknown",
    "features.constructor is not a feature of this model",
  ],
  [
    "an unknown field",
    post(paths.predict, { ...features({}), model: "other" }),
    400,
    "field.unknown",
    "model is not a field of this request; allowed: features, subject",
  ],
  [
    "a protected attribute as a feature",
    post(paths.predict, features({ race: 1 })),
    422,
    "feature.unknown",
    "features.race is not a feature of this model",
  ],
  [
    "a protected attribute beside the features",
    post(paths.predict, { ...features({}), groups: { race: "black" } }),
    400,
    "field.unknown",
    "groups is not a field of this request; allowed: features, subject",
  ],
  [
    "a long key with control characters",
    text(paths.predict, `{"${"\\u0007k".repeat(60)}":1}`),
    400,
    "field.unknown",
    `${"?k".repeat(18)}?... is not a field of this request; allowed: features, subject`,
  ],
  ["no features", post(paths.predict, {}), 400, "field.missing", "features is missing"],
  [
    "features as a list",
    post(paths.predict, { features: goodRow }),
    400,
    "field.type",
    "features must be an object of values by feature name",
  ],
  [
    "features as null",
    post(paths.predict, { features: null }),
    400,
    "field.type",
    "features must be an object of values by feature name",
  ],
  [
    "an empty subject",
    post(paths.predict, { ...features({}), subject: "" }),
    400,
    "subject.invalid",
    "subject must be text of 1 to 256 characters",
  ],
  [
    "a subject that is a number",
    post(paths.predict, { ...features({}), subject: 12 }),
    400,
    "subject.invalid",
    "subject must be text of 1 to 256 characters",
  ],
  [
    "too long a subject header",
    { ...post(paths.infer, tensor()), headers: { "x-causeway-subject": "s".repeat(300) } },
    400,
    "subject.invalid",
    "x-causeway-subject must be text of 1 to 256 characters",
  ],
  // Values.
  [
    "a missing feature",
    post(paths.predict, { features: without("obrat") }),
    422,
    "feature.missing",
    "features.obrat is missing: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "null for a required feature",
    post(paths.predict, features({ obrat: null })),
    422,
    "feature.missing",
    "features.obrat is missing: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "text for a number",
    post(paths.predict, features({ obrat: "33" })),
    422,
    "feature.type",
    "features.obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "NaN as text",
    post(paths.predict, features({ obrat: "NaN" })),
    422,
    "feature.type",
    "features.obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "true for a category",
    post(paths.predict, features({ self: true })),
    422,
    "feature.type",
    "features.self must be one of 0, 1",
  ],
  [
    "a list for a number",
    post(paths.predict, features({ obrat: [33] })),
    422,
    "feature.type",
    "features.obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "a number that overflows to infinity",
    text(
      paths.predict,
      JSON.stringify(features({ obrat: 1 })).replace('"obrat":1', '"obrat":1e999'),
    ),
    422,
    "feature.range",
    "features.obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "below the range",
    post(paths.predict, features({ obrat: -0.001 })),
    422,
    "feature.range",
    "features.obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "above the range",
    post(paths.predict, features({ netw: 50_001 })),
    422,
    "feature.range",
    "features.netw must be a number from -10000 to 50000 (thousand dollars)",
  ],
  [
    "an unknown category",
    post(paths.predict, features({ mortg: 5 })),
    422,
    "feature.category",
    "features.mortg must be one of 1, 2, 3, 4",
  ],
  [
    "half a category",
    post(paths.explain, features({ mortg: 1.5 })),
    422,
    "feature.category",
    "features.mortg must be one of 1, 2, 3, 4",
  ],
  [
    "several wrong values",
    post(paths.predict, features({ obrat: 101, mortg: 9, hrat: "x" })),
    422,
    "feature.range",
    "features.obrat must be a number from 0 to 100 (percent of income) (and 2 more)",
  ],
  // Tensors.
  ["no inputs", post(paths.infer, {}), 400, "field.missing", "inputs is missing"],
  [
    "inputs as an object",
    post(paths.infer, { inputs: input }),
    400,
    "field.type",
    "inputs must be a list of tensors",
  ],
  [
    "an empty list of inputs",
    post(paths.infer, { inputs: [] }),
    400,
    "tensor.count",
    "inputs must hold exactly one tensor, features",
  ],
  [
    "two inputs",
    post(paths.infer, { inputs: [input, input] }),
    400,
    "tensor.count",
    "inputs must hold exactly one tensor, features",
  ],
  [
    "an input that is null",
    post(paths.infer, { inputs: [null] }),
    400,
    "field.type",
    "inputs[0] must be a tensor",
  ],
  [
    "an input without data",
    post(paths.infer, { inputs: [{ name: "features", shape: [1, 16], datatype: "FP32" }] }),
    400,
    "field.missing",
    "inputs[0].data is missing",
  ],
  [
    "an unknown field of an input",
    post(paths.infer, { inputs: [{ ...input, offset: 1 }] }),
    400,
    "field.unknown",
    "inputs[0].offset is not a field of this request; allowed: name, shape, datatype, data, parameters",
  ],
  [
    "another tensor name",
    post(paths.infer, { inputs: [{ ...input, name: "x" }] }),
    400,
    "tensor.name",
    "inputs[0].name must be features",
  ],
  [
    "another datatype",
    post(paths.infer, { inputs: [{ ...input, datatype: "FP64" }] }),
    400,
    "tensor.datatype",
    "inputs[0].datatype must be FP32",
  ],
  [
    "a shape of one dimension",
    post(paths.infer, { inputs: [{ ...input, shape: [16] }] }),
    400,
    "tensor.shape",
    "inputs[0].shape must be [rows, 16] with at least one row",
  ],
  [
    "a shape of another width",
    post(paths.infer, { inputs: [{ ...input, shape: [1, 15] }] }),
    400,
    "tensor.shape",
    "inputs[0].shape must be [rows, 16] with at least one row",
  ],
  [
    "no rows",
    post(paths.infer, { inputs: [{ ...input, shape: [0, 16], data: [] }] }),
    400,
    "tensor.shape",
    "inputs[0].shape must be [rows, 16] with at least one row",
  ],
  [
    "a negative number of rows",
    post(paths.infer, { inputs: [{ ...input, shape: [-1, 16] }] }),
    400,
    "tensor.shape",
    "inputs[0].shape must be [rows, 16] with at least one row",
  ],
  [
    "half a row",
    post(paths.infer, { inputs: [{ ...input, shape: [0.5, 16] }] }),
    400,
    "tensor.shape",
    "inputs[0].shape must be [rows, 16] with at least one row",
  ],
  [
    "a shape that would take all memory",
    post(paths.infer, { inputs: [{ ...input, shape: [1e15, 16] }] }),
    413,
    "tensor.rows",
    "inputs[0].shape must have at most 256 rows",
  ],
  [
    "fewer values than the shape says",
    post(paths.infer, { inputs: [{ ...input, shape: [2, 16] }] }),
    400,
    "tensor.size",
    "inputs[0].data must hold 32 values, as the shape says",
  ],
  [
    "more values than the shape says",
    post(paths.infer, { inputs: [{ ...input, data: [...goodRow, 1] }] }),
    400,
    "tensor.size",
    "inputs[0].data must hold 16 values, as the shape says",
  ],
  [
    "ragged rows",
    post(paths.infer, {
      inputs: [{ ...input, shape: [2, 16], data: [goodRow, goodRow.slice(1)] }],
    }),
    400,
    "tensor.size",
    "inputs[0].data[1] must be a row of 16 values",
  ],
  [
    "rows nested too deep",
    post(paths.infer, { inputs: [{ ...input, data: [[goodRow]] }] }),
    400,
    "tensor.size",
    "inputs[0].data[0] must be a row of 16 values",
  ],
  [
    "data as base64",
    post(paths.infer, { inputs: [{ ...input, data: "AAAA" }] }),
    400,
    "field.type",
    "inputs[0].data must be a list of numbers",
  ],
  [
    "text in the data",
    post(paths.infer, row(2, "33")),
    422,
    "feature.type",
    "row 0, obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "null in the data for a required feature",
    post(paths.infer, row(2, null)),
    422,
    "feature.missing",
    "row 0, obrat is missing: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "a value out of range in the data",
    post(paths.infer, row(0, 2_001)),
    422,
    "feature.range",
    "row 0, loanamt must be a number from 1 to 2000 (thousand dollars)",
  ],
  [
    "an unknown category in the second row",
    post(paths.infer, tensor([goodRow, goodRow.map((value, i) => (i === 9 ? 7 : value))])),
    422,
    "feature.category",
    "row 1, cons must be one of 1, 2, 3, 4, 5, 6",
  ],
  [
    "an unknown output",
    post(paths.infer, tensor([goodRow], { outputs: [{ name: "logits" }] })),
    400,
    "output.unknown",
    "outputs[0].name must be one of score, label, prediction_id",
  ],
  [
    "no outputs",
    post(paths.infer, tensor([goodRow], { outputs: [] })),
    400,
    "field.type",
    "outputs must be a list of 1 to 3 output tensors",
  ],
  [
    "parameters",
    post(paths.infer, tensor([goodRow], { parameters: { binary_data: true } })),
    400,
    "field.unknown",
    "parameters must be empty: this server takes none",
  ],
  [
    "an id with a line break",
    post(paths.infer, tensor([goodRow], { id: "a\nb" })),
    400,
    "field.value",
    "id must be text of 1 to 128 printable characters without spaces",
  ],
  // Feedback.
  [
    "feedback without a label",
    post(paths.feedback, { predictionId: "x" }),
    400,
    "field.missing",
    "label is missing",
  ],
  [
    "feedback with another label",
    post(paths.feedback, { predictionId: "x", label: "maybe" }),
    400,
    "field.value",
    "label must be approve or decline",
  ],
  [
    "feedback for an id that is a number",
    post(paths.feedback, { predictionId: 1, label: "approve" }),
    400,
    "field.type",
    "predictionId must be the text that came with the prediction",
  ],
  [
    "feedback for an id that was made up",
    post(paths.feedback, {
      predictionId: `1.0.0~p3~abc~AAAAAAAA1~${"A".repeat(22)}`,
      label: "approve",
    }),
    404,
    "feedback.unknown",
    "this service issued no such prediction id",
  ],
  [
    "feedback with an unknown attribute",
    post(paths.feedback, { predictionId: "x", label: "approve", groups: { age: "old" } }),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with an unknown group",
    post(paths.feedback, { predictionId: "x", label: "approve", groups: { sex: "other" } }),
    400,
    "field.value",
    "groups.sex must be one of male, female",
  ],
  [
    "feedback with __proto__ as an attribute",
    text(paths.feedback, '{"predictionId":"x","label":"approve","groups":{"__proto__":"male"}}'),
    400,
    "field.unknown",
    "groups may name race, sex",
  ],
  [
    "feedback with too large a value",
    post(paths.feedback, { predictionId: "x", label: "approve", value: 1e10 }),
    400,
    "field.value",
    "value must be a number of at most 1000000000 either way",
  ],
  // Routes.
  [
    "another model",
    post("/v2/models/other/infer", tensor()),
    404,
    "model.unknown",
    "this server has no such model",
  ],
  [
    "another version",
    post("/v2/models/loan-approval/versions/9.9.9/infer", tensor()),
    404,
    "version.unknown",
    "this server has no such version of the model",
  ],
  [
    "another operation",
    post("/v2/models/loan-approval/train", tensor()),
    404,
    "route.unknown",
    "there is nothing at this path",
  ],
  [
    "a path that climbs",
    { method: "GET", url: "/v2/models/loan-approval/..%2f..%2fetc/passwd" },
    404,
    "route.unknown",
    "there is nothing at this path",
  ],
  [
    "a path that cannot be decoded",
    { method: "GET", url: "/v2/%ff" },
    400,
    "request.malformed",
    "the path cannot be decoded",
  ],
  [
    "GET of an operation",
    { method: "GET", url: paths.infer },
    405,
    "route.method",
    "this path takes POST",
  ],
  [
    "DELETE of the model",
    { method: "DELETE", url: "/v2/models/loan-approval" },
    405,
    "route.method",
    "this path takes GET",
  ],
];

describe("malformed requests", () => {
  let server: TestServer;
  beforeAll(async () => (server = await testServer({ version: "1.0.0" })));

  test("are many", () => expect(table.length).toBeGreaterThanOrEqual(80));

  test.each(table)("%s", async (_title, request, status, code, error) => {
    const response = await server.app.inject(request);
    const body = response.json();
    expect([response.statusCode, body.code, body.error]).toEqual([status, code, error]);
    expect(Object.keys(body)).toEqual(["error", "code", "requestId", "problems"]);
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  test("lists every wrong field", async () => {
    const response = await server.app.inject(
      post(paths.predict, features({ obrat: 101, mortg: 9, race: 1 })),
    );
    expect(
      response
        .json()
        .problems.map((problem: { code: string; field: string }) => [problem.code, problem.field]),
    ).toEqual([
      ["feature.unknown", "features.race"],
      ["feature.range", "features.obrat"],
      ["feature.category", "features.mortg"],
    ]);
  });

  test("reach neither the model nor the counters of predictions", () => {
    expect(server.counters.batches.value).toBe(0);
    expect(server.counted("causeway_predictions_total", { label: "approve" })).toBe(0);
  });

  test("leave the server as able as before", async () => {
    expect(({} as Record<string, unknown>)["obrat"]).toBeUndefined();
    expect(server.limiter.inFlight).toBe(0);
    expect((await server.app.inject(post(paths.infer, tensor()))).statusCode).toBe(200);
  });
});

describe("failures of the server itself", () => {
  test("say nothing of their inside", async () => {
    const scorer = {
      score: () => Promise.reject(new Error("secret path /srv/model and value 128")),
    };
    const server = await testServer({ scorer });
    const response = await server.app.inject({
      ...post(paths.predict, features({})),
      headers: { "x-request-id": "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6" },
    });
    expect([response.statusCode, response.json()]).toEqual([
      500,
      {
        error: "the server failed; the request id finds the reason in its log",
        code: "server.failed",
        requestId: "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6",
        problems: [],
      },
    ]);
    expect(JSON.stringify(server.logs)).not.toMatch(/secret|128/);
    expect(server.logs.find((line) => line["level"] === "error")).toMatchObject({
      requestId: "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6",
      error: "Error",
      msg: "request failed",
    });
  });
});
