/** @jest-environment ./test/services/model-server/support/environment.ts */
import { subjectBucketOf } from "../../../services/contract/arms";
import { duration } from "../../../services/contract/units";
import {
  goodFeatures,
  labelOf,
  loadedSample,
  paths,
  testServer,
  type TestServer,
} from "./support/server";

const day = 86_400;

async function predict({ app }: TestServer): Promise<string> {
  const payload = { features: goodFeatures };
  return (await app.inject({ method: "POST", url: paths.predict, payload })).json().predictionId;
}

async function feedback({ app }: TestServer, id: string, payload: object): Promise<void> {
  const { statusCode } = await app.inject(labelOf(id, payload));
  expect(statusCode).toBe(200);
}

describe("feedback", () => {
  test.each([
    [0, "10"],
    [11, "60"],
    [7_200, "7200"],
    // Eighths of the outcome window, here of 30 days.
    [3 * day, `${3.75 * day}`],
    [30 * day, `${30 * day}`],
  ])("counts a label that comes after %i seconds under its age", async (seconds, age) => {
    const server = await testServer();
    const predictionId = await predict(server);
    server.time.now += seconds;
    await feedback(server, predictionId, { label: "decline" });
    const wrong = { predicted: "approve", actual: "decline" };
    expect(server.counted("causeway_outcomes_total", { ...wrong, age })).toBe(1);
  });

  test("counts the value in an A/B test by the subject's half and bucket, and by its age", async () => {
    const sample = await loadedSample();
    const outcomeWindow = duration.parse("4 days");
    const release = { ...sample.contract.release, strategy: "ab", outcomeWindow } as const;
    const loaded = { ...sample, contract: { ...sample.contract, release } };
    const server = await testServer({ version: "1.0.0", loaded });
    const subject = "0abc";
    const ask = async () =>
      (
        await server.app.inject({
          method: "POST",
          url: paths.predict,
          headers: { "x-causeway-subject": subject },
          payload: { features: goodFeatures },
        })
      ).json().predictionId;
    const ids = [await ask(), await ask(), await ask()];
    const counted = (age: number, sign: string) =>
      server.counted("causeway_experiment_value_total", {
        arm: "challenger",
        bucket: String(subjectBucketOf(subject)),
        age: String(age),
        sign,
      });
    expect(counted(0, "gain")).toBe(0);
    await feedback(server, ids[0], { label: "approve", value: 7 });
    server.time.now += 3 * day + 1;
    await feedback(server, ids[1], { label: "decline", value: -20 });
    server.time.now += day;
    await feedback(server, ids[2], { label: "decline", value: -500 });
    const ages = [0, 1, 2, 3];
    expect(ages.map((age) => counted(age, "gain"))).toEqual([7, 0, 0, 0]);
    expect(ages.map((age) => counted(age, "loss"))).toEqual([0, 0, 0, 20]);
    expect(server.counted("causeway_business_value_total", { sign: "loss" })).toBe(520);
  });

  test("counts no subjects where there is no A/B test", async () => {
    const server = await testServer();
    const { app } = server;
    const headers = { "x-causeway-subject": "0abc" };
    const payload = { features: goodFeatures };
    const answer = await app.inject({ method: "POST", url: paths.predict, headers, payload });
    await feedback(server, answer.json().predictionId, { label: "approve", value: 7 });
    const { body } = await app.inject({ method: "GET", url: "/metrics" });
    expect(body).not.toContain("causeway_experiment_value_total");
  });
});
