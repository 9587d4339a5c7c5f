import { errorRatioLimit } from "../../infra/gates/requests";
import type { Contract } from "../../services/contract/contract";
import { proportion, type Confusion, type TrialCounts } from "./counts";
import { liveFairness } from "./fairness";
import {
  differenceSequence,
  mixtureAround,
  proportionSequence,
  type Interval,
} from "./statistics/sequential";

/**
 * `shown` gates must be proven before promotion, since only live requests can show them. `guard`
 * gates must not be contradicted: most were shown on held-out rows by the training steps already.
 */
export type GateKind = "shown" | "guard";

/** One gate at one look. */
export interface GateState {
  readonly gate: string;
  readonly kind: GateKind;
  readonly value: number;
  readonly interval: Interval;
  readonly bound: { readonly min: number } | { readonly max: number };
  /** `open`: neither proven nor contradicted. */
  readonly state: "holds" | "fails" | "open";
}

export interface Verdict {
  readonly action: "promote" | "roll back" | "continue" | "pause";
  readonly reason: string;
  readonly gates: readonly GateState[];
}

export interface DecisionRules {
  readonly contract: Contract;
  /** Requests of the challenger below which nothing is decided. */
  readonly minimumRequests: number;
}

/**
 * Share of requests that may be slower than a 99th percentile; as much more than the champion's is
 * the most that a challenger may add.
 */
const slowShare = 0.01;
/**
 * Added shares of slow requests that matter are of this order: with a smaller one a great delay is
 * not told by the first requests.
 */
const slowSpread = 0.1;
/** Differences in accuracy that matter are of this order. */
const accuracySpread = 0.05;

/**
 * Decides on a challenger from counts alone. Every interval holds at all looks together, and the
 * contract's significance is divided over the gates, so looking often neither promotes nor rolls
 * back by chance. No data, NaN and too few requests decide nothing: at the last look they pause the
 * release for a person.
 */
export function decide(
  trial: TrialCounts,
  { contract, minimumRequests }: DecisionRules,
  lastLook: boolean,
): Verdict {
  const gates = gatesOf(trial, contract);
  const broken = gates.filter((gate) => gate.state === "fails");
  const enough = trial.challenger.requests >= minimumRequests;
  const waiting = gates.filter((gate) => gate.kind === "shown" && gate.state !== "holds");
  const unmeasured = gates.filter((gate) => Number.isNaN(gate.value));
  const silence = lastLook ? "pause" : "continue";
  if (!enough)
    return {
      action: silence,
      reason: `${count(trial.challenger.requests)} requests of the challenger, ${minimumRequests} are needed`,
      gates,
    };
  const [first] = broken;
  if (first && first.gate === sampleRatio)
    return {
      action: "pause",
      reason: "the split is not the one that was asked for: counts cannot be trusted",
      gates,
    };
  if (first) return { action: "roll back", reason: broken.map(describe).join("; "), gates };
  if (unmeasured.length > 0)
    return {
      action: silence,
      reason: `nothing counted for ${unmeasured.map((gate) => gate.gate).join(", ")}`,
      gates,
    };
  if (waiting.length > 0)
    return {
      action: silence,
      reason: `not yet shown: ${waiting.map((gate) => gate.gate).join(", ")}`,
      gates,
    };
  return {
    action: "promote",
    reason: `${gates.length} gates: ${gates.filter((gate) => gate.kind === "shown").length} shown, none contradicted`,
    gates,
  };
}

/** A gate in words: `error ratio 0.052 (0.021 to 0.104), at most 0.01`. */
export function describe({ gate, value, interval, bound }: GateState): string {
  const limit = "min" in bound ? `at least ${digits(bound.min)}` : `at most ${digits(bound.max)}`;
  return `${gate} ${digits(value)} (${digits(interval.low)} to ${digits(interval.high)}), ${limit}`;
}

const sampleRatio = "sample ratio";

function gatesOf(trial: TrialCounts, contract: Contract): GateState[] {
  const performance = contract.gates.performance.filter(
    ({ metric }) => metric === "precision" || metric === "recall" || metric === "accuracy",
  );
  const alpha =
    contract.gates.improvement.significance /
    (4 + performance.length + contract.gates.fairness.length);
  const { challenger, champion, share } = trial;
  const limit = errorRatioLimit(contract);
  const rate = (gate: string, events: number, max: number) =>
    judged({
      gate,
      kind: "shown",
      value: events / challenger.requests,
      interval: proportionSequence(events, challenger.requests, alpha, mixtureAround(max)),
      bound: { max },
    });
  return [
    splitGate(trial, share, alpha),
    rate("error ratio", challenger.errors, limit),
    latencyGate(trial, `added share slower than ${contract.slos.latencyP99}`, alpha),
    accuracyGate(champion.outcomes, challenger.outcomes, alpha),
    ...performance.map(({ metric, min, max }) => {
      const [hits, all] = proportion(metric, challenger.outcomes);
      return judged({
        gate: metric,
        kind: "guard",
        value: hits / all,
        interval: proportionSequence(hits, all, alpha),
        bound: min === undefined ? { max: max ?? 1 } : { min },
      });
    }),
    ...contract.gates.fairness.map((bound) =>
      judged({
        kind: "guard",
        ...liveFairness(
          bound,
          challenger.groups[bound.attribute] ?? {},
          contract.gates.minimumGroupSize,
          alpha,
        ),
      }),
    ),
  ];
}

function splitGate({ champion, challenger }: TrialCounts, share: number, alpha: number): GateState {
  const total = champion.requests + challenger.requests;
  const interval = proportionSequence(challenger.requests, total, alpha);
  const inside = share >= interval.low && share <= interval.high;
  return {
    gate: sampleRatio,
    kind: "guard",
    value: challenger.requests / total,
    interval,
    bound: { max: share },
    state: total === 0 ? "open" : inside ? "holds" : "fails",
  };
}

/**
 * Against the champion at the same time: a machine that stalls stalls both, and is not the
 * challenger's fault.
 */
function latencyGate(
  { champion, challenger }: TrialCounts,
  gate: string,
  alpha: number,
): GateState {
  const value = challenger.slow / challenger.requests - champion.slow / champion.requests;
  const interval = differenceSequence(
    [champion.slow, champion.requests],
    [challenger.slow, challenger.requests],
    alpha,
    slowSpread,
  );
  // A guard: on a machine that other work shares, latency shows a fault but never the absence of
  // one.
  return judged({ gate, kind: "guard", value, interval, bound: { max: slowShare } });
}

function accuracyGate(champion: Confusion, challenger: Confusion, alpha: number): GateState {
  const [first, second] = [proportion("accuracy", champion), proportion("accuracy", challenger)];
  const value = second[0] / second[1] - first[0] / first[1];
  return judged({
    gate: "gain in accuracy",
    kind: "guard",
    value,
    interval: differenceSequence(first, second, alpha, accuracySpread),
    bound: { min: 0 },
  });
}

function judged(gate: Omit<GateState, "state">): GateState {
  return { ...gate, state: stateOf(gate) };
}

/**
 * An interval on the right side of the bound proves the gate, one on the wrong side contradicts it.
 * NaN leaves it open.
 */
function stateOf({
  value,
  interval: { low, high },
  bound,
}: Omit<GateState, "state">): GateState["state"] {
  if (!Number.isFinite(value)) return "open";
  if ("min" in bound) return low >= bound.min ? "holds" : high < bound.min ? "fails" : "open";
  return high <= bound.max ? "holds" : low > bound.max ? "fails" : "open";
}

function count(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "unknown";
}
