import type { Ending } from "../harness/delivery/release";
import { COSTLY, EXPERIMENT_CALLERS } from "./experiment";
import type { Fault } from "../harness/delivery/faults";
import type { OnTrial } from "../harness/delivery/on-trial";
import type { Callers, ModelCopy } from "../harness/delivery/platform";

export interface Scenario {
  readonly title: string;
  readonly fault?: Fault;
  readonly ending: Ending;
  /** What the controller's reason must name. */
  readonly why?: RegExp;
  readonly strategy?: ModelCopy["strategy"];
  readonly callers?: Callers;
  readonly availability?: number;
  /** What happens to the version and around it. */
  readonly during?: (trial: OnTrial) => Promise<void>;
  /** Requests of the version that a person waits for before the approval. */
  readonly approvedAfter?: number;
}

/** Every applicant's obligations are read as three fifths of the income. */
const DECLINING = { kind: "misread", inputs: { obrat: 60 } } as const satisfies Fault;

/** Failures for which a version would be refused by its own count. */
export const SEVERAL = 4;
/** So many that a version with several failures is proven good within its looks. */
const MANY_CALLERS: Callers = { predictionsPerSecond: 30, labelled: [] };
/** So many that labels of a few minutes decide. */
const LABELLING_CALLERS: Callers = { predictionsPerSecond: 22 };
/**
 * The person waits for so many requests that wrong answers have become known at a share of the
 * requests that is steady.
 */
const LATE_LABELS = {
  callers: { ...LABELLING_CALLERS, wrongAfterSeconds: 20 },
  approvedAfter: 2_600,
} as const;

/** Applicants whose obligations are read as two thirds of their income: half of them are declined. */
const LARGE_OBLIGATIONS = { obrat: 68 };

/** Each is a model of its own; all are on trial at the same time. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "loan-good": {
    title:
      "a better version is promoted to all requests once a person approves it, although the controller is killed in mid-step",
    ending: "promoted",
  },
  "loan-same": { title: "an identical version (A/A) is promoted", ending: "promoted" },
  "loan-errors": {
    title: "a version with 5% errors is rolled back",
    fault: { kind: "errors", share: 0.05 },
    ending: "rolled back",
    why: /errors Failed/,
  },
  "loan-slow": {
    title: "a slow version is rolled back",
    fault: { kind: "slow", share: 0.3, milliseconds: 150 },
    ending: "rolled back",
    why: /latency Failed/,
  },
  "loan-nan": {
    title: "a version whose metrics are NaN is rolled back",
    fault: { kind: "nan" },
    ending: "rolled back",
    why: /NaN/,
  },
  "loan-unfair": {
    title: "a version that is unfair to one group is rolled back",
    fault: { kind: "unfair", attribute: "sex", group: "female", inputs: LARGE_OBLIGATIONS },
    ending: "rolled back",
    why: /sex Failed/,
    callers: LABELLING_CALLERS,
    approvedAfter: 1_500,
  },
  "loan-broken": {
    title: "a version that never starts is rolled back",
    fault: { kind: "broken" },
    ending: "rolled back",
  },
  "loan-again": {
    title: "after a version that was rolled back, a good one is promoted",
    fault: { kind: "errors", share: 0.2 },
    ending: "rolled back",
    why: /errors Failed/,
  },
  "loan-silent": {
    title:
      "a version is not promoted while Prometheus is gone for good, and goes on after a short outage",
    ending: "rolled back",
    why: /Error/,
  },
  "loan-shadow": {
    title:
      "in a shadow release, a version with 5% errors is rolled back before it answers a caller",
    fault: { kind: "errors", share: 0.05 },
    ending: "rolled back",
    why: /errors Failed/,
    strategy: "shadow",
  },
  "loan-restart": {
    title: "a version that fails before a restart and after it is rolled back by both together",
    fault: { kind: "on demand" },
    ending: "rolled back",
    why: /errors Failed/,
    callers: { labelled: [] },
    availability: 0.9999,
    during: async (trial) => {
      await trial.begun(10);
      await trial.fail(8);
      await trial.restart();
      await trial.fail(2);
      await trial.fail(1);
    },
  },
  "loan-outage": {
    title: "a good version is promoted although every prediction fails for some seconds in both",
    fault: { kind: "on demand" },
    ending: "promoted",
    callers: MANY_CALLERS,
    during: async (trial) => {
      await trial.begun(30);
      await trial.outage(SEVERAL);
    },
  },
  "loan-bursts": {
    title: "a good version is promoted although its few errors come all at once",
    fault: { kind: "on demand" },
    ending: "promoted",
    callers: MANY_CALLERS,
    during: async (trial) => {
      await trial.begun(30);
      await trial.fail(SEVERAL);
    },
  },
  "loan-late": {
    title:
      "an identical version is promoted although wrong answers are known later than right ones",
    ending: "promoted",
    ...LATE_LABELS,
  },
  "loan-worse": {
    title: "a version that is wrong more often is rolled back although that is known late",
    fault: { kind: "mixed up" },
    ending: "rolled back",
    why: /accuracy-champion Failed/,
    ...LATE_LABELS,
  },
  "loan-selective": {
    title:
      "a version that declines many good applicants is left to a person where only the approved get true labels",
    fault: DECLINING,
    ending: "paused",
    why: /recall Inconclusive/,
    callers: { labelled: ["approve"] },
    // Nobody approves before the watch has said often enough that it cannot tell.
    approvedAfter: 1_500,
  },
  "loan-ab": {
    title:
      "in an A/B test, a version whose decisions are worth less is rolled back by the sequential test",
    fault: COSTLY,
    ending: "rolled back",
    why: /business-value Failed/,
    strategy: "ab",
    callers: EXPERIMENT_CALLERS,
  },
};

/** The champion that a better version replaces. */
export const WORSE_CHAMPION: Readonly<Record<string, Fault>> = {
  "loan-good": { kind: "slow", share: 0.02, milliseconds: 150 },
  // What both versions depend on is gone for both.
  "loan-outage": { kind: "on demand" },
  // No comparison with the champion tells.
  "loan-selective": DECLINING,
};
