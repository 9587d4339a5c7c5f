import type { AlertName } from "../../infra/gates/alerts";
import type { Application } from "../../cli/rehearse/rows";
import type { Minute } from "./calendar";

/**
 * What an event is about: an alarm answers an event of its kind, and is a false one where nothing
 * of its kind happened.
 */
export const kinds = [
  "feature",
  "score",
  "labels",
  "fairness",
  "latency",
  "traffic",
  "value",
] as const;
export type Kind = (typeof kinds)[number];

/** What a simulated minute is made of; an event replaces parts of it. */
export interface Effects {
  /** Factor on the number of applications. */
  readonly traffic: number;
  /** Chance that an application is turned away unsent and another is drawn. */
  readonly passOver: (application: Application) => number;
  /** Features as they are sent. */
  readonly features: (application: Application, random: () => number) => Application["features"];
  /** Chance that a true label is the other one. */
  readonly flip: (application: Application) => number;
  /** Factor on what a good decision earns. */
  readonly gain: number;
  /** Share of answers that wait, and for how long. */
  readonly late: { readonly share: number; readonly milliseconds: number };
}

export const usual: Effects = {
  traffic: 1,
  passOver: () => 0,
  features: ({ features }) => features,
  flip: () => 0,
  gain: 1,
  late: { share: 0, milliseconds: 0 },
};

/** Something that happens. */
export interface Event {
  readonly name: string;
  readonly kind: Kind;
  readonly text: string;
  /** Minutes after the start of its scenario. */
  readonly from: Minute;
  readonly to: Minute;
  readonly effects: (minutesSince: Minute) => Partial<Effects>;
}

/** A future that follows the clean weeks; events of one scenario are about different things. */
export interface Scenario {
  readonly name: string;
  readonly days: number;
  readonly events: readonly Event[];
}

/** Which kind of event an alert of ours answers; an anomaly is of its signal. */
export const answers: Readonly<Partial<Record<AlertName, Kind>>> = {
  CausewayFeatureDrift: "feature",
  CausewayScoreDrift: "score",
  CausewayConceptDrift: "labels",
  CausewayPerformanceDecay: "labels",
  CausewayFairnessLimit: "fairness",
  CausewayLatencyBudgetBurn: "latency",
  CausewayLatencyBudgetSlowBurn: "latency",
  CausewayLatencyObjectiveMissed: "latency",
  CausewayTrafficAbsent: "traffic",
  CausewayValueFall: "value",
};
