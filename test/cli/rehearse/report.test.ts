import { evaluate } from "../../../infra/gates/gates";
import { reportPage } from "../../../cli/rehearse/report/page";
import type { Rehearsal, TrainedModel } from "../../../cli/rehearse/result";
import { latencyOf } from "../../../cli/rehearse/trial";
import { counts, trial, trialOf } from "../../infra/gates/counts";
import { contract } from "../../infra/serving/fixture";

const arm = { predictions: 100, failures: 5, counts: counts(100, { unanswered: 5 }) };
const judgements = evaluate(contract, trial, trialOf(arm.counts, counts(900)));

function model(name: string, version: string | undefined): TrainedModel {
  const group = (text: string, selectionRate: number) => ({
    group: text,
    rows: 50,
    judged: true,
    selectionRate,
    selectionRateLow: selectionRate - 0.1,
    selectionRateHigh: Math.min(1, selectionRate + 0.1),
  });
  const gates = [
    { gate: "selection-rate-ratio of race", value: 0.7, min: 0.8, passed: version !== undefined },
  ];
  return {
    name,
    text: "trees <b>",
    version,
    modelDigest: undefined,
    seconds: 1,
    steps: { fresh: 9, reused: 0 },
    refused: version === undefined ? { step: "audit", gates } : undefined,
    evaluation: {
      rows: 500,
      metrics: { accuracy: { value: 0.88, low: 0.85, high: 0.9 } },
      gates: [],
    },
    audit: {
      attributes: [
        {
          attribute: "race",
          reference: "white",
          groups: [group("white", 0.9), group("hispanic", 0.63)],
        },
      ],
      gates,
    },
    explanation: { method: "exact", importance: [{ feature: "cons", meanAbsolute: 0.5 }] },
  };
}

const rehearsal: Rehearsal = {
  model: "loan-approval",
  purpose: "Recommends",
  seed: 0,
  channel: "approval",
  shift: { title: "Rates rise", text: "Everything costs more." },
  limits: {
    latencyMilliseconds: 100,
    falseRollback: 0.01,
    driftSignificance: 0.01,
    minimumRequests: 200,
  },
  models: [model("champion", "1.0.0"), model("unfair", undefined)],
  trials: [
    {
      name: "failing challenger",
      champion: "1.0.0",
      challenger: "1.0.0",
      share: 0.1,
      fault: { kind: "error", share: 0.05, status: 503 },
      looks: [
        {
          champion: arm,
          challenger: arm,
          verdict: { action: "roll back", reason: "shown to fail: errors 0.05", judgements },
        },
      ],
      latency: { champion: latencyOf([1, 2]), challenger: latencyOf([3]) },
      affected: 5,
      after: { requests: 300, challenger: 0, errors: 0 },
      seconds: 1,
    },
  ],
  windows: [
    {
      name: "changed",
      version: "1.0.0",
      rows: 591,
      drift: [
        {
          feature: "obrat",
          bins: 10,
          rows: 591,
          index: 2,
          threshold: 0.06,
          enough: true,
          drifted: true,
        },
      ],
      accuracy: { value: 0.6, interval: { low: 0.5, high: 0.7 } },
    },
  ],
  explanations: [
    {
      version: "1.0.0",
      label: "decline",
      score: 0.2,
      expected: 1,
      logOdds: -1,
      contributions: [{ feature: "cons", contribution: -2 }],
    },
  ],
  chapters: [
    {
      title: "Train a champion",
      kind: "train",
      from: 0,
      to: 2,
      outcome: "version 1.0.0",
      tone: "good",
      inUse: "1.0.0",
    },
  ],
  expectations: [
    { expected: "the failing challenger is rolled back", found: "roll back", met: true },
  ],
  requests: 100,
  seconds: 4,
};

describe("the report", () => {
  const page = reportPage(rehearsal);

  it("has every chapter, verdict and figure, and says what is simulated", () => {
    for (const text of [
      "Train a champion",
      "1 of 1 as meant",
      "5 requests affected",
      "shown to fail",
      "must be shown to hold",
      "rolled back",
      "refused by audit",
      "0.06",
      "obrat",
      "0.700",
      "router that stands for the mesh",
      "0 to the challenger",
      "Bonferroni",
    ])
      expect(page).toContain(text);
    expect(page.match(/<svg /g)?.length).toBeGreaterThan(8);
  });

  it("escapes what it shows, needs no other file, and draws only numbers", () => {
    expect(page).toContain("trees &lt;b&gt;");
    expect(page).not.toMatch(/(?:src|href)="(?!#)|@import|url\(/);
    expect(page).not.toMatch(/="(?:NaN|[^"]*Infinity)/);
  });
});

describe("latencies", () => {
  it("are counted once each, by nearest rank", () => {
    const { p50, p99, max, histogram } = latencyOf([5, 1, 3, 1_000]);
    expect([p50, p99, max, histogram.reduce((sum, count) => sum + count, 0)]).toEqual([
      3, 1_000, 1_000, 4,
    ]);
    expect(latencyOf([])).toMatchObject({ p50: 0, max: 0 });
  });
});
