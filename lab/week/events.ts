import type { Contract } from "../../services/contract/contract";
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

const hour = 60;
const day = 24 * hour;

/** A feature times a factor, inside what the contract allows. */
function scaled(contract: Contract, feature: string, factor: number): Effects["features"] {
  const declared = contract.features.find(({ name }) => name === feature);
  if (declared === undefined || declared.type === "category")
    throw new RangeError(
      `${feature}: got an event on it, allowed: a numeric feature of the contract`,
    );
  return ({ features }) => {
    const value = features[feature];
    return value === undefined
      ? features
      : { ...features, [feature]: Math.min(declared.max, Math.max(declared.min, value * factor)) };
  };
}

/** The scenarios of the sample's model. All begin on a Monday, after the clean weeks. */
export function scenariosOf(contract: Contract): readonly Scenario[] {
  const { positiveLabel } = contract.target;
  return [
    {
      name: "step in a feature",
      days: 2,
      events: [
        {
          name: "feature step",
          kind: "feature",
          text: "Housing costs are 20% higher from one hour to the next (hrat x 1.2)",
          from: 10 * hour,
          to: 2 * day,
          effects: () => ({ features: scaled(contract, "hrat", 1.2) }),
        },
      ],
    },
    {
      name: "slow drift, and a silence",
      days: 4,
      events: [
        {
          name: "slow drift",
          kind: "feature",
          text: "Obligations grow by 4% of income's share a day (obrat x 1.04 after one day, x 1.16 after four)",
          from: 0,
          to: 4 * day,
          effects: (since) => ({ features: scaled(contract, "obrat", 1 + (0.04 * since) / day) }),
        },
        {
          name: "traffic to zero",
          kind: "traffic",
          text: "No application arrives for two hours of an afternoon",
          from: 14 * hour,
          to: 16 * hour,
          effects: () => ({ traffic: 0 }),
        },
      ],
    },
    {
      name: "other applicants, and late answers",
      days: 2,
      events: [
        {
          name: "score shift",
          kind: "score",
          text: "Three of four applicants who would be approved go to another lender: the weak ones are four times as frequent beside them",
          from: 10 * hour,
          to: 2 * day,
          effects: () => ({ passOver: ({ label }) => (label === positiveLabel ? 0.75 : 0) }),
        },
        {
          name: "latency step",
          kind: "latency",
          text: "30% of answers take 150 ms longer, for two hours",
          from: 11 * hour,
          to: 13 * hour,
          effects: () => ({ late: { share: 0.3, milliseconds: 150 } }),
        },
      ],
    },
    {
      name: "another truth",
      days: 2,
      events: [
        {
          name: "concept drift",
          kind: "labels",
          text: "One in ten applicants who was a good one before is none any more; inputs stay the same",
          from: 10 * hour,
          to: 2 * day,
          effects: () => ({ flip: ({ label }) => (label === positiveLabel ? 0.1 : 0) }),
        },
      ],
    },
    {
      name: "harm to one group",
      days: 4,
      events: [
        {
          name: "fairness harm",
          kind: "fairness",
          text: "A credit bureau reports the worst history for a third of Black applicants (cons = 6)",
          from: 10 * hour,
          to: 4 * day,
          effects: () => ({
            features: ({ features, groups }, random) =>
              groups["race"] === "black" && random() < 1 / 3
                ? { ...features, cons: 6, pubrec: 1 }
                : features,
          }),
        },
      ],
    },
    {
      name: "less value",
      days: 2,
      events: [
        {
          name: "value fall",
          kind: "value",
          text: "A good loan earns 40% less",
          from: 10 * hour,
          to: 2 * day,
          effects: () => ({ gain: 0.6 }),
        },
      ],
    },
  ];
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
