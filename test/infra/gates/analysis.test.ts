import { analysisTemplates } from "../../../infra/gates/analysis";
import { gateNames } from "../../../infra/gates/gates";
import { errorShares } from "../../../infra/gates/requests";
import { refusal } from "../../../infra/gates/sequential";
import { syntaxErrors } from "../observability/fixture";
import { contract, settings, withRelease } from "../serving/fixture";

const { watch, proof } = analysisTemplates(settings);
const names = (template: typeof watch) => template.spec.metrics.map(({ name }) => name);

describe("the gates of a release", () => {
  it("are errors, latency, the champion's scores, labels, the champion's accuracy, and each fairness gate; restarts are counted beside them", () => {
    expect(names(watch)).toEqual([
      "errors",
      "latency",
      "score-champion",
      "precision",
      "recall",
      "accuracy-champion",
      "selection-rate-ratio-race",
      "selection-rate-ratio-sex",
      "equalized-odds-difference-sex",
      "restarts",
    ]);
    expect(gateNames(contract).length).toBe(9);
  });

  it("share one rate of false rollbacks", () => {
    const boundary = Number(refusal(9).toPrecision(10));
    for (const metric of watch.spec.metrics.slice(0, -1))
      expect(metric.failureCondition).toBe(
        `len(result) == 1 && (isNaN(result[0]) || result[0] >= ${boundary})`,
      );
    expect(boundary).toBeCloseTo(Math.log(9 / 0.01), 6);
  });

  it("share it over the regions, each of which tries the version", () => {
    const { watch: ofTwo } = analysisTemplates({ ...settings, regions: 2 });
    expect(ofTwo.spec.metrics[0]?.failureCondition).toContain(
      `result[0] >= ${Number(refusal(18).toPrecision(10))})`,
    );
  });

  it("take no result for neither success nor failure, and NaN for a failure", () => {
    for (const { successCondition } of [...watch.spec.metrics, ...proof.spec.metrics])
      expect(successCondition).toMatch(
        /^len\(result\) == 1 && !isNaN\(result\[0\]\) && result\[0\] <=? -?[0-9.]+$/,
      );
    for (const { failureCondition } of watch.spec.metrics)
      expect(failureCondition).toMatch(
        /^len\(result\) == 1 && \(isNaN\(result\[0\]\) \|\| result\[0\] >= [0-9.]+\)$/,
      );
    for (const { failureCondition } of proof.spec.metrics.slice(0, 2))
      expect(failureCondition).toBe("len(result) == 1 && isNaN(result[0])");
  });

  it("refuse at the first crossing, pause at no silence, and give Prometheus three minutes to come back", () => {
    for (const metric of watch.spec.metrics) {
      expect(metric).toMatchObject({
        initialDelay: "120s",
        interval: "60s",
        failureLimit: 0,
        inconclusiveLimit: 1_000_000,
        consecutiveErrorLimit: 18,
      });
      expect(Object.keys(metric)).not.toContain("count");
    }
  });

  it("that traffic can decide must be proven before full traffic, and all others say something, within an hour", () => {
    expect(names(proof).slice(0, 2)).toEqual(["errors", "latency"]);
    expect([...names(proof)].sort()).toEqual([...names(watch)].sort());
    for (const metric of proof.spec.metrics)
      expect(metric).toMatchObject({
        count: 61,
        consecutiveSuccessLimit: 1,
        failureLimit: 0,
        inconclusiveLimit: 60,
      });
  });

  it("are valid PromQL about the version on trial of this model", () => {
    for (const { provider } of [...watch.spec.metrics, ...proof.spec.metrics]) {
      const { query } = provider.prometheus;
      expect([query, syntaxErrors(query.replaceAll("{{args.canary-hash}}", "abc"))]).toEqual([
        query,
        [],
      ]);
      for (const [selector] of query.matchAll(/[a-z_:]+\{[^}]*(\}\}[^}]*)?\}/g)) {
        expect(selector).toMatch(
          /model="loan-approval"|destination_canonical_service="loan-approval"/,
        );
        expect(selector).toMatch(
          /rollouts_pod_template_hash="\{\{args.canary-hash\}\}"|version="1.4.0"/,
        );
      }
    }
  });
});

describe("the templates of a strategy", () => {
  const templatesOf = (strategy: "canary" | "ab" | "shadow") =>
    analysisTemplates(withRelease({ strategy }));
  const query = ({ provider }: { provider: { prometheus: { query: string } } }) =>
    provider.prometheus.query.replaceAll(/\{\{args.[a-z-]+\}\}/g, "abc");

  it("are the watch and the proof, and one more where the strategy has a question of its own", () => {
    expect(
      (["canary", "ab", "shadow"] as const).map((strategy) => Object.keys(templatesOf(strategy))),
    ).toEqual([
      ["watch", "proof"],
      ["watch", "proof", "decision"],
      ["watch", "proof", "comparison"],
    ]);
  });

  it("of a shadow release compare decisions and scores of mirrored requests, all of them within the step, and refuse more than twice what is fine", () => {
    const { comparison } = templatesOf("shadow");
    expect(
      comparison!.spec.metrics.map(({ name, successCondition, failureCondition }) => [
        name,
        successCondition,
        failureCondition,
      ]),
    ).toEqual([
      [
        "disagreement",
        "len(result) == 1 && !isNaN(result[0]) && result[0] <= 0",
        "len(result) == 1 && (isNaN(result[0]) || result[0] >= 1)",
      ],
      [
        "score-distance",
        "len(result) == 1 && !isNaN(result[0]) && result[0] <= 0",
        "len(result) == 1 && (isNaN(result[0]) || result[0] >= 1)",
      ],
      // On mirrored requests, before it answers a caller.
      ...proof.spec.metrics.map(({ name, successCondition, failureCondition }) => [
        name,
        successCondition,
        failureCondition,
      ]),
    ]);
    for (const metric of comparison!.spec.metrics.slice(0, 2))
      expect([
        syntaxErrors(query(metric)),
        query(metric).includes("[600s]"),
        metric.inconclusiveLimit,
      ]).toEqual([[], true, 60]);
  });

  it("of an A/B test wait for better or worse at the contract's significance, an hour between two looks", () => {
    const [value] = templatesOf("ab").decision!.spec.metrics;
    expect(value).toMatchObject({
      name: "business-value",
      interval: "3600s",
      inconclusiveLimit: 672,
      successCondition: "len(result) == 1 && !isNaN(result[0]) && result[0] >= 2.995732274",
      failureCondition: "len(result) == 1 && (isNaN(result[0]) || result[0] <= -2.995732274)",
    });
    expect(syntaxErrors(query(value!))).toEqual([]);
  });

  it.each(["canary", "ab", "shadow"] as const)(
    "of %s let no silence of the watch pause the release, after which the controller would take the pause for a person for over",
    (strategy) => {
      const { watch: looking, proof: waiting } = templatesOf(strategy);
      expect(
        new Set(looking.spec.metrics.map(({ inconclusiveLimit }) => inconclusiveLimit)),
      ).toEqual(new Set([1_000_000]));
      expect([...names(waiting)].sort()).toEqual([...names(looking)].sort());
    },
  );

  it("of an A/B test watch the split, which is never the version's fault", () => {
    const split = templatesOf("ab").watch.spec.metrics.find(({ name }) => name === "sample-ratio")!;
    expect([split.successCondition, split.failureCondition]).toEqual([
      "len(result) == 1 && !isNaN(result[0]) && result[0] < 5.798489947",
      "len(result) == 1 && isNaN(result[0])",
    ]);
    expect(names(templatesOf("canary").watch)).not.toContain("sample-ratio");
  });
});

describe("the share of server errors", () => {
  it.each([
    [0.999, 0.001, 0.01],
    [1, 0.000001, 0.00001],
    [0.5, 0.5, 0.99],
  ])(
    "for an availability of %d is fine at %d and not at %d",
    (availability, acceptable, unacceptable) => {
      expect(errorShares({ slos: { ...contract.slos, availability } })).toEqual({
        acceptable,
        unacceptable,
      });
    },
  );
});
