/** @jest-environment ./test/services/model-server/support/environment.ts */
import {
  goodFeatures,
  goodRow,
  loadedSample,
  paths,
  tensor,
  testServer,
  without,
} from "./support/server";

describe("Open Inference Protocol v2", () => {
  test.each([
    ["/v2/health/live", { live: true }],
    ["/v2/health/ready", { ready: true }],
    ["/v2", { name: "causeway", version: "1.0.0", extensions: ["binary_tensor_data"] }],
    ["/v2/models/loan-approval/ready", { name: "loan-approval", ready: true }],
    ["/v2/models/loan-approval/versions/1.0.0/ready", { name: "loan-approval", ready: true }],
  ])("answers %s", async (url, body) => {
    const { app } = await testServer({ version: "1.0.0" });
    const response = await app.inject(url);
    expect([response.statusCode, response.json()]).toEqual([200, body]);
  });

  test.each(["/v2/models/loan-approval", "/v2/models/loan-approval/versions/1.0.0"])(
    "describes the model's tensors at %s",
    async (url) => {
      const { app } = await testServer({ version: "1.0.0" });
      expect((await app.inject(url)).json()).toEqual({
        name: "loan-approval",
        notice: expect.stringMatching(
          /^A computer model recommended .* You may ask for the principal reasons/,
        ),
        versions: ["1.0.0"],
        platform: "onnxruntime_onnx",
        inputs: [{ name: "features", datatype: "FP32", shape: [-1, 16] }],
        outputs: [
          { name: "score", datatype: "FP32", shape: [-1] },
          { name: "label", datatype: "BYTES", shape: [-1] },
          { name: "prediction_id", datatype: "BYTES", shape: [-1] },
        ],
      });
    },
  );

  test("is live but not ready while the model is not", async () => {
    const { app, lifecycle } = await testServer();
    lifecycle.ready = false;
    expect((await app.inject("/v2/health/live")).statusCode).toBe(200);
    expect((await app.inject("/v2/health/ready")).statusCode).toBe(503);
    expect((await app.inject("/v2/models/loan-approval/ready")).json()).toEqual({
      name: "loan-approval",
      ready: false,
    });
  });

  test("scores rows as onnxruntime does, and gives the caller's id back", async () => {
    const { app, loaded } = await testServer({ version: "1.0.0" });
    const other = [...goodRow.slice(0, 2), 60, ...goodRow.slice(3)];
    const response = await app.inject({
      method: "POST",
      url: paths.infer,
      payload: tensor([goodRow, other], { id: "mine" }),
    });
    const direct = await loaded.model.score(Float32Array.from([...goodRow, ...other]), 2);
    const { outputs, ...head } = response.json();
    expect(head).toEqual({ model_name: "loan-approval", model_version: "1.0.0", id: "mine" });
    expect(outputs[0]).toEqual({ name: "score", datatype: "FP32", shape: [2], data: [...direct] });
    expect(outputs[1]).toEqual({
      name: "label",
      datatype: "BYTES",
      shape: [2],
      data: [...direct].map((score) => (score >= 0.75 ? "approve" : "decline")),
    });
    expect(new Set(outputs[2].data).size).toBe(2);
  });

  test("takes nested data as flat data, null for what is optional, and answers the outputs that were asked for", async () => {
    const { app } = await testServer();
    const row = [...goodRow.slice(0, 15), null];
    const flat = await app.inject({
      method: "POST",
      url: paths.infer,
      payload: tensor([row, row], { outputs: [{ name: "score" }] }),
    });
    const nested = await app.inject({
      method: "POST",
      url: `/v2/models/loan-approval/versions/${(await loadedSample()).release.version}/infer`,
      payload: {
        ...tensor([row, row]),
        inputs: [{ ...tensor([row, row]).inputs[0], data: [row, row] }],
        outputs: [{ name: "score" }],
      },
    });
    expect(flat.statusCode).toBe(200);
    expect(nested.json().outputs).toEqual(flat.json().outputs);
    expect(flat.json().outputs).toHaveLength(1);
  });

  test("takes a row as large as the limit and no more", async () => {
    const { app } = await testServer({ limits: { rows: 3 } });
    expect(
      (
        await app.inject({
          method: "POST",
          url: paths.infer,
          payload: tensor([goodRow, goodRow, goodRow]),
        })
      ).statusCode,
    ).toBe(200);
    expect(
      (
        await app.inject({
          method: "POST",
          url: paths.infer,
          payload: tensor([goodRow, goodRow, goodRow, goodRow]),
        })
      ).statusCode,
    ).toBe(413);
  });
});

describe("requests in people's form", () => {
  test("predicts by feature names as the tensor form does", async () => {
    const { app, loaded } = await testServer({ version: "1.0.0" });
    const response = await app.inject({
      method: "POST",
      url: paths.predict,
      payload: { features: goodFeatures },
    });
    const [score] = await loaded.model.score(Float32Array.from(goodRow), 1);
    expect(response.json()).toEqual({
      model: "loan-approval",
      version: "1.0.0",
      predictionId: expect.stringMatching(/^1\.0\.0~p\d~/),
      label: "approve",
      score,
      threshold: 0.75,
    });
  });

  test("an optional feature may be left out or null", async () => {
    const { app } = await testServer();
    const rest = without("multi");
    const [left, withNull] = await Promise.all(
      [rest, { ...rest, multi: null }].map((features) =>
        app.inject({ method: "POST", url: paths.predict, payload: { features } }),
      ),
    );
    expect(left!.statusCode).toBe(200);
    expect(withNull!.json().score).toBe(left!.json().score);
  });

  test("publishes its form as JSON Schema, made from the contract", async () => {
    const { app } = await testServer();
    const schema = (await app.inject("/v2/models/loan-approval/schema")).json();
    expect(Object.keys(schema.properties.features.properties)).toEqual(Object.keys(goodFeatures));
    expect(schema.properties.features.required).not.toContain("multi");
    expect(schema.properties.features.properties.obrat).toMatchObject({
      type: "number",
      minimum: 0,
      maximum: 100,
    });
  });

  test("gives the caller's request id back when it is one of a machine, and one of its own when it may be anything", async () => {
    const { app } = await testServer();
    const ask = async (id: string) =>
      (
        await app.inject({
          method: "POST",
          url: paths.predict,
          headers: { "x-request-id": id },
          payload: {},
        })
      ).json().requestId;
    for (const id of ["6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6", "4bf92f3577b34da6a3ce929d0e0e4736"])
      expect(await ask(id)).toBe(id);
    for (const id of ["219-09-9998", "DE89370400440532013000", "4111111111111111"])
      expect(await ask(id)).not.toBe(id);
    expect(await ask('x"}\n{evil')).toMatch(/^[\w-]{9,}$/);
  });
});
