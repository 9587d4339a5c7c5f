import * as fc from "fast-check";
import type { Confusion, VersionCounts } from "../../../infra/gates/counts";
import { requestsOf } from "../../../infra/gates/requests";
import { select } from "../../../infra/gates/rule";
import { series } from "../../../infra/gates/series";
import type { Contract } from "../../../services/contract/contract";
import { small } from "../observability/promtool/scenario";

/** A contract with every kind of gate that counters can judge. */
export const contract: Contract = {
  ...small,
  gates: {
    ...small.gates,
    performance: [
      { metric: "accuracy", min: 0.8 },
      { metric: "precision", min: 0.9 },
      { metric: "recall", min: 0.85 },
      { metric: "f1", min: 0.8 },
    ],
    fairness: [
      { metric: "selection-rate-ratio", attribute: "race", min: 0.8 },
      { metric: "demographic-parity-difference", attribute: "sex", max: 0.1 },
      { metric: "equalized-odds-difference", attribute: "race", max: 0.2 },
    ],
  },
};

/**
 * Samples of a counter in an hour, and the interval between them: sixty-fourths of a whole number
 * are exact in binary, and a window of an hour holds them all.
 */
export const samples = 64;
export const interval = "56s250ms";

export const counter = (count: number) =>
  Number.isNaN(count) ? `NaN+0x${samples}` : `0+${count / samples}x${samples}`;

/** A counter that has not moved for most of an hour. */
const stopped = (count: number) => `0 ${count}+0x${samples - 1}`;

/** A recorded rate of events in a second, of which a window holds this count in one sample. */
export const counted = (count: number) => `_x${samples} ${count / 60}`;

export const version = "2.0.0";
export const hash = "abc";
export type Side = "trial" | "champion";
export const sides = ["trial", "champion"] as const;
export const versionOf = (of: Side) => (of === "trial" ? version : "1.0.0");

export const own = (of: Side, pod = "a") =>
  `model="${contract.name}",version="${versionOf(of)}",pod="${of}-${pod}",rollouts_pod_template_hash="${of === "trial" ? hash : "stable"}"`;

export const { positiveLabel: yes, negativeLabel: no } = contract.target;

const cells = [
  ["truePositive", yes, yes],
  ["falsePositive", yes, no],
  ["trueNegative", no, no],
  ["falseNegative", no, yes],
] as const;

export function requestSeries({ requests, errors, unanswered, recentRequests }: VersionCounts) {
  const answered = (pod: string, status: string) =>
    `causeway_requests_total{${own("trial", pod)},operation="predict",status="${status}",code="x"}`;
  const flow = recentRequests > 0 ? counter : stopped;
  const fine = requests - errors;
  const proxy = {
    rollouts_pod_template_hash: hash,
    response_code: "503",
    response_flags: "UF",
  };
  return {
    [answered("a", "200")]: flow(Math.floor(fine / 2)),
    [answered("b", "200")]: flow(Number.isNaN(fine) ? NaN : Math.ceil(fine / 2)),
    [answered("a", "500")]: flow(errors),
    [requestsOf(contract.name, proxy)]: flow(unanswered),
  };
}

export function versionSeries(of: Side, counts: VersionCounts): Record<string, string> {
  const { answers, lateAnswers, scoreTenths, outcomes, groups } = counts;
  const timed = (part: string, more = "") =>
    `causeway_request_duration_seconds_${part}{${own(of)},operation="infer"${more}}`;
  const labelled = { model: contract.name, version: versionOf(of) };
  const matrix = (name: string, labels: string, counted: Confusion, shown = counter) =>
    cells.map(([cell, predicted, actual]) => [
      `${name}{${labels},predicted="${predicted}",actual="${actual}"}`,
      shown(counted[cell]),
    ]);
  return Object.fromEntries([
    [timed("count"), counter(answers)],
    [timed("bucket", ',le="0.1"'), counter(answers - lateAnswers)],
    ...scoreTenths.map((rows, i) => [
      `causeway_score_tenth_total{${own(of)},tenth="${(i + 1) / 10}"}`,
      counter(rows),
    ]),
    ...matrix("causeway_outcomes_total", own(of), outcomes),
    ...cells.map(([cell, predicted, actual]) => [
      select(contract, series.outcomes, { ...labelled, predicted, actual }),
      counted(outcomes[cell]),
    ]),
    ...Object.entries(groups).flatMap(([attribute, list]) =>
      Object.entries(list).flatMap(([group, confusion]) =>
        matrix(
          "causeway_group_outcomes_total",
          `${own(of)},attribute="${attribute}",group="${group}"`,
          confusion,
        ),
      ),
    ),
  ]);
}

export const minimum = contract.drift.minimumSamples;

/** Off the minimum itself: a window that is summed may miss a whole number by its last digit. */
export const off = (count: number) => (count === minimum ? count + 1 : count);
export const rows = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 20_000 }));

/** Shares near what the gates allow, and any. */
export const share = fc.oneof(
  fc.double({ min: 0, max: 0.05, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

function confusions(size: fc.Arbitrary<number>): fc.Arbitrary<Confusion> {
  return fc
    .tuple(size, fc.double({ min: 0.5, max: 1, noNaN: true }), share, share)
    .map(([all, positive, missed, alarms]): Confusion => {
      const total = off(all);
      const positives = Math.floor(total * positive);
      const falseNegative = Math.floor(positives * missed);
      const falsePositive = Math.floor((total - positives) * alarms);
      return {
        truePositive: positives - falseNegative,
        falseNegative,
        falsePositive,
        trueNegative: total - positives - falsePositive,
      };
    });
}

const small400 = fc.integer({ min: 0, max: 400 });

export const versions: fc.Arbitrary<VersionCounts> = fc
  .record({
    requests: fc.oneof({ weight: 9, arbitrary: rows }, { weight: 1, arbitrary: fc.constant(NaN) }),
    errs: share,
    unanswered: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 })),
    flows: fc.boolean(),
    answers: rows,
    late: share,
    tenths: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 10, maxLength: 10 }),
    outcomes: confusions(rows),
    race: fc.record({
      black: confusions(small400),
      hispanic: confusions(small400),
      white: confusions(small400),
    }),
    sex: fc.record({ male: confusions(small400), female: confusions(small400) }),
  })
  .map(({ requests, errs, unanswered, flows, answers, late, tenths, outcomes, race, sex }) => ({
    requests,
    errors: Math.floor(requests * errs),
    unanswered,
    recentRequests: flows && requests > 0 ? 1 : 0,
    answers: off(answers),
    lateAnswers: Math.floor(answers * late),
    recentAnswers: answers > 0 ? 1 : 0,
    restarts: 0,
    scoreTenths: tenths,
    outcomes,
    groups: { race, sex },
  }));

const seed = 20261129;
export const sample = <T>(of: fc.Arbitrary<T>, count: number) =>
  fc.sample(of, { seed, numRuns: count });
