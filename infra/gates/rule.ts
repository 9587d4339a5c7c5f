import type { Contract } from "../../services/contract/contract";
import type { MetricFamily } from "../../services/contract/metrics";
import {
  alerts,
  annotationsOf,
  receivers,
  retrainingCandidate,
  type AlertName,
  type Annotations,
} from "./alerts";
import { matchers, templateText } from "./quoting";
import type { SeriesName } from "./series";

export type Labels = Readonly<Record<string, string>>;

export interface RecordingRule {
  readonly record: SeriesName;
  readonly expr: string;
  readonly labels: Labels;
}

export interface AlertingRule {
  readonly alert: AlertName;
  readonly expr: string;
  readonly for: string;
  readonly labels: Labels;
  /** The rest of what people are told, {@link published} takes from the table of alerts. */
  readonly annotations: Pick<Annotations, "summary">;
}

/** Rules that are evaluated one after the other at the same instant. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** Seconds between two evaluations of the rules that other rules sum over a window. */
export const rateIntervalSeconds = 60;

/**
 * How often rules over whole windows run; below the five minutes for which Prometheus shows a
 * sample.
 */
export const windowInterval = "2m";

/** A recording rule; `labels` come on top of the model's. */
export function record(
  { name }: Pick<Contract, "name">,
  recorded: SeriesName,
  expr: string,
  labels: Labels = {},
): RecordingRule {
  return { record: recorded, expr, labels: { model: name, ...labels } };
}

/**
 * An alert: `wait` is how long the expression holds before it fires, `summary` may use `{{
 * $labels.x }}` and `{{ $value }}`, so free text in it goes through {@link templateText}. Labels are
 * taken as they are. Two rules of one alert must differ in their labels, those of the expression
 * included.
 */
export function alert(
  contract: Pick<Contract, "name" | "owner">,
  name: AlertName,
  expr: string,
  wait: string,
  summary: string,
  more: Labels = {},
): AlertingRule {
  const entry: { severity: keyof typeof receivers; retraining?: true } = alerts[name];
  const retraining: Labels =
    entry.retraining === undefined ? {} : { retraining: retrainingCandidate };
  return {
    alert: name,
    expr,
    for: wait,
    labels: {
      model: contract.name,
      severity: entry.severity,
      team: contract.owner.team,
      receiver: receivers[entry.severity],
      ...retraining,
      ...Object.fromEntries(
        Object.entries(more).map(([label, value]) => [label, templateText(value)]),
      ),
    },
    annotations: { summary },
  };
}

/** Groups as a cluster gets them: each alert with its description and the address of its page. */
export function published(groups: readonly RuleGroup[], runbookBase: string) {
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      "alert" in rule
        ? {
            ...rule,
            annotations: annotationsOf(rule.annotations.summary, alerts[rule.alert], runbookBase),
          }
        : rule,
    ),
  }));
}

/** `name{model="...",label="value"}`. */
export function select(
  { name }: Pick<Contract, "name">,
  of: SeriesName | MetricFamily["name"],
  labels: Labels = {},
  ...more: readonly string[]
): string {
  return `${of}{${[...matchers({ model: name, ...labels }), ...more].join(",")}}`;
}

/** A length of time as PromQL writes it, in its largest whole unit, to the millisecond. */
export function promDuration(seconds: number): string {
  const milliseconds = Math.max(1, Math.round(seconds * 1_000));
  for (const [unit, length] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const)
    if (milliseconds % length === 0) return `${milliseconds / length}${unit}`;
  return `${milliseconds}ms`;
}

/**
 * Events in a window, from their recorded rate; what was not recorded counts as nothing, so a gap
 * makes the sample smaller and never larger.
 */
export function counted(rate: string, window: string, offset?: string): string {
  return `sum_over_time(${rate}[${window}]${offset === undefined ? "" : ` offset ${offset}`}) * ${rateIntervalSeconds}`;
}

/** A number as PromQL, six digits long. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Windows of drift over which labels are judged: they are rarer than predictions. */
export const labelWindows = 7;

/** Windows of a model's rules, as PromQL durations. */
export interface Windows {
  /** What drift and the newest accuracy are measured over. */
  readonly drift: string;
  /**
   * What accuracy, fairness and business value are measured over, and what the newest accuracy is
   * compared with.
   */
  readonly labels: string;
}

/** Windows of a contract. */
export function windowsOf({ drift }: Pick<Contract, "drift">): Windows {
  const { window } = drift;
  return { drift: promDuration(window), labels: promDuration(labelWindows * window) };
}
