/** @jest-environment ./test/services/model-server/support/environment.ts */
import { join } from "node:path";
import { place } from "../../../services/model-server/inference/execution";
import {
  startPool,
  workerEntry,
  type Pool,
  type PoolOptions,
} from "../../../services/model-server/inference/pool";
import type { OnnxModel } from "../../../services/model-server/inference/session";
import { goodFeatures, goodRow, loadedSample, paths, testServer } from "./support/server";

// Threads take their time to start on a machine that does other things.
const faulty = { file: join(__dirname, "support", "faulty-worker.mjs"), execArgv: [] };

function options(
  threads: number,
  onReplaced: PoolOptions["onReplaced"] = () => undefined,
): PoolOptions {
  // Shared, so that each thread knows how many started before it.
  const model = new Uint8Array(new SharedArrayBuffer(4));
  return {
    data: { model, input: "features", output: "score" },
    threads,
    timeoutMilliseconds: 3_000,
    entry: faulty,
    onReplaced,
  };
}

const rows = (order: number) => Float32Array.of(order, 0);

describe("worker threads", () => {
  const pools: Pool[] = [];
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));
  const start = (threads: number, replaced: string[] = []) => {
    const pool = startPool(options(threads, (reason) => replaced.push(reason)));
    pools.push(pool);
    return pool;
  };

  test("a run whose thread crashed is run by the next thread", async () => {
    const replaced: string[] = [];
    const pool = start(1, replaced);
    expect([...(await pool.score(rows(4), 2))]).toEqual([2 / 64, 2 / 64]);
    expect(replaced).toEqual(["crash"]);
  });

  test("a run that crashes every thread fails, and the next run is served", async () => {
    const replaced: string[] = [];
    const pool = start(1, replaced);
    await expect(pool.score(rows(2), 1)).rejects.toThrow("worker exited with code: 9");
    expect([...(await pool.score(rows(1), 1))]).toEqual([3 / 64]);
    expect(replaced).toEqual(["crash", "crash"]);
  });

  test("a hung run times out, its thread is replaced, and the next run is served", async () => {
    const replaced: string[] = [];
    const pool = start(1, replaced);
    await pool.score(rows(1), 1);
    await expect(pool.score(rows(3), 1)).rejects.toMatchObject({
      code: "inference.timeout",
      status: 504,
      message: "the model took longer than 3000 ms",
    });
    expect([...(await pool.score(rows(1), 1))]).toEqual([2 / 64]);
    expect(replaced).toEqual(["hang"]);
  });

  test("crashes and hangs fail no health check", async () => {
    const { contract } = await loadedSample();
    const replaced: string[] = [];
    const pool = start(2, replaced);
    // One row of the faulty worker's orders: the first feature, loanamt, from 1.
    const { app } = await testServer({ scorer: pool, lanes: 2 });
    const predict = (loanamt: number) =>
      app.inject({
        method: "POST",
        url: paths.predict,
        payload: { features: { ...goodFeatures, loanamt } },
      });
    let checks = 0;
    let failed = 0;
    const check = async (): Promise<void> => {
      const [live, ready] = await Promise.all([
        app.inject("/v2/health/live"),
        app.inject("/v2/health/ready"),
      ]);
      checks += 1;
      if (live.statusCode !== 200 || ready.statusCode !== 200) failed += 1;
    };
    const timer = setInterval(() => void check(), 20);
    const answers = [await predict(2), await predict(3), await predict(3)];
    const after = await predict(1);
    clearInterval(timer);
    expect(contract.features[0]!.name).toBe("loanamt");
    expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
      [500, "server.failed"],
      [504, "inference.timeout"],
      [504, "inference.timeout"],
    ]);
    expect(after.statusCode).toBe(200);
    expect([checks > 10, failed]).toEqual([true, 0]);
    expect(replaced.sort()).toEqual(["crash", "crash", "hang", "hang"]);
  });

  test("score the real model as the main thread does", async () => {
    const { bytes, model } = await loadedSample();
    const pool = startPool({
      data: { model: bytes, input: "features", output: "score" },
      threads: 1,
      timeoutMilliseconds: 10_000,
      entry: workerEntry(),
      onReplaced: () => undefined,
    });
    pools.push(pool);
    const row = Float32Array.from(goodRow);
    expect(await pool.score(row.slice(), 1)).toEqual(await model.score(row, 1));
  });
});

describe("where a model runs", () => {
  const busy = (milliseconds: number) => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  };
  const model = (milliseconds: (count: number) => number) => {
    let released = 0;
    const fake: OnnxModel = {
      inputs: [],
      outputs: [],
      async score(_rows, count) {
        busy(milliseconds(count));
        return new Float32Array(count);
      },
      release: async () => void (released += 1),
    };
    return { fake, released: () => released };
  };
  const decide = (fake: OnnxModel, choice: "auto" | "inline" | "workers" = "auto") =>
    place({
      model: fake,
      sample: Float32Array.of(1, 0),
      anyRows: true,
      choice,
      pool: { ...options(2), timeoutMilliseconds: 10_000 },
    });

  test("is the main thread for a small model, without a thread being tried", async () => {
    const placement = await decide(model(() => 0.01).fake);
    expect([placement.execution, placement.lanes, placement.workerMilliseconds]).toEqual([
      "inline",
      1,
      undefined,
    ]);
  });

  test("is worker threads for a large one, whose session on the main thread is freed", async () => {
    const { fake, released } = model(() => 12);
    const placement = await decide(fake);
    expect([placement.execution, placement.lanes, released()]).toEqual(["workers", 2, 1]);
    expect(placement.workerMilliseconds).toBeDefined();
    await placement.close();
  });

  test("is what the environment says when it says so", async () => {
    expect((await decide(model(() => 12).fake, "inline")).execution).toBe("inline");
    const placement = await decide(model(() => 0.01).fake, "workers");
    expect(placement.execution).toBe("workers");
    await placement.close();
  });

  test("batches only where a batch is cheaper than its rows", async () => {
    expect((await decide(model(() => 0.1).fake, "inline")).batchingPays).toBe(true);
    expect((await decide(model((count) => 0.5 * count).fake, "inline")).batchingPays).toBe(false);
  });
});
