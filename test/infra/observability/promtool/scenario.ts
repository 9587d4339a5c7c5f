import type { Annotations } from "../../../../infra/gates/alerts";
import { published } from "../../../../infra/gates/rule";
import { ruleGroups } from "../../../../infra/observability/rules";
import type { Contract } from "../../../../services/contract/contract";
import { contract } from "../fixture";
import { runbookBase } from "../../../support/runbooks";
import { duration } from "../../../../services/contract/units";

/** Groups of rules, by the end of their names. */
export type GroupName =
  | "requests"
  | "objectives"
  | "rates"
  | "drift"
  | "performance"
  | "fairness"
  | "value"
  | "anomalies"
  | "trial"
  | "experiment"
  | "gpu";

/** Rules that the scenarios are about, and what may happen to what they read. */
export const subjects = [
  "drift",
  "score",
  "performance",
  "fairness",
  "latency",
  "traffic",
  "value",
] as const;
export const situations = [
  "step change",
  "no data",
  "counter reset",
  "seasonality",
  "small n",
  "low traffic",
] as const;
export type Cover = `${(typeof subjects)[number]}: ${(typeof situations)[number]}`;

/** Series that Prometheus is told to have scraped, and what the rules must make of them. */
export interface Scenario {
  readonly title: string;
  /** What it proves of the situations that each subject must be tried in. */
  readonly covers?: readonly Cover[];
  /** Groups that run; others only take time. */
  readonly groups: readonly GroupName[];
  /** Minutes between two samples and two evaluations. @default 1 */
  readonly stepMinutes?: number;
  readonly contract?: Contract;
  /** Alerts that belong to no model. @default none */
  readonly more?: readonly {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
  }[];
  /** Values by series, in the notation of promtool. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Alerts that fire, and no other, by minute. */
  readonly firing?: Readonly<Record<number, readonly string[]>>;
  /** What people are told of an alert that fires, by minute. @default not looked at */
  readonly told?: readonly {
    readonly minute: number;
    readonly alert: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Annotations;
  }[];
  /** Values of expressions, by minute. */
  readonly values?: readonly {
    readonly minute: number;
    readonly expr: string;
    readonly samples: Readonly<Record<string, number>>;
  }[];
}

/**
 * The contract of the scenarios: two features and a window of an hour, so that a day of labels is
 * seven hours.
 */
export const small: Contract = {
  ...contract,
  features: contract.features.filter(({ name }) => name === "obrat" || name === "cons"),
  drift: { significance: 0.01, window: duration.parse("1 hour"), minimumSamples: 200 },
};

/**
 * A counter: pieces of so many samples, each adding so much to the one before; `reset` starts a
 * piece from nothing, as a new process does.
 */
export function counter(
  ...pieces: readonly (readonly [samples: number, add: number, reset?: "reset"])[]
): string {
  let last = 0;
  return pieces
    .map(([samples, add, reset], at) => {
      const first = at === 0 || reset === "reset" ? 0 : last + add;
      last = first + (samples - 1) * add;
      return `${first}+${add}x${samples - 1}`;
    })
    .join(" ");
}

/** A gauge: pieces of so many samples of one value. */
export function gauge(...pieces: readonly (readonly [samples: number, value: number])[]): string {
  return pieces.map(([samples, value]) => `${value}+0x${samples - 1}`).join(" ");
}

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
export function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The rule file of a scenario. */
export function rulesOf({ contract: of = small, groups, more }: Scenario) {
  const own = published(ruleGroups(of), runbookBase).filter(({ name }) =>
    groups.some((group) => name === `${of.name}-${group}`),
  );
  return {
    groups: [
      ...own,
      ...(more === undefined ? [] : [{ name: "more", interval: "1m", rules: more }]),
    ],
  };
}

/** The unit test of a scenario, for promtool. */
export function unitTest(scenario: Scenario, ruleFile: string) {
  const step = `${(scenario.stepMinutes ?? 1) * 60}s`;
  const firing = Object.entries(scenario.firing ?? {}).map(([minute, alerts]) => ({
    expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
    eval_time: `${minute}m`,
    exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
  }));
  const values = (scenario.values ?? []).map(({ minute, expr, samples }) => ({
    expr,
    eval_time: `${minute}m`,
    exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
  }));
  return {
    rule_files: [ruleFile],
    // Otherwise each run has an order of its own, and what it sees of the groups before may be a
    // sample older.
    group_eval_order: rulesOf(scenario).groups.map(({ name }) => name),
    evaluation_interval: step,
    fuzzy_compare: true,
    tests: [
      {
        name: scenario.title,
        interval: step,
        input_series: Object.entries(scenario.inputs).map(([series, text]) => ({
          series,
          values: text,
        })),
        promql_expr_test: [...firing, ...values],
        alert_rule_test: (scenario.told ?? []).map(({ minute, alert, labels, annotations }) => ({
          eval_time: `${minute}m`,
          alertname: alert,
          exp_alerts: [{ exp_labels: labels, exp_annotations: annotations }],
        })),
      },
    ],
  };
}
