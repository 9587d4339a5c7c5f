import { series, type SeriesName } from "../../infra/gates/series";
import { scoreFeature } from "../../services/contract/metrics";
import { select, type AlertingRule, type RuleGroup } from "../../infra/gates/rule";
import type { Contract } from "../../services/contract/contract";
import { answers, type Kind } from "./events";
import { keyOf, type Watch } from "./evaluate";

/** Whose detector it is. */
export const families = ["causeway", "anomaly bands", "PSI > 0.1", "PSI > 0.2", "3 sigma"] as const;
export type Family = (typeof families)[number];

/** A detector and the kind of event that it is there for. */
export interface Detector {
  readonly name: string;
  readonly family: Family;
  readonly kind: Kind;
  /**
   * Labels that an alarm must have to be about this kind: the anomaly bands are one alert over four
   * signals.
   */
  readonly only?: Readonly<Record<string, string>>;
}

/** How long a baseline waits, and how often it looks: as our own alerts on the same series do. */
const wait = "15m";
const everySeconds = 120;

/**
 * PSI at which the industry's rule of thumb sees some change and much change (Siddiqi 2006, Credit
 * Risk Scorecards).
 */
export const fixedThresholds = [0.1, 0.2] as const;

/** Deviations of the plain rule, and what it looks back on. */
const sigmas = 3;
const past = "[1d]";

/** The stability index over the same window and bins, against a number. */
export function fixedPsi(contract: Contract, threshold: number, features: string): string {
  return `${select(contract, series.psi, {}, features)} > ${threshold}`;
}

/**
 * Further than three standard deviations from the mean of the last day, on the side that is bad.
 */
export function threeSigma(of: string, side: "high" | "low" | "both"): string {
  const [mean, deviation] = [
    `avg_over_time(${of}${past})`,
    `${sigmas} * stddev_over_time(${of}${past})`,
  ];
  const high = `(${of} - ${mean}) > ${deviation}`;
  const low = `(${mean} - ${of}) > ${deviation}`;
  return side === "high" ? high : side === "low" ? low : `${high} or ${low}`;
}

interface Baseline extends Detector {
  readonly watch: Watch;
}

/** Detectors to compare with: on the very series that our own alerts look at. */
export function baselines(contract: Contract): Baseline[] {
  const of = (
    name: SeriesName,
    labels: Readonly<Record<string, string>> = {},
    ...more: readonly string[]
  ) => select(contract, name, labels, ...more);
  const one = (family: Family, kind: Kind, expr: string, duration = wait): Baseline => {
    const name = `${family}, ${kind}`;
    return {
      name,
      family,
      kind,
      watch: { name, expr, for: duration, intervalSeconds: everySeconds },
    };
  };
  const drift = {
    feature: `feature!="${scoreFeature}"`,
    score: `feature="${scoreFeature}"`,
  } as const;
  const kinds = ["feature", "score"] as const;
  return [
    ...fixedThresholds.flatMap((threshold) =>
      kinds.map((kind) =>
        one(
          threshold === 0.1 ? "PSI > 0.1" : "PSI > 0.2",
          kind,
          fixedPsi(contract, threshold, drift[kind]),
        ),
      ),
    ),
    ...kinds.map((kind) =>
      one("3 sigma", kind, threeSigma(of(series.psi, {}, drift[kind]), "high")),
    ),
    one("3 sigma", "labels", threeSigma(of(series.accuracyRecent), "low")),
    one(
      "3 sigma",
      "fairness",
      `${threeSigma(of(series.fairness, { metric: "selection-rate-ratio", window: "long" }), "low")} or ${threeSigma(of(series.fairness, { metric: "equalized-odds-difference", window: "long" }), "high")}`,
    ),
    one("3 sigma", "latency", threeSigma(of(series.signal, { signal: "latency" }), "high"), "10m"),
    one("3 sigma", "traffic", threeSigma(of(series.signal, { signal: "traffic" }), "both"), "10m"),
    one("3 sigma", "value", threeSigma(of(series.signal, { signal: "value" }), "low"), "10m"),
  ];
}

const signalKinds = {
  traffic: "traffic",
  latency: "latency",
  score: "score",
  value: "value",
} as const satisfies Record<string, Kind>;

/** Our own: every alert that is about a kind of event, and the anomaly bands by signal. */
export function ownDetectors(groups: readonly RuleGroup[]): Detector[] {
  const alerts = groups.flatMap(({ rules }) =>
    rules.filter((rule): rule is AlertingRule => "alert" in rule),
  );
  return alerts.flatMap((rule): Detector[] => {
    const name = keyOf(rule);
    if (rule.alert === "CausewayAnomaly")
      return Object.entries(signalKinds).map(([signal, kind]) => ({
        name,
        family: "anomaly bands",
        kind,
        only: { signal },
      }));
    const kind = answers[rule.alert];
    return kind === undefined ? [] : [{ name, family: "causeway", kind }];
  });
}
