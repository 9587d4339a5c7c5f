/** @jest-environment ./test/services/model-server/support/environment.ts */
import { binaryTensor, columnTensors, framed, goodBytes } from "./malformed/columns";
import {
  goodFeatures,
  goodRow,
  paths,
  tensor,
  testServer,
  type TestServer,
} from "./support/server";

describe("a tensor for each column", () => {
  let server: TestServer;
  beforeAll(async () => (server = await testServer({ version: "1.0.0" })));

  const scores = async (payload: object) => {
    const response = await server.app.inject({ method: "POST", url: paths.infer, payload });
    expect([response.statusCode, response.json().error]).toEqual([200, undefined]);
    return response.json().outputs[0].data as number[];
  };

  test("gives the scores of one tensor, in any order of the columns and either shape", async () => {
    const expected = await scores(tensor([goodRow, goodRow]));
    expect(await scores(columnTensors({}, 2))).toEqual(expected);
    const { inputs } = columnTensors({}, 2);
    const tall = inputs.map(({ data, ...one }) => ({
      ...one,
      shape: [2, 1],
      data: data.map((x) => [x]),
    }));
    expect(await scores({ inputs: tall.reverse() })).toEqual(expected);
  });

  test.each([
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "FP16",
    "FP32",
    "FP64",
  ])("may be of %s, as JSON and as bytes", async (datatype) => {
    const expected = await scores(tensor());
    expect(await scores(columnTensors({ obrat: { datatype } }))).toEqual(expected);
    const { inputs } = columnTensors({ obrat: { datatype } });
    const bytes = written[datatype]!(goodFeatures["obrat"]!);
    const response = await server.app.inject(
      framed(
        {
          inputs: inputs.map(({ data, ...one }) =>
            one.name === "obrat"
              ? { ...one, parameters: { binary_data_size: bytes.length } }
              : { ...one, data },
          ),
        },
        bytes,
      ),
    );
    expect(response.json().outputs[0].data).toEqual(expected);
  });

  test("may hold false and true for a category of 0 and 1", async () => {
    for (const value of [0, 1]) {
      const row = goodRow.map((old, i) => (Object.keys(goodFeatures)[i] === "self" ? value : old));
      const self = { datatype: "BOOL", data: [value === 1] };
      expect(await scores(columnTensors({ self }))).toEqual(await scores(tensor([row])));
    }
  });

  test("may be left out, null or NaN where the feature is optional", async () => {
    const expected = await scores(tensor([goodRow.with(15, null as never)]));
    expect(await scores(columnTensors({ multi: undefined }))).toEqual(expected);
    expect(await scores(columnTensors({ multi: { data: [null] } }))).toEqual(expected);
    const row = Float32Array.from(goodRow).fill(NaN, 15);
    const answer = await server.app.inject(framed(binaryTensor(64), Buffer.from(row.buffer)));
    expect(answer.json().outputs[0].data).toEqual(expected);
  });

  test("takes what clients send along: their codecs, and the name and version of the model", async () => {
    const more = {
      model_name: "loan-approval",
      model_version: "1.0.0",
      parameters: { content_type: "pd" },
    };
    const payload = {
      ...columnTensors({ obrat: { parameters: { content_type: "np" } } }),
      ...more,
    };
    expect(await scores(payload)).toEqual(await scores(tensor()));
    const nothing = { id: null, outputs: null, parameters: null, model_version: "" };
    expect(await scores({ ...tensor(), ...nothing })).toEqual(await scores(tensor()));
  });
});

/** A value as the bytes of a tensor of one element; 33 is 0x5020 in FP16. */
const written: Record<string, (value: number) => Buffer> = {
  INT8: (x) => Buffer.from(Int8Array.of(x).buffer),
  INT16: (x) => Buffer.from(Int16Array.of(x).buffer),
  INT32: (x) => Buffer.from(Int32Array.of(x).buffer),
  INT64: (x) => Buffer.from(BigInt64Array.of(BigInt(x)).buffer),
  UINT8: (x) => Buffer.from(Uint8Array.of(x).buffer),
  UINT16: (x) => Buffer.from(Uint16Array.of(x).buffer),
  UINT32: (x) => Buffer.from(Uint32Array.of(x).buffer),
  UINT64: (x) => Buffer.from(BigUint64Array.of(BigInt(x)).buffer),
  FP16: () => Buffer.from([0x20, 0x50]),
  FP32: (x) => Buffer.from(Float32Array.of(x).buffer),
  FP64: (x) => Buffer.from(Float64Array.of(x).buffer),
};

describe("tensors as bytes", () => {
  test("answer as bytes what is asked for as bytes, and the rest as JSON", async () => {
    const { app, loaded } = await testServer({ version: "1.0.0" });
    const response = await app.inject(
      framed(
        {
          ...binaryTensor(64),
          parameters: { binary_data_output: true },
          outputs: [
            { name: "label" },
            { name: "score", parameters: { binary_data: false } },
            { name: "prediction_id" },
          ],
        },
        goodBytes,
        { "content-type": "application/octet-stream" },
      ),
    );
    expect(response.headers["content-type"]).toBe("application/octet-stream");
    const end = Number(response.headers["inference-header-content-length"]);
    const bytes = response.rawPayload.subarray(end);
    const { outputs } = JSON.parse(response.rawPayload.subarray(0, end).toString());
    const [direct] = await loaded.model.score(Float32Array.from(goodRow), 1);
    const id = bytes.subarray(4 + "approve".length + 4).toString();
    expect(outputs).toEqual([
      { name: "label", datatype: "BYTES", shape: [1], parameters: { binary_data_size: 11 } },
      { name: "score", datatype: "FP32", shape: [1], data: [direct] },
      {
        name: "prediction_id",
        datatype: "BYTES",
        shape: [1],
        parameters: { binary_data_size: 4 + id.length },
      },
    ]);
    expect(bytes.subarray(0, 11).toString("latin1")).toBe("\x07\0\0\0approve");
    expect(id).toMatch(/^1\.0\.0~p\d~/);
  });

  test("answer the score as float32, little-endian", async () => {
    const { app, loaded } = await testServer();
    const outputs = [{ name: "score", parameters: { binary_data: true } }];
    const response = await app.inject({
      method: "POST",
      url: paths.infer,
      payload: tensor([goodRow, goodRow], { outputs }),
    });
    const end = Number(response.headers["inference-header-content-length"]);
    const direct = await loaded.model.score(Float32Array.from([...goodRow, ...goodRow]), 2);
    expect(response.rawPayload.subarray(end)).toEqual(Buffer.from(direct.buffer));
  });
});

describe("the protocol's small print", () => {
  test("a body of no type is JSON", async () => {
    const { app } = await testServer();
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as { port: number };
    const body = new Blob([JSON.stringify(tensor())]);
    const response = await fetch(`http://127.0.0.1:${port}${paths.infer}`, {
      method: "POST",
      body,
    });
    await app.close();
    expect(response.status).toBe(200);
  });

  test("the index names the model and whether it is ready", async () => {
    const { app, lifecycle } = await testServer({ version: "1.0.0" });
    const index = async (payload?: object) =>
      (
        await app.inject({
          method: "POST",
          url: "/v2/repository/index",
          ...(payload && { payload }),
        })
      ).json();
    const ready = { name: "loan-approval", version: "1.0.0", state: "READY", reason: "" };
    expect([await index(), await index({ ready: true })]).toEqual([[ready], [ready]]);
    lifecycle.ready = false;
    expect(await index({ ready: true })).toEqual([]);
    expect(await index({})).toEqual([
      { ...ready, state: "UNAVAILABLE", reason: "the server starts or stops" },
    ]);
  });
});
