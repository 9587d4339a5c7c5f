import { gatesOf } from "../../../../infra/gates/gates";
import { mixtureEvidence, waldEvidence } from "../../../../infra/gates/sequential";
import { paces } from "../../../../infra/gates/pace";
import { errorShares, latencyShares, requestsOf, restarts } from "../../../../infra/gates/requests";
import type { Contract } from "../../../../services/contract/contract";
import { duration } from "../../../../services/contract/units";
import { counter, gauge, small, type Scenario } from "./scenario";

export const version = "2.0.0";
export const hash = "abc123";
export const contract: Contract = {
  ...small,
  release: { ...small.release, outcomeWindow: duration.parse("80 seconds") },
  gates: {
    ...small.gates,
    performance: [
      { metric: "accuracy", min: 0.8 },
      { metric: "precision", min: 0.9 },
      { metric: "f1", min: 0.8 },
    ],
  },
};
export const { gates, boundary } = gatesOf(contract, { ...paces.prod, regions: 1 });
export const query = (gate: string) =>
  gates.find(({ name }) => name === gate)!.query({ version, hash });
export const proof = (gate: string) =>
  gates.find(({ name }) => name === gate)!.proof!({ version, hash });
const shares = errorShares(contract);

/** Six samples a minute, as the pods are scraped. */
export const stepMinutes = 1 / 6;
export const groups = ["trial"] as const;

/** Labels of one pod's series; the champion's have another hash. */
export const own = (pod: string, of = hash) =>
  `model="${small.name}",version="${of === hash ? version : "1.0.0"}",pod="${pod}",rollouts_pod_template_hash="${of}"`;
export const answered = (pod: string, status: string, of?: string, code = "x") =>
  `causeway_requests_total{${own(pod, of)},operation="predict",status="${status}",code="${code}"}`;
export const timed = (pod: string, part: "count" | "bucket", of?: string) =>
  `causeway_request_duration_seconds_${part}{${own(pod, of)},operation="predict"${part === "bucket" ? ',le="0.1"' : ""}}`;
const started = (pod: string) => `process_start_time_seconds{${own(pod)}}`;
const refusedByProxy = requestsOf(small.name, {
  rollouts_pod_template_hash: hash,
  response_code: "503",
  response_flags: "UF",
  pod: "a",
});

export const is = (minute: number, expr: string, value: number) => ({
  minute,
  expr: `abs((${expr}) - ${value.toPrecision(12)}) < bool 0.000001`,
  samples: { "{}": 1 },
});
export const isEmpty = (minute: number, expr: string) => ({ minute, expr, samples: {} });
const isNaNAt = (minute: number, expr: string) => ({
  minute,
  expr: `(${expr}) != bool (${expr})`,
  samples: { "{}": 1 },
});

/** The queries of the gates, against the functions that the simulations run. */
export const gateScenarios: readonly Scenario[] = [
  {
    title:
      "gates: errors of two pods are counted exactly, the first of a series that begins with it included",
    groups: [],
    contract,
    stepMinutes,
    // Pod a errs first at the 13th sample: its series starts at 1.
    inputs: {
      [answered("a", "200")]: counter([61, 20]),
      [answered("a", "500")]: `_x12 1+1x48`,
      [answered("b", "200")]: counter([61, 30]),
    },
    values: [
      is(10, query("errors"), waldEvidence(shares, 49, 60 * 50 + 49)),
      is(5, proof("errors"), waldEvidence(shares, 19, 30 * 50 + 19)),
    ],
  },
  {
    title: "gates: a restart of the server keeps what it had counted, and is counted itself",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: `${counter([31, 20])} _x3 ${counter([30, 10])}`,
      [answered("a", "500")]: `${counter([31, 1])} _x3 ${counter([30, 2])}`,
      [started("a")]: `${gauge([31, 1_000])} _x3 ${gauge([30, 1_300])}`,
      [started("b")]: gauge([64, 900]),
    },
    // 30 intervals before the restart, 26 after it.
    values: [
      is(10, query("errors"), waldEvidence(shares, 30 + 52, 30 * 21 + 26 * 12)),
      is(10, restarts(contract, { hash }), 1),
      is(4, restarts(contract, { hash }), 0),
    ],
  },
  {
    title: "gates: errors before a restart still count when none come after it",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: `${counter([31, 20])} _x12 ${counter([30, 10])}`,
      // As the server shows it: a count of its own failures begins at 0 with the process.
      [answered("a", "500")]: `${counter([31, 1])} _x12 0+0x30`,
    },
    // 30 intervals before the restart, 17 after a pause of two minutes.
    values: [is(10, query("errors"), waldEvidence(shares, 30, 30 * 21 + 17 * 10))],
  },
  {
    title: "gates: a pod that is gone still counts",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: `${counter([31, 20])} stale`,
      [answered("a", "500")]: `${counter([31, 1])} stale`,
      [answered("b", "200")]: counter([91, 10]),
    },
    values: [is(15, query("errors"), waldEvidence(shares, 30, 30 * 21 + 90 * 10))],
  },
  {
    title: "gates: nobody's requests, too few, and none any more are no result",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: counter([31, 0], [60, 4], [120, 0]),
      [timed("a", "count")]: counter([31, 0], [60, 4], [120, 0]),
      [timed("a", "bucket")]: counter([31, 0], [60, 4], [120, 0]),
    },
    values: ["errors", "latency"].flatMap((gate) => [
      isEmpty(4, query(gate)),
      isEmpty(11, query(gate)),
      is(15, query(gate), waldEvidence(gate === "errors" ? shares : latencyShares, 0, 240)),
      isEmpty(22, query(gate)),
    ]),
  },
  {
    title: "gates: no series is no result, and labels that have not come are no evidence",
    groups,
    contract,
    stepMinutes,
    inputs: { up: gauge([61, 1]) },
    values: [
      isEmpty(5, query("errors")),
      isEmpty(5, query("latency")),
      isEmpty(5, restarts(contract, { hash })),
      ...["accuracy", "accuracy-champion", "selection-rate-ratio-race"].map((gate) =>
        is(5, query(gate), 0),
      ),
    ],
  },
  {
    title: "gates: a version that fails every request is refused below the minimum sample",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: counter([61, 0]),
      [answered("a", "500")]: `_x12 1+0x12 4+0x48`,
    },
    values: [
      isEmpty(3, query("errors")),
      is(6, query("errors"), waldEvidence(shares, 4, 4)),
      { minute: 6, expr: `(${query("errors")}) >= bool ${boundary}`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "gates: requests that only the proxy could answer count as errors",
    groups: [],
    contract,
    stepMinutes,
    inputs: { [answered("a", "200")]: counter([61, 20]), [refusedByProxy]: counter([61, 1]) },
    values: [is(10, query("errors"), waldEvidence(shares, 60, 60 * 21))],
  },
  {
    title: "gates: a server that counts NaN shows as NaN, which is refused",
    groups: [],
    contract,
    stepMinutes,
    inputs: {
      [answered("a", "200")]: counter([61, 20]),
      [answered("a", "500")]: `NaN+0x60`,
      [timed("a", "count")]: counter([61, 20]),
      [timed("a", "bucket")]: `NaN+0x60`,
    },
    values: [isNaNAt(10, query("errors")), isNaNAt(10, query("latency"))],
  },
  {
    title:
      "gates: labels count for the version that predicted, from any pod, and groups are compared in pairs",
    groups,
    contract,
    stepMinutes,
    inputs: outcomes(
      [
        ["a", [40, 6, 5, 9]],
        ["b", [10, 1, 2, 7]],
      ],
      { black: [5, 1, 1, 13], white: [40, 4, 3, 3], hispanic: [1, 0, 0, 0] },
    ),
    // Labels are known at once. Right ones count after 70 seconds, wrong ones after 80.
    values: [
      is(
        10,
        query("accuracy"),
        waldEvidence({ acceptable: 0.2, unacceptable: 0.3 }, 52 * 14, 52 * 14 + 53 * 66),
      ),
      is(
        10,
        query("precision"),
        waldEvidence({ acceptable: 0.1, unacceptable: 0.15 }, 52 * 7, 52 * 7 + 53 * 50),
      ),
      is(
        10,
        query("f1"),
        waldEvidence(
          { acceptable: 1 - 0.8 / 1.2, unacceptable: 1.5 * (1 - 0.8 / 1.2) },
          52 * 14,
          52 * 14 + 53 * 50,
        ),
      ),
      // At 10 minutes black has 1,200 labels with 360 approvals, white 3,000 with 2,580; Hispanic
      // has 60, all approved.
      is(
        10,
        query("selection-rate-ratio-race"),
        worst([
          [360, 1_200],
          [2_580, 3_000],
          [60, 60],
        ]),
      ),
    ],
  },
];

/** Evidence of the pair that is furthest apart, of three. */
function worst(rates: readonly (readonly [number, number])[]): number {
  const smoothed = rates.map(([k, n]) => ({ p: (k + 0.5) / (n + 1), n }));
  const pairs = smoothed.flatMap((a, i) =>
    smoothed
      .slice(i + 1)
      .map((b) =>
        mixtureEvidence(
          Math.abs(Math.log(a.p / b.p)) + Math.log(0.8),
          (1 - a.p) / (a.p * a.n) + (1 - b.p) / (b.p * b.n),
          0.2,
        ),
      ),
  );
  return Math.max(...pairs) - Math.log(pairs.length);
}

type Counts = readonly [hits: number, misses: number, falseAlarms: number, quiet: number];

/**
 * True labels of the version on trial by pod, and by group at pod a; each ten seconds so many more.
 */
export function outcomes(
  pods: readonly (readonly [string, Counts])[],
  byGroup: Readonly<Record<string, Counts>>,
): Record<string, string> {
  const kinds = [
    ["approve", "approve"],
    ["decline", "approve"],
    ["approve", "decline"],
    ["decline", "decline"],
  ] as const;
  const cells = (name: string, labels: string, counts: Counts) =>
    kinds.map(
      ([predicted, actual], i) =>
        [
          `${name}{${labels},predicted="${predicted}",actual="${actual}"${name === "causeway_outcomes_total" ? ',age="10"' : ""}}`,
          counter([61, counts[i]!]),
        ] as const,
    );
  return Object.fromEntries([
    ...pods.flatMap(([pod, counts]) =>
      cells(
        "causeway_outcomes_total",
        own(pod, pod === "a" ? hash : "stable").replace('version="1.0.0"', `version="${version}"`),
        counts,
      ),
    ),
    ...Object.entries(byGroup).flatMap(([group, counts]) => {
      const labels = `${own("a")},attribute="race",group="${group}"`;
      const [hits, misses, alarms, quiet] = counts;
      const decided = (predicted: string, add: number) =>
        [
          `causeway_group_decisions_total{${labels},predicted="${predicted}"}`,
          counter([61, add]),
        ] as const;
      return [
        ...cells("causeway_group_outcomes_total", labels, counts),
        decided("approve", hits + alarms),
        decided("decline", misses + quiet),
      ];
    }),
  ]);
}
