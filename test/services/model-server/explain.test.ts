/** @jest-environment ./test/services/model-server/support/environment.ts */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Explainer, logOddsOf } from "../../../services/model-server/explain/explainer";
import { principalReasons, reasonsAsked } from "../../../services/model-server/explain/reasons";
import { sampledShapley, type LogOdds } from "../../../services/model-server/explain/shapley";
import { ranked } from "../../../services/model-server/explain/stability";
import { Batcher } from "../../../services/model-server/inference/batcher";
import { probabilities } from "../../../services/model-server/inference/scores";
import { openModel, type Scorer } from "../../../services/model-server/inference/session";
import { goodFeatures, jsonIn, paths, testServer, without } from "./support/server";

const golden: {
  shap: string;
  background: number[][];
  rows: number[][];
  models: Record<"boosted" | "linear", { expected: number; values: number[][] }>;
} = jsonIn(join(__dirname, "golden", "shap.json"));
const width = golden.background[0]!.length;

const noReasons = { direction: 1, most: 0 } as const;

function batcher(scorer: Scorer, of = width): Batcher {
  return new Batcher({
    scorer,
    width: of,
    lanes: 1,
    maximumRows: 128,
    range: probabilities,
    onRun: () => undefined,
  });
}

function model(name: "boosted" | "linear") {
  return openModel(readFileSync(join(__dirname, "golden", `${name}.onnx`)), {
    input: "features",
    output: "score",
  });
}

function document(additive: boolean) {
  return {
    scale: "log-odds" as const,
    additive,
    features: Array.from({ length: width }, (_, i) => `f${i}`),
    background: golden.background,
    expected: 0,
  };
}

describe(`Shapley values against shap ${golden.shap}`, () => {
  test("of a linear model are exact", async () => {
    const explainer = new Explainer(document(true), batcher(await model("linear")));
    for (const [i, row] of golden.rows.entries()) {
      const { explanation } = await explainer.explain(Float64Array.from(row), noReasons);
      const { method, expected, contributions } = explanation;
      expect(method).toBe("exact");
      expect(expected).toBeCloseTo(golden.models.linear.expected, 5);
      contributions.forEach(({ contribution, standardDeviation }, feature) => {
        expect(contribution).toBeCloseTo(golden.models.linear.values[i]![feature]!, 5);
        expect(standardDeviation).toBe(0);
      });
    }
  });

  test("of a boosted model come close by sampling, closer with more rounds", async () => {
    const runs = batcher(await model("boosted"));
    const logOdds: LogOdds = async (rows, count) =>
      Float64Array.from(await runs.score({ values: rows, count }), logOddsOf);
    const background = golden.background.map((row) => Float64Array.from(row));
    const worst = async (rounds: number) => {
      const errors = await Promise.all(
        golden.rows.map(async (row, i) => {
          const { values } = await sampledShapley(
            logOdds,
            background,
            Float64Array.from(row),
            1,
            () => false,
            [rounds],
          );
          return Math.max(
            ...[...values].map((value, feature) =>
              Math.abs(value - golden.models.boosted.values[i]![feature]!),
            ),
          );
        }),
      );
      return Math.max(...errors);
    };
    const [few, many] = [await worst(4), await worst(128)];
    expect(few).toBeLessThan(0.25);
    expect(many).toBeLessThan(0.03);
    expect(many).toBeLessThan(few);
  });

  test("of a boosted model sum to its log-odds less the background's mean", async () => {
    const explainer = new Explainer(document(false), batcher(await model("boosted")));
    for (const row of golden.rows) {
      const { explanation } = await explainer.explain(Float64Array.from(row), noReasons);
      const { method, expected, logOdds, contributions } = explanation;
      expect(method).toBe("sampled");
      expect(
        contributions.reduce((total, { contribution }) => total + contribution, expected),
      ).toBeCloseTo(logOdds, 9);
    }
  });
});

describe("permutation sampling", () => {
  const values = (length: number) =>
    fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length });

  test("is efficient for any function, row, background and number of rounds", async () => {
    await fc.assert(
      fc.asyncProperty(
        values(4),
        fc.array(values(4), { minLength: 1, maxLength: 5 }),
        fc.integer(),
        fc.integer({ min: 1, max: 4 }),
        async (row, base, seed, rounds) => {
          const f = (x: Float64Array) =>
            Math.sin(x[0]! * x[1]!) + (x[2]! > 0.5 ? x[3]! : x[0]! ** 2);
          const logOdds: LogOdds = async (rows, count) =>
            Float64Array.from({ length: count }, (_, i) => f(rows.subarray(i * 4, i * 4 + 4)));
          const background = base.map((one) => Float64Array.from(one));
          const { values: found } = await sampledShapley(
            logOdds,
            background,
            Float64Array.from(row),
            seed,
            () => false,
            [rounds],
          );
          const mean = background.reduce((total, one) => total + f(one), 0) / background.length;
          expect(found.reduce((total, value) => total + value, mean)).toBeCloseTo(
            f(Float64Array.from(row)),
            9,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is exact for a sum of terms, gives nothing to a feature that does nothing, and repeats itself under its seed", async () => {
    await fc.assert(
      fc.asyncProperty(values(3), values(3), fc.integer(), async (row, base, seed) => {
        const logOdds: LogOdds = async (rows, count) =>
          Float64Array.from({ length: count }, (_, i) => 2 * rows[i * 3]! - rows[i * 3 + 1]! ** 2);
        const [x, b] = [Float64Array.from(row), Float64Array.from(base)];
        const once = async () =>
          (await sampledShapley(logOdds, [b], x, seed, () => false, [2])).values;
        const found = await once();
        expect(found[0]).toBeCloseTo(2 * (x[0]! - b[0]!), 9);
        expect(found[1]).toBeCloseTo(b[1]! ** 2 - x[1]! ** 2, 9);
        expect(found[2]).toBeCloseTo(0, 12);
        expect(await once()).toEqual(found);
      }),
      { numRuns: 40 },
    );
  });
});

describe("explain", () => {
  test("answers contributions that lead from the background to the row, largest first", async () => {
    const { app, loaded } = await testServer();
    const body = (
      await app.inject({ method: "POST", url: paths.explain, payload: { features: goodFeatures } })
    ).json();
    expect(body).toMatchObject({
      model: "loan-approval",
      label: "approve",
      scale: "log-odds",
      method: loaded.explainer.additive ? "exact" : "sampled",
    });
    const sizes = body.contributions.map(({ contribution }: { contribution: number }) =>
      Math.abs(contribution),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const sum = body.contributions.reduce(
      (total: number, { contribution }: { contribution: number }) => total + contribution,
      body.expected,
    );
    expect(Math.abs(sum - body.logOdds)).toBeLessThan(1e-3);
    expect(body.logOdds).toBeCloseTo(logOddsOf(body.score), 5);
  });

  test("gives an applicant who is declined the principal reasons in words, at most four, the strongest first, and none to one who is approved", async () => {
    const { app } = await testServer();
    const ask = async (features: object) =>
      (await app.inject({ method: "POST", url: paths.explain, payload: { features } })).json();
    expect((await ask(goodFeatures)).reasons).toEqual([]);
    const declined = await ask({
      ...goodFeatures,
      cons: 6,
      pubrec: 1,
      unver: 1,
      obrat: 90,
      self: 1,
    });
    expect(declined.label).toBe("decline");
    const against = declined.contributions
      .filter(({ contribution }: { contribution: number }) => contribution < 0)
      .slice(0, 4);
    expect(declined.reasons).toHaveLength(4);
    expect(declined.reasons.map(({ feature }: { feature: string }) => feature)).toEqual(
      against.map(({ feature }: { feature: string }) => feature),
    );
    expect(declined.reasons).toContainEqual(
      expect.objectContaining({
        feature: "cons",
        description: "Consumer credit history, 1 is clean and 6 the worst",
        missing: false,
        standardDeviation: 0,
        tiedWith: [],
      }),
    );
    expect(declined).toMatchObject({ reasonsStable: true, confidence: 0.95 });
  });

  test("explains a missing value as the background's median, and says so", async () => {
    const { app } = await testServer();
    const features = without("multi");
    const body = (
      await app.inject({ method: "POST", url: paths.explain, payload: { features } })
    ).json();
    expect(
      body.contributions
        .filter(({ missing }: { missing: boolean }) => missing)
        .map(({ feature }: { feature: string }) => feature),
    ).toEqual(["multi"]);
  });

  test("sheds above the number of explanations at a time, and lets predictions through meanwhile", async () => {
    const { app, counted } = await testServer({ limits: { explanations: 1 } });
    const ask = (url: string) =>
      app.inject({ method: "POST", url, payload: { features: goodFeatures } });
    const [first, second, prediction] = await Promise.all([
      ask(paths.explain),
      ask(paths.explain),
      ask(paths.predict),
    ]);
    expect([first!.statusCode, second!.statusCode, prediction!.statusCode].sort()).toEqual([
      200, 200, 503,
    ]);
    expect(prediction!.statusCode).toBe(200);
    expect(counted("causeway_sheds_total", { reason: "explanations" })).toBe(1);
    expect((await ask(paths.explain)).statusCode).toBe(200);
  });
});

describe("principal reasons", () => {
  const features = ["a", "b", "c"].map((name) => ({
    name,
    description: `What ${name} is`,
    type: "float" as const,
    classification: "internal" as const,
    optional: false,
    min: 0,
    max: 1,
  }));
  const target = {
    column: "y",
    positive: 1,
    positiveLabel: "fraud",
    negativeLabel: "clean",
    threshold: 0.5,
  };
  const contributions = [
    { feature: "a", contribution: 0.4, standardDeviation: 0, missing: false },
    { feature: "b", contribution: -2, standardDeviation: 0, missing: false },
    { feature: "c", contribution: 1, standardDeviation: 0, missing: true },
  ];
  const given = (
    adverse: "positive" | "negative",
    label: string,
    riskTier: "high" | "limited" = "high",
  ) =>
    principalReasons(
      { features },
      { contributions },
      ranked(
        {
          values: Float64Array.from(contributions, ({ contribution }) => contribution),
          deviation: () => 0,
        },
        reasonsAsked({ riskTier, target: { ...target, adverse } }, label),
      ),
    );
  const reasons = (...asked: Parameters<typeof given>) =>
    given(...asked).map(({ feature }) => feature);

  test("are those that moved the answer against the person, whichever label that is", () => {
    expect([
      reasons("positive", "fraud"),
      reasons("positive", "clean"),
      reasons("negative", "clean"),
      reasons("negative", "fraud"),
    ]).toEqual([["c", "a"], [], ["b"], []]);
  });

  test("are given where the risk tier asks for them", () =>
    expect(reasons("positive", "fraud", "limited")).toEqual([]));

  test("say what was judged without having been given", () => {
    expect(given("positive", "fraud")[0]).toEqual({
      feature: "c",
      description: "What c is",
      contribution: 1,
      standardDeviation: 0,
      missing: true,
      tiedWith: [],
    });
  });
});
