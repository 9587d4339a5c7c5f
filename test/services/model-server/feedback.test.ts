/** @jest-environment ./test/services/model-server/support/environment.ts */
import { keysFrom, pseudonym } from "../../../services/model-server/identity/keys";
import { PredictionIds } from "../../../services/model-server/identity/prediction-id";
import {
  goodFeatures,
  goodRow,
  labelOf,
  paths,
  secret,
  tensor,
  testServer,
  type TestServer,
} from "./support/server";

const day = 86_400;
const model = "loan-approval";

/** A ring with another secret for each version. */
const ring = (...versions: string[]) =>
  Buffer.from(versions.map((version) => `${version} ${version.padEnd(40, "x")}\n`).join(""));

async function predict(
  { app }: TestServer,
  payload: object = { features: goodFeatures },
): Promise<string> {
  return (await app.inject({ method: "POST", url: paths.predict, payload })).json().predictionId;
}

async function feedback({ app }: TestServer, predictionId: string, payload: object) {
  const response = await app.inject(labelOf(predictionId, payload));
  return [response.statusCode, response.json().code ?? response.json()];
}

describe("feedback", () => {
  test("counts the outcome by predicted and true label, score bin, group and business value", async () => {
    const server = await testServer({ version: "1.0.0" });
    const answer = await feedback(server, await predict(server), {
      label: "decline",
      groups: { race: "black", sex: "female" },
      value: -250,
    });
    expect(answer).toEqual([200, { accepted: true, version: "1.0.0" }]);
    const { counted } = server;
    expect(
      counted("causeway_outcomes_total", { predicted: "approve", actual: "decline", age: "10" }),
    ).toBe(1);
    expect(
      counted("causeway_group_outcomes_total", {
        attribute: "race",
        group: "black",
        predicted: "approve",
        actual: "decline",
      }),
    ).toBe(1);
    expect(
      counted("causeway_group_outcomes_total", {
        attribute: "sex",
        group: "female",
        predicted: "approve",
        actual: "decline",
      }),
    ).toBe(1);
    expect(
      counted("causeway_group_outcomes_total", {
        attribute: "sex",
        group: "male",
        predicted: "approve",
        actual: "decline",
      }),
    ).toBe(0);
    expect(counted("causeway_business_value_total", { sign: "loss" })).toBe(250);
    expect(counted("causeway_business_value_total", { sign: "gain" })).toBe(0);
    expect(counted("causeway_business_value_squares_total")).toBe(62_500);
    expect(counted("causeway_business_value_count_total")).toBe(1);
  });

  test("counts the decision by group without a label, once, and a label that comes later", async () => {
    const server = await testServer();
    const predictionId = await predict(server);
    const groups = { race: "black", sex: "female" };
    expect((await feedback(server, predictionId, { groups }))[0]).toBe(200);
    expect(await feedback(server, predictionId, { groups })).toEqual([409, "feedback.duplicate"]);
    expect((await feedback(server, predictionId, { label: "approve", groups }))[0]).toBe(200);
    const decided = (group: string, predicted: string) =>
      server.counted("causeway_group_decisions_total", { attribute: "race", group, predicted });
    expect([
      decided("black", "approve"),
      decided("black", "decline"),
      decided("white", "approve"),
    ]).toEqual([1, 0, 0]);
    const labels = { predicted: "approve", actual: "approve" };
    expect(server.counted("causeway_outcomes_total", { ...labels, age: "10" })).toBe(1);
    expect(
      server.counted("causeway_group_outcomes_total", {
        ...labels,
        attribute: "race",
        group: "black",
      }),
    ).toBe(1);
  });

  test("without a label or a group says nothing", async () => {
    const server = await testServer();
    const predictionId = await predict(server);
    for (const body of [{}, { groups: {} }, { groups: { sex: "female" }, value: 3 }])
      expect((await feedback(server, predictionId, body))[0]).toBe(400);
  });

  test("works for each row of a tensor", async () => {
    const server = await testServer();
    const { outputs } = (
      await server.app.inject({
        method: "POST",
        url: paths.infer,
        payload: tensor([goodRow, goodRow]),
      })
    ).json();
    for (const predictionId of outputs[2].data)
      expect((await feedback(server, predictionId, { label: "approve" }))[0]).toBe(200);
    expect(
      server.counted("causeway_outcomes_total", {
        predicted: "approve",
        actual: "approve",
        age: "10",
      }),
    ).toBe(2);
  });

  test("counts once when it is sent twice", async () => {
    const server = await testServer();
    const predictionId = await predict(server);
    await feedback(server, predictionId, { label: "approve" });
    expect(await feedback(server, predictionId, { label: "decline" })).toEqual([
      409,
      "feedback.duplicate",
    ]);
    expect(
      server.counted("causeway_outcomes_total", {
        predicted: "approve",
        actual: "decline",
        age: "10",
      }),
    ).toBe(0);
  });

  test("reaches any replica, and counts for the version that predicted", async () => {
    const [old, fresh] = [
      await testServer({ version: "1.0.0" }),
      await testServer({ version: "2.0.0" }),
    ];
    expect(await feedback(fresh, await predict(old), { label: "approve" })).toEqual([
      200,
      { accepted: true, version: "1.0.0" },
    ]);
    expect(
      fresh.counted("causeway_outcomes_total", {
        version: "1.0.0",
        predicted: "approve",
        actual: "approve",
        age: "10",
      }),
    ).toBe(1);
    expect(
      fresh.counted("causeway_outcomes_total", {
        version: "2.0.0",
        predicted: "approve",
        actual: "approve",
        age: "10",
      }),
    ).toBe(0);
  });

  test("tells eight versions apart and counts those of more together", async () => {
    const server = await testServer({ version: "1.0.0" });
    const ids = new PredictionIds(keysFrom(secret, model));
    for (let minor = 1; minor <= 20; minor += 1) {
      const predictionId = ids.issue({
        version: `1.${minor}.0`,
        positive: true,
        bin: 0,
        at: server.time.now,
      });
      await feedback(server, predictionId, { label: "approve" });
    }
    expect(
      server.counted("causeway_outcomes_total", {
        version: "1.7.0",
        predicted: "approve",
        actual: "approve",
        age: "10",
      }),
    ).toBe(1);
    expect(
      server.counted("causeway_outcomes_total", {
        version: "other",
        predicted: "approve",
        actual: "approve",
        age: "10",
      }),
    ).toBe(13);
  });

  test("is refused after the label delay of the contract", async () => {
    const server = await testServer();
    const predictionId = await predict(server);
    server.time.now += 30 * day;
    const late = await predict(server);
    expect((await feedback(server, predictionId, { label: "approve" }))[0]).toBe(200);
    server.time.now += 30 * day + 1;
    expect(await feedback(server, late, { label: "approve" })).toEqual([410, "feedback.expired"]);
  });
});

describe("logs", () => {
  test("hold the request id, the model's and the data's digest, and a pseudonym, never a feature or an identifier", async () => {
    const server = await testServer();
    const secretValues = { ...goodFeatures, atotinc: 31_337.5, netw: -4_242 };
    await server.app.inject({
      method: "POST",
      url: paths.predict,
      headers: { "x-request-id": "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6" },
      payload: { features: secretValues, subject: "alice@example.com" },
    });
    await server.app.inject({
      method: "POST",
      url: paths.predict,
      payload: {
        features: { ...secretValues, atotinc: 987_654_321 },
        subject: "alice@example.com",
      },
    });
    await server.app.inject({
      method: "POST",
      url: paths.infer,
      headers: { "x-causeway-subject": "alice@example.com" },
      payload: tensor([Object.values(secretValues)]),
    });
    const requests = server.logs.filter((line) => line["msg"] === "request");
    const { digests } = server.loaded.release;
    const hashed = pseudonym(keysFrom(secret, model), "alice@example.com");
    expect(requests[0]).toMatchObject({
      level: "info",
      requestId: "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6",
      operation: "predict",
      status: 200,
      code: "ok",
      modelDigest: digests.model,
      dataDigest: digests.data,
      label: "approve",
      rows: 1,
    });
    expect(requests[1]).toMatchObject({ operation: "predict", status: 422, code: "feature.range" });
    expect(requests[2]).toMatchObject({ operation: "infer" });
    expect(requests).toHaveLength(3);
    // Whom it was about stands in a line of its own, which leads to the prediction and, by its ids,
    // to the other line.
    const about = server.logs.filter((line) => line["msg"] === "subject");
    expect(about.map(({ subject }) => subject)).toEqual([hashed, hashed]);
    expect(
      about.map(({ requestId, predictionId, rows }) => [requestId, predictionId, rows]),
    ).toEqual(
      [requests[0], requests[2]].map((line) => [line!["requestId"], line!["predictionId"], 1]),
    );
    expect(Object.keys(about[0]!).sort()).toEqual([
      "dataDigest",
      "level",
      "model",
      "modelDigest",
      "msg",
      "predictionId",
      "requestId",
      "rows",
      "subject",
      "time",
      "version",
    ]);
    expect(server.logs.filter((line) => line["msg"] !== "subject" && "subject" in line)).toEqual(
      [],
    );
    expect(JSON.stringify(server.logs)).not.toMatch(/31337|4242|987654321|alice|example\.com/);
  });

  test("pseudonyms are the same for the same subject and key, and differ otherwise", () => {
    const keys = keysFrom(secret, model);
    expect(pseudonym(keys, "a")).toBe(pseudonym(keysFrom(Buffer.from(secret), model), "a"));
    expect(pseudonym(keys, "a")).not.toBe(pseudonym(keys, "b"));
    expect(pseudonym(keys, "a")).not.toBe(pseudonym(keysFrom(ring("k1"), model), "a"));
    expect(pseudonym(keys, "a")).toMatch(/^k1\.[0-9a-f]{32}$/);
  });
});
