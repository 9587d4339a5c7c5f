import type { Ending } from "../harness/delivery/release";
import { COSTLY, EXPERIMENT_CALLERS } from "./experiment";
import type { Fault } from "../harness/delivery/faults";
import type { Callers, ModelCopy } from "../harness/delivery/platform";

export interface Scenario {
  readonly title: string;
  readonly fault?: Fault;
  readonly ending: Ending;
  /** What the controller's reason must name. */
  readonly why?: RegExp;
  readonly strategy?: ModelCopy["strategy"];
  readonly callers?: Callers;
}

/** Applicants whose history is read as the worst there is. */
const WORST_HISTORY = { cons: 6, mortg: 4, obrat: 95, pubrec: 1 };

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
    fault: { kind: "unfair", attribute: "sex", group: "female", inputs: WORST_HISTORY },
    ending: "rolled back",
    why: /sex Failed/,
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
};
