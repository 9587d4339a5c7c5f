import type { Share } from "../../../infra/gates/comparison";
import type {
  BinnedScores,
  Confusion,
  TrialCounts,
  VersionCounts,
} from "../../../infra/gates/counts";
import { labelsOf, wrongByLabel } from "../../../infra/gates/labels";
import { comparisonSeconds } from "../../../infra/gates/scores";
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

/** Samples of a counter in an hour, which a window of an hour holds, and the time between them. */
export const samples = 64;
export const interval = "56s250ms";

/** A counter that grows evenly; sixty-fourths of a whole number are exact in binary. */
export const counter = (count: number) =>
  Number.isNaN(count) ? `NaN+0x${samples}` : `0+${count / samples}x${samples}`;

/**
 * What may become of a pod, and its counter of so many events. Each is exact for `increase` over
 * the hour too, which adds what it supposes before the first sample and after the last.
 */
export const lives = {
  flowing: counter,
  /** Begins in the last minutes. */
  late: (count: number) => `_x60 0+${count / 4}x4`,
  /** Counts as much before a restart as after it. */
  restarted: (count: number) => `0+${count / samples}x32 ${count / samples}+${count / samples}x31`,
  stopped: (count: number) => `0 ${count / samples} ${count}+0x62`,
  /** Counts nothing more after a restart. */
  reset: (count: number) => `0 ${count / samples} ${count}+0x47 0+0x14`,
  gone: (count: number) => `0 ${count / 15} ${count}+0x20 _x42`,
} as const;
export type Life = keyof typeof lives;
const flows: readonly Life[] = ["flowing", "late", "restarted"];

/** A recorded rate of events in a second, of which a window holds this count in one sample. */
export const counted = (count: number) => `_x${samples} ${count / 60}`;

export const version = "2.0.0";
export const hash = "abc";
export type Side = "trial" | "champion";
export const sides = ["trial", "champion"] as const;
export const versionOf = (of: Side) => (of === "trial" ? version : "1.0.0");

export const own = (of: Side, pod = "a", { name } = contract) =>
  `model="${name}",version="${versionOf(of)}",pod="${of}-${pod}",rollouts_pod_template_hash="${of === "trial" ? hash : "stable"}"`;

/** Requests and predictions of one pod; `quick` and `timed` are what its histogram says. */
export interface Pod {
  readonly life: Life;
  readonly fine: number;
  readonly errors: number;
  readonly timed: number;
  readonly quick: number;
  /** Predictions that were turned away because there were too many. */
  readonly away: number;
}

/** One version as it was drawn: what is counted of it, and what shows it. */
export interface DrawnVersion {
  readonly pods: readonly Pod[];
  /** Requests that only the proxy answered; undefined without a series of them. */
  readonly unanswered: { readonly life: Life; readonly count: number } | undefined;
  /** Restarts of each process. */
  readonly processes: readonly number[];
  readonly scores: { readonly life: Life; readonly tenths: readonly number[] };
  readonly held: BinnedScores | undefined;
  readonly outcomes: Confusion;
  readonly decisions: VersionCounts["decisions"];
  readonly groups: VersionCounts["groups"];
  /** Whether pods that are gone had counted labels, which are lost. */
  readonly labelsLost: boolean;
}

export const all = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** What `evaluate` is told of a version. */
export function countsOf(drawn: DrawnVersion): VersionCounts {
  const { pods, unanswered, processes, scores, outcomes, decisions, groups } = drawn;
  const recent = pods.filter(({ life }) => flows.includes(life));
  return {
    requests: all(pods.map(({ fine, errors }) => fine + errors)),
    errors: all(pods.map(({ errors }) => errors)),
    unanswered: unanswered?.count ?? 0,
    answers: all(pods.map(({ timed, away }) => timed + away)),
    lateAnswers: all(pods.map(({ timed, quick, away }) => timed - quick + away)),
    recentRequests: all(recent.map(({ fine, errors }) => fine + errors)),
    recentAnswers: all(recent.map(({ timed, away }) => timed + away)),
    restarts: processes.length === 0 ? undefined : all(processes),
    scoreTenths: scores.tenths,
    scoreBins: drawn.held && {
      ...drawn.held,
      counts: drawn.held.counts.map((count) => (count * comparisonSeconds) / 3_600),
    },
    predictions: { positive: predicted(drawn)[0], negative: predicted(drawn)[1] },
    labels: labelsOf(outcomes),
    outcomes,
    decisions,
    groups,
  };
}

/** Share of a counter's events that a life has in the last block of the hour. */
const lastShares: Readonly<Record<Life, number>> = {
  flowing: 1 / samples,
  late: 1 / 4,
  restarted: 1 / samples,
  stopped: 0,
  reset: 0,
  gone: 0,
};

/**
 * Blocks that the rules have counted of the version on trial, which promtool runs at the beginning
 * and at the end of the hour: none without a series, else the last one.
 */
export function lastBlocks(drawn: Readonly<Record<Side, DrawnVersion>>): TrialCounts["blocks"] {
  const { pods, unanswered } = drawn.trial;
  const proxy = unanswered === undefined ? 0 : unanswered.count * lastShares[unanswered.life];
  const of = (side: Side, count: (pod: Pod) => number) =>
    all(drawn[side].pods.map((pod) => count(pod) * lastShares[pod.life]));
  const errors = (side: Side) => {
    const more = side === "trial" ? proxy : 0;
    const trials = of(side, ({ fine, errors }) => fine + errors) + more;
    return { events: of(side, ({ errors }) => errors) + more, trials };
  };
  const latency = (side: Side) => ({
    events:
      Math.max(
        0,
        of(side, ({ timed, quick }) => timed - quick),
      ) + of(side, ({ away }) => away),
    trials: of(side, ({ timed, away }) => timed + away),
  });
  const both = (block: (side: Side) => Share) => ({
    trial: block("trial"),
    champion: block("champion"),
  });
  return {
    errors: pods.length === 0 && unanswered === undefined ? [] : [both(errors)],
    latency: pods.length === 0 ? [] : [both(latency)],
  };
}

/**
 * Wrong answers of the last block by predicted label, as the rules have counted them; both versions'
 * labels are half an hour old at most, and either has predicted evenly.
 */
export function lastLabels(drawn: Readonly<Record<Side, DrawnVersion>>): TrialCounts["labels"] {
  const [trial, champion] = [
    wrongByLabel(drawn.trial.outcomes),
    wrongByLabel(drawn.champion.outcomes),
  ];
  return trial.map(({ events }, i) => ({
    trial: { events: events / samples, trials: predicted(drawn.trial)[i] ?? 0 },
    champion: {
      events: (champion[i]?.events ?? 0) / samples,
      trials: predicted(drawn.champion)[i] ?? 0,
    },
  }));
}

/** Requests by tenth of the score in the last block, as the rules have counted them. */
export function lastScores(drawn: Readonly<Record<Side, DrawnVersion>>): TrialCounts["scores"] {
  const of = ({ scores: { life, tenths } }: DrawnVersion) =>
    tenths.map((count) => count * lastShares[life]);
  return [{ trial: of(drawn.trial), champion: of(drawn.champion) }];
}

/** Predictions of either label of a version in an hour. */
export function predicted({
  outcomes: { truePositive, trueNegative },
}: DrawnVersion): [number, number] {
  const at = (count: number) => samples * (1 + Math.floor((Number.isNaN(count) ? 0 : count) / 64));
  return [at(truePositive), at(trueNegative)];
}
