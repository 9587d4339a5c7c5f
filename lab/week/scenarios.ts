import type { Contract } from "../../services/contract/contract";
import { isNumeric } from "../../services/contract/encoding";
import type { Effects, Scenario } from "./events";

const hour = 60;
const day = 24 * hour;

/** A feature times a factor, inside what the contract allows. */
function scaled(contract: Contract, feature: string, factor: number): Effects["features"] {
  const declared = contract.features.find(({ name }) => name === feature);
  if (declared === undefined || !isNumeric(declared))
    throw new RangeError(
      `${feature}: got an event on it, allowed: a numeric feature of the contract`,
    );
  return ({ features }) => {
    const value = features[feature];
    return typeof value !== "number"
      ? features
      : { ...features, [feature]: Math.min(declared.max, Math.max(declared.min, value * factor)) };
  };
}

/** The scenarios of the sample's model. All begin on a Monday, after the clean weeks. */
export function scenariosOf(contract: Contract): readonly Scenario[] {
  return [
    featureStep(contract),
    slowDriftAndSilence(contract),
    otherApplicants(contract),
    otherTruth(contract),
    harmToOneGroup,
    lessValue,
  ];
}

function featureStep(contract: Contract): Scenario {
  return {
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
  };
}

function slowDriftAndSilence(contract: Contract): Scenario {
  return {
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
  };
}

function otherApplicants({ target: { positiveLabel } }: Contract): Scenario {
  return {
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
  };
}

function otherTruth({ target: { positiveLabel } }: Contract): Scenario {
  return {
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
  };
}

const harmToOneGroup: Scenario = {
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
};

const lessValue: Scenario = {
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
};
