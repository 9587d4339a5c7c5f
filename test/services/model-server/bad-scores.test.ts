/** @jest-environment ./test/services/model-server/support/environment.ts */
import { join } from "node:path";
import { startPool } from "../../../services/model-server/inference/pool";
import type { Scorer } from "../../../services/model-server/inference/session";
import {
  goodFeatures,
  goodRow,
  paths,
  tensor,
  testServer,
  type TestServer,
} from "./support/server";

/** Gives the first value of each row as its score. */
const echo: Scorer = {
  score: async (rows, count) =>
    Float32Array.from({ length: count }, (_, row) => given[rows[row * goodRow.length]!]!),
};
/** What the model answers, by the row's first value; 1 and 2 are scores. */
const given = [NaN, 0.25, 1, NaN, Infinity, -Infinity, -0.01, 1.01, 1 + 5e-6, -5e-6];
const rowOf = (first: number) => [first, ...goodRow.slice(1)];

const ask = (
  { app }: TestServer,
  operation: "infer" | "predict" | "explain",
  loanamt: number,
  more: readonly number[] = [],
) =>
  app.inject({
    method: "POST",
    url: paths[operation],
    headers: { "x-causeway-subject": "ab12" },
    payload:
      operation === "infer"
        ? tensor([loanamt, ...more].map(rowOf))
        : { features: { ...goodFeatures, loanamt } },
  });

/** Every series of predictions, scores, features and comparisons, summed. */
const predictionsCounted = ({ counters }: TestServer) =>
  counters.registry
    .text()
    .split("\n")
    .filter((line) => /^causeway_(predictions|score|row|subjects|feature)_/.test(line))
    .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);

describe("a score that is none", () => {
  test.each([
    ["NaN", 3],
    ["infinite", 4],
    ["minus infinity", 5],
    ["below 0", 6],
    ["above 1", 7],
  ])(
    "(%s) is inference.failed: nothing is counted, no id given, nothing logged of it",
    async (_title, value) => {
      const server = await testServer({ scorer: echo });
      for (const operation of ["infer", "predict", "explain"] as const) {
        const response = await ask(server, operation, value);
        expect([operation, response.statusCode, response.json().code]).toEqual([
          operation,
          500,
          "inference.failed",
        ]);
        expect(response.body).not.toMatch(/NaN|null|prediction_?id|~/i);
      }
      expect(predictionsCounted(server)).toBe(0);
      const lines = server.logs.filter((line) => line["msg"] === "request");
      expect(lines.map((line) => [line["code"], line["predictionId"], line["label"]])).toEqual(
        Array(3).fill(["inference.failed", undefined, undefined]),
      );
      for (const operation of ["infer", "predict", "explain"])
        expect(
          server.counted("causeway_requests_total", { operation, code: "inference.failed" }),
        ).toBe(1);
    },
  );

  test("fails its own request, and not the others of its batch", async () => {
    let runs = 0;
    const server = await testServer({
      scorer: { score: (rows, count) => ((runs += 1), echo.score(rows, count)) },
    });
    const answers = await Promise.all([
      ask(server, "infer", 1),
      ask(server, "infer", 2, [3]),
      ask(server, "infer", 2),
      ask(server, "predict", 7),
      ask(server, "infer", 1, [2]),
    ]);
    expect(runs).toBeLessThan(answers.length);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 500, 200, 500, 200]);
    expect(answers[4]!.json().outputs[0].data).toEqual([0.25, 1]);
    expect(answers[1]!.json().error).toMatch(/^the model gave no valid score for row 1;/);
    const labels = ["approve", "decline"].map((label) =>
      server.counted("causeway_predictions_total", { label }),
    );
    expect(labels).toEqual([2, 2]);
  });

  test("leaves the comparison of versions as it was", async () => {
    const server = await testServer({ scorer: echo });
    await ask(server, "infer", 3);
    await ask(server, "infer", 2);
    const sums = server.counters.registry
      .text()
      .split("\n")
      .filter((line) => line.startsWith("causeway_row_bucket_scores_total"))
      .map((line) => Number(line.split(" ").at(-1)));
    expect(sums.length).toBeGreaterThan(0);
    expect(sums.reduce((total, one) => total + one, 0)).toBe(1);
  });

  test("from a worker thread fails the same way, and the thread serves the next", async () => {
    const pool = startPool({
      data: { model: new Uint8Array(new SharedArrayBuffer(4)), input: "features", output: "score" },
      threads: 1,
      timeoutMilliseconds: 3_000,
      entry: { file: join(__dirname, "support", "faulty-worker.mjs"), execArgv: [] },
      onReplaced: () => undefined,
    });
    try {
      const server = await testServer({ scorer: pool });
      expect((await ask(server, "infer", 5)).json().code).toBe("inference.failed");
      expect((await ask(server, "infer", 1)).json().outputs[0].data).toEqual([1 / 64]);
    } finally {
      await pool.close();
    }
  });

  test("does not mean one that float32 rounding put outside: it becomes the end", async () => {
    const server = await testServer({ scorer: echo });
    const response = await ask(server, "infer", 8, [9]);
    expect(response.json().outputs[0].data).toEqual([1, 0]);
  });
});
