import type { Contract } from "../../services/contract/contract";
import { latencyText } from "../../services/contract/units";
import type { AlertName } from "../gates/alerts";
import { series } from "../gates/series";
import { ratioOver, requestIntervalSeconds, type RecordedRate } from "./requests";
import { alert, digits, select, type AlertingRule, type RuleGroup } from "../gates/rule";

interface Burn {
  /** How many times faster than the budget of 30 days allows. */
  readonly factor: number;
  readonly long: string;
  /** Must burn too, so that the alert ends soon after the errors do. */
  readonly short: string;
  readonly wait: string;
  readonly pace: "fast" | "slow";
}

/**
 * Google SRE Workbook, chapter 5, table 5-8 with its second page: 2%, 5%, 10% and 10% of the budget
 * of 30 days in the long window.
 */
export const burns: readonly Burn[] = [
  { factor: 14.4, long: "1h", short: "5m", wait: "2m", pace: "fast" },
  { factor: 6, long: "6h", short: "30m", wait: "5m", pace: "fast" },
  { factor: 3, long: "1d", short: "2h", wait: "30m", pace: "slow" },
  { factor: 1, long: "3d", short: "6h", wait: "1h", pace: "slow" },
];

/**
 * Bad answers that the long window must hold: with few requests one error alone would be a large
 * share.
 */
export const minimumBad = 5;

/** Share of answers that may be later than a latency objective for the 99th percentile. */
export const latencyBudget = 0.01;

interface Objective {
  readonly bad: RecordedRate;
  readonly all: RecordedRate;
  /** Share of bad answers that the objective allows. */
  readonly budget: number;
  readonly alerts: Readonly<Record<Burn["pace"], AlertName>>;
  /** What is spent, in the summary. */
  readonly words: string;
}

function objectives({ slos }: Contract): Objective[] {
  return [
    {
      bad: series.errors,
      all: series.requests,
      budget: 1 - slos.availability,
      alerts: { fast: "CausewayErrorBudgetBurn", slow: "CausewayErrorBudgetSlowBurn" },
      words: "error budget",
    },
    {
      bad: series.slowAnswers,
      all: series.answers,
      budget: latencyBudget,
      alerts: { fast: "CausewayLatencyBudgetBurn", slow: "CausewayLatencyBudgetSlowBurn" },
      words: `budget of answers later than ${latencyText(slos.latencyP99)}`,
    },
  ];
}

function burnAlert(contract: Contract, objective: Objective, burn: Burn): AlertingRule {
  const limit = digits(Math.min(0.9, burn.factor * objective.budget));
  const ratio = (window: string) =>
    `${ratioOver(contract, objective.bad, objective.all, window)} > ${limit}`;
  const enough = `sum_over_time(${select(contract, objective.bad)}[${burn.long}]) * ${requestIntervalSeconds} >= ${minimumBad}`;
  const summary = `${contract.name} spends its ${objective.words} ${burn.factor} times too fast, over ${burn.long} and ${burn.short}`;
  return alert(
    contract,
    objective.alerts[burn.pace],
    `(${ratio(burn.long)}) and (${ratio(burn.short)}) and (${enough})`,
    burn.wait,
    summary,
    { window: burn.long },
  );
}

/**
 * Share of the limit of requests in flight, and of requests shed, above which a model is saturated.
 */
export const saturated = { inFlight: 0.8, shed: 0.01 } as const;

/**
 * How long a silence lasts until it is news, and requests in the same stretch of last week (of
 * yesterday, in the first week) from which it is: with 25 expected, none at all has a chance of
 * 1e-11 (Poisson). The same stretch, so that an office that closes is no news.
 */
const silence = { window: "15m", usual: 25 } as const;

function presence(contract: Contract): AlertingRule[] {
  const { name } = contract;
  const requests = select(contract, series.requests);
  const silent = `(max_over_time(${requests}[${silence.window}]) == 0 or absent_over_time(${requests}[${silence.window}]))`;
  const then = (ago: string) => `sum_over_time(${requests}[${silence.window}] offset ${ago})`;
  const usual = `(${then("1w")} or ${then("1d")}) * ${requestIntervalSeconds} >= ${silence.usual}`;
  return [
    alert(
      contract,
      "CausewayModelAbsent",
      `absent(${select(contract, "causeway_ready")} == 1)`,
      "5m",
      `No replica of ${name} says that it is ready`,
    ),
    alert(
      contract,
      "CausewayTrafficAbsent",
      `${silent} and on (model) (${usual})`,
      "5m",
      `${name} has had no request for 15 minutes; at this hour of last week, or of yesterday, it had many`,
    ),
  ];
}

/**
 * An alert for each service objective of the contract that is about requests, and for what would
 * keep them from being seen.
 */
export function objectiveGroup(contract: Contract): RuleGroup {
  const { name, slos } = contract;
  const busy = `${select(contract, series.saturation)} > ${saturated.inFlight} or ${select(contract, series.shedRatio)} > ${saturated.shed}`;
  const late = `${select(contract, series.latency)} > ${slos.latencyP99 / 1_000}`;
  return {
    name: `${name}-objectives`,
    interval: `${requestIntervalSeconds}s`,
    rules: [
      ...objectives(contract).flatMap((objective) =>
        burns.map((burn) => burnAlert(contract, objective, burn)),
      ),
      alert(
        contract,
        "CausewayLatencyObjectiveMissed",
        late,
        "10m",
        `99% of answers of ${name} take longer than ${latencyText(slos.latencyP99)}`,
      ),
      alert(
        contract,
        "CausewaySaturated",
        busy,
        "10m",
        `${name} works at its limit of requests in flight, or refuses requests`,
      ),
      ...presence(contract),
    ],
  };
}
