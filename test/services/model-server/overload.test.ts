/** @jest-environment ./test/services/model-server/support/environment.ts */
import { setTimeout as sleep } from "node:timers/promises";
import { Batcher } from "../../../services/model-server/inference/batcher";
import { Limiter } from "../../../services/model-server/overload/limiter";
import { limiterOptions } from "../../../services/model-server/overload/options";
import { goodFeatures, loadedSample, paths, testServer } from "./support/server";

describe("shedding", () => {
  const slow = {
    score: async (_rows: Float32Array, count: number) => (
      await sleep(50),
      new Float32Array(count).fill(0.9)
    ),
  };

  test("refuses at once what is above the limit, with 503 and Retry-After, and serves what was taken in", async () => {
    const { app, counted, limiter } = await testServer({
      scorer: slow,
      limiter: { minimum: 4, maximum: 4 },
    });
    const from = performance.now();
    const timed = async () => {
      const response = await app.inject({
        method: "POST",
        url: paths.predict,
        payload: { features: goodFeatures },
      });
      return { response, milliseconds: performance.now() - from };
    };
    const answers = await Promise.all(Array.from({ length: 20 }, timed));
    const [taken, shed] = [
      answers.filter(({ response }) => response.statusCode === 200),
      answers.filter(({ response }) => response.statusCode === 503),
    ];
    expect([taken.length, shed.length]).toEqual([4, 16]);
    expect(Math.max(...shed.map(({ milliseconds }) => milliseconds))).toBeLessThan(
      Math.min(...taken.map(({ milliseconds }) => milliseconds)),
    );
    expect(shed[0]!.response.headers["retry-after"]).toBe("1");
    expect(shed[0]!.response.json()).toMatchObject({
      code: "server.overloaded",
      error: "the server has too many requests; try again later",
    });
    expect(counted("causeway_sheds_total", { reason: "overload" })).toBe(16);
    expect(limiter.inFlight).toBe(0);
    expect((await timed()).response.statusCode).toBe(200);
  });

  test("never refuses a health check or metadata", async () => {
    const { app } = await testServer({ scorer: slow, limiter: { minimum: 1, maximum: 1 } });
    const busy = app.inject({
      method: "POST",
      url: paths.predict,
      payload: { features: goodFeatures },
    });
    for (const url of ["/v2/health/live", "/v2/health/ready", "/v2/models/loan-approval"])
      expect((await app.inject(url)).statusCode).toBe(200);
    expect((await busy).statusCode).toBe(200);
  });
});

describe("the limit of requests in flight", () => {
  let now = 0;

  /** Offers more than the limit for `windows`, each request taking `milliseconds(limit)`. */
  function settle(
    limiter: Limiter,
    windows: number,
    milliseconds: (inFlight: number) => number,
  ): void {
    for (let window = 0; window < windows; window += 1) {
      let taken = 0;
      while (limiter.enter()) taken += 1;
      now += 25;
      for (let i = 0; i < taken; i += 1) limiter.leave(milliseconds(taken), now);
    }
  }

  test("settles where requests take the target time", () => {
    const limiter = new Limiter({
      targetMilliseconds: 5,
      minimum: 4,
      maximum: 1_000,
      minimumServingAll: 4,
    });
    settle(limiter, 400, (inFlight) => inFlight * 0.05);
    expect(limiter.limit).toBeGreaterThan(80);
    expect(limiter.limit).toBeLessThanOrEqual(101);
  });

  test("falls when requests become slow, but not below its minimum, and rises again", () => {
    const limiter = new Limiter({
      targetMilliseconds: 5,
      minimum: 8,
      maximum: 200,
      minimumServingAll: 8,
    });
    settle(limiter, 300, () => 100);
    expect(limiter.limit).toBe(8);
    settle(limiter, 300, () => 1);
    expect(limiter.limit).toBe(200);
  });

  test("does not fall below so few that they are never too many, while nobody is turned away", () => {
    const limiter = new Limiter({
      targetMilliseconds: 5,
      minimum: 8,
      maximum: 200,
      minimumServingAll: 24,
    });
    for (let window = 0; window < 100; window += 1) {
      for (let i = 0; i < 16; i += 1) limiter.enter();
      now += 25;
      for (let i = 0; i < 16; i += 1) limiter.leave(100, now);
    }
    expect(limiter.limit).toBe(24);
    settle(limiter, 100, () => 100);
    expect(limiter.limit).toBe(8);
  });

  test("is corrected by few slow requests too", () => {
    const limiter = new Limiter({
      targetMilliseconds: 100,
      minimum: 2,
      maximum: 64,
      minimumServingAll: 2,
    });
    settle(limiter, 100, () => 500);
    expect(limiter.limit).toBe(2);
    settle(limiter, 100, () => 50);
    expect(limiter.limit).toBeGreaterThan(4);
  });

  test("does not rise while nobody asks for more", () => {
    const limiter = new Limiter({
      targetMilliseconds: 5,
      minimum: 8,
      maximum: 200,
      minimumServingAll: 8,
    });
    for (let i = 0; i < 2_000; i += 1) {
      limiter.enter();
      limiter.leave(1, (now += 5));
    }
    expect(limiter.limit).toBe(32);
  });

  test("follows the objective of the contract and the speed of the model", async () => {
    const { contract } = await loadedSample();
    expect(
      limiterOptions(contract, {
        inlineMilliseconds: 0.05,
        workerMilliseconds: undefined,
        lanes: 1,
      }),
    ).toEqual({
      targetMilliseconds: expect.closeTo(100 / 60 + 4 * 0.05),
      minimum: 8,
      maximum: 1_024,
      minimumServingAll: 32,
    });
    expect(
      limiterOptions(contract, { inlineMilliseconds: 10, workerMilliseconds: 10, lanes: 2 }),
    ).toEqual({
      targetMilliseconds: expect.closeTo(100 / 60 + 4 * 10),
      minimum: 8,
      maximum: 1_024,
      minimumServingAll: 8,
    });
  });
});

/** The scorer of these tests gives back what it is given. */
const anyNumber = { least: -1_000, most: 1_000 };

describe("batches", () => {
  test("are made of what waits while the model runs, and give each request its own scores", async () => {
    const sizes: number[] = [];
    let arrived = (): void => undefined;
    const all = new Promise<void>((resolve) => (arrived = resolve));
    const scorer = {
      score: async (rows: Float32Array, _count: number) => (await all, rows.slice()),
    };
    const batcher = new Batcher({
      scorer,
      width: 1,
      lanes: 1,
      maximumRows: 4,
      range: anyNumber,
      onRun: (rows) => sizes.push(rows),
    });
    const first = batcher.score({ values: Float64Array.of(1), count: 1 });
    while (sizes.length === 0) await sleep(1);
    const rest = [[2], [3, 4], [5], [6, 7, 8, 9, 10], [11]].map((values) =>
      batcher.score({ values: Float64Array.from(values), count: values.length }),
    );
    arrived();
    const scores = await Promise.all([first, ...rest]);
    expect(scores.map((one) => [...one])).toEqual([[1], [2], [3, 4], [5], [6, 7, 8, 9, 10], [11]]);
    expect(sizes).toEqual([1, 4, 5, 1]);
  });

  test("fail as one, and the next is run", async () => {
    let runs = 0;
    const scorer = {
      score: async (rows: Float32Array) =>
        (runs += 1) === 1 ? Promise.reject(new Error("no")) : rows.slice(),
    };
    const batcher = new Batcher({
      scorer,
      width: 1,
      lanes: 1,
      maximumRows: 8,
      range: anyNumber,
      onRun: () => undefined,
    });
    const both = await Promise.allSettled(
      [1, 2].map((value) => batcher.score({ values: Float64Array.of(value), count: 1 })),
    );
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([...(await batcher.score({ values: Float64Array.of(3), count: 1 }))]).toEqual([3]);
  });
});
