import { alert, code, percent, python, sameAsTrial, section, type GatedKey } from "./gated-key";
import { scenarioSection } from "./gate-scenarios";
import { wrongFactor } from "../../infra/gates/labels";
import { budgetFactor, latencyShares } from "../../infra/gates/requests";
import { labelWindows } from "../../infra/gates/rule";
import { scoreLimit } from "../../infra/gates/scores";
import { falseProof, falseRollback } from "../../infra/gates/sequential";
import { leastIndex } from "../../infra/observability/drift";
import { fairnessConfidence } from "../../infra/observability/fairness";
import { burns, minimumBad } from "../../infra/observability/objectives";

/** Performance and fairness of a model. */
const quality: readonly GatedKey[] = [
  {
    key: "gates.performance: accuracy, precision, recall, f1",
    judges: {
      training: {
        rule: "The value on the held-out rows is within the bound.",
        by: python("evaluation", "evaluate"),
      },
      trial: {
        rule: `Sequential test of the wrong answers: the bound's share is fine, ${wrongFactor} times it is bad. Counts labels of predictions as old as \`release.outcomeWindow\`, by default \`slos.labelDelay\`. No label is no evidence. Not shown where predictions that the measure is over have no true labels, such as those of applicants who were declined; a person decides.`,
        by: code("gates/labels", "labelPerformanceGates"),
      },
      alert: {
        rule: `The whole 95% interval over ${labelWindows} windows of drift is beyond the bound, for 15 minutes. None where predictions that the measure is over have no true labels.`,
        by: alert("CausewayPerformanceDecay"),
      },
      rehearsal: sameAsTrial,
    },
    why: "Training has a fixed number of rows and compares the value. A trial is looked at often, so it needs a test that holds at every look. An alert on a version in use needs an interval, because nobody may act on noise. Wrong answers may be known sooner than right ones: then young labels refuse a version that is fine, and known later, they hide a bad one. Predictions have no true labels where fewer than half came of those that the other predictions let expect, and 20 were expected.",
  },
  {
    key: "gates.performance: auc",
    judges: {
      training: {
        rule: "The value on the held-out rows is within the bound.",
        by: python("evaluation", "evaluate"),
      },
    },
    why: "AUC compares pairs of rows. Single labels, which is what the servers count, cannot show it.",
  },
  {
    key: "gates.performance: brier",
    judges: {
      training: {
        rule: "The value on the held-out rows is within the bound.",
        by: python("evaluation", "evaluate"),
      },
      alert: {
        rule: `The whole 95% interval of the Brier score by bins of the score is above the bound, over ${labelWindows} windows of drift.`,
        by: alert("CausewayPerformanceDecay"),
      },
    },
    why: "The Brier score is no share of right or wrong labels. The alert takes the middle of each bin for the score.",
  },
  {
    key: "gates.fairness",
    judges: {
      training: {
        rule: "The 95% interval, which holds for all pairs of groups together, is beyond the bound: shown to fail. Within it: shown to hold. Else, or where a declared group or a rate of it has too few rows: not shown, which stops nothing and which a person decides ([governance](governance.md#what-is-not-shown)). Against a champion, the value keeps each bound that the champion's keeps, and no group loses accuracy or recall by McNemar's exact test, at `significance` over the number of tests.",
        by: [
          ...python("auditing", "audit"),
          ...python("comparison", "losing_groups", "kept_bounds"),
        ],
      },
      trial: {
        rule: "Sequential test of the two groups furthest apart against the bound, corrected for the number of pairs. Selection rates are of decisions whose group was reported, with or without a true label; equalized odds need labels, of both kinds of predictions.",
        by: code("gates/fairness", "groupGates"),
      },
      alert: {
        rule: `The whole ${fairnessConfidence}% interval over ${labelWindows} windows of drift is beyond the bound; or the newest window is beyond it and significantly worse than the time before.`,
        by: alert("CausewayFairnessLimit"),
      },
      rehearsal: sameAsTrial,
    },
    why: "Training has labels and groups of every held-out row. Yet few rows of a small group show little: a true ratio of exactly 0.8 was within the bound half of the time. In a trial and after it labels arrive late, for small groups slowly, and of who was declined perhaps never: a group whose selection rate was 0.38 of another's showed 1.00 among the labelled. A ratio with `max`, or a difference with `min`, does not say which side is unfair. Only training judges it.",
  },
  {
    key: "gates.minimumGroupSize",
    judges: {
      training: {
        rule: "Each group has so many rows that this many are held out. One with fewer held-out rows is reported and not judged; no fairness gate over it is then shown to hold.",
        by: [...python("steps/validate", "group_gates"), ...python("auditing", "audit")],
      },
      trial: {
        rule: "Groups with fewer decisions, or labels, under the version on trial are left out.",
        by: code("gates/fairness", "groupGates"),
      },
      alert: {
        rule: "Groups with fewer decisions, or labels, in the window are left out.",
        by: alert("CausewayFairnessLimit"),
      },
      rehearsal: sameAsTrial,
    },
  },
  {
    key: "gates.improvement",
    judges: {
      training: {
        rule: "A challenger beats the champion on `metric`, on the same held-out rows, with a time column on those newer than all that either was made with. The one-sided p-value of a paired test is at most `significance` x 6 / (pi^2 k^2) for attempt k to replace this champion: all attempts together replace it by chance in `significance`. The test is McNemar's exact one for accuracy and recall, else by the rows' influence on the metric (DeLong for AUC). Rows that could not show a gain are an error.",
        by: python("comparison", "compare"),
      },
      trial: {
        rule: "`significance` decides an A/B test of the business value, in either direction. Every strategy also refuses a version that is wrong more often than the champion, for each prediction of a label, on true labels of the same time and age up to two hours.",
        by: [
          ...code("gates/experiment", "experimentQuestions"),
          ...code("gates/labels", "accuracyGate"),
        ],
      },
      rehearsal: {
        rule: "The gate on accuracy against the champion, as in the trial; there is no A/B test.",
        by: code("gates/gates", "evaluate"),
      },
    },
    why: "Training can score both models on the same rows and must show a gain. In a trial each row has one version, so a gain takes far more rows: a trial only has to show no loss.",
  },
];

/** Service objectives. */
const objectives: readonly GatedKey[] = [
  {
    key: "slos.availability",
    judges: {
      trial: {
        rule: `Sequential test of server errors: one minus the objective is fine, ${budgetFactor} times that is bad. It fails only if the version also errs more than the champion at the same time. It must be shown to hold before full traffic.`,
        by: code("gates/requests", "errorGate"),
      },
      alert: {
        rule: `The error budget burns too fast in a long and a short window: ${burns.map(({ factor, long, short }) => `${factor} times over ${long} and ${short}`).join(", ")}; at least ${minimumBad} errors.`,
        by: alert("CausewayErrorBudgetBurn", "CausewayErrorBudgetSlowBurn"),
      },
      rehearsal: sameAsTrial,
    },
    why: "A trial stops a bad version within minutes. The alerts protect the budget of 30 days, and count what the proxies saw of all versions.",
  },
  {
    key: "slos.latencyP99",
    judges: {
      trial: {
        rule: `Sequential test of answers later than the objective: ${percent(latencyShares.acceptable)} is fine, ${percent(latencyShares.unacceptable)} is bad. It fails only if the version is also later than the champion at the same time. It must be shown to hold before full traffic.`,
        by: code("gates/requests", "latencyGate"),
      },
      alert: {
        rule: "The budget of late answers burns too fast, as for errors; or the 99th percentile is later than the objective for ten minutes.",
        by: alert(
          "CausewayLatencyBudgetBurn",
          "CausewayLatencyBudgetSlowBurn",
          "CausewayLatencyObjectiveMissed",
        ),
      },
      rehearsal: {
        rule: "The rule of the trial. Late is what the callers waited for, not what the server's histogram says, because the fault is injected between the two.",
        by: code("gates/gates", "evaluate"),
      },
    },
    why: "A version that is as late as the champion is not refused, and not proven either: a person decides. The rehearsal has no clock, so a look is its block of time.",
  },
  {
    key: "slos.labelDelay",
    judges: {
      alert: {
        rule: "No label arrived for that long, while requests came.",
        by: alert("CausewayLabelsMissing"),
      },
    },
  },
];

/** Drift, and the data of a training run. */
const drift: readonly GatedKey[] = [
  {
    key: "drift.significance",
    judges: {
      training: {
        rule: "Reported, not a gate: the stability index of each feature of a retraining against the champion's data, at the significance divided by the number of features.",
        by: python("steps/validate", "against_reference"),
      },
      alert: {
        rule: `The stability index of a window is above (1/n + 1/m) times a chi-square quantile, at the significance divided by the number of features and the score (Bonferroni), and above ${leastIndex}. For accuracy: the fall from the windows before, in standard deviations, at the significance divided by the quarters of an hour in a window.`,
        by: alert("CausewayFeatureDrift", "CausewayScoreDrift", "CausewayConceptDrift"),
      },
      rehearsal: {
        rule: "The rule of the alert on features and score.",
        by: code("observability/drift", "driftOf"),
      },
    },
    why: `Training has no score of the new data to compare. A trial does not use the significance. It refuses a version whose scores are further than a squared Hellinger distance of ${scoreLimit} (a stability index of 0.25) from the champion's at the same time, and from those of the rows that its own training held out. So a model that was retrained after drift is not refused because the champion's scores are out of date.`,
  },
  {
    key: "drift.window",
    judges: {
      alert: {
        rule: `Drift is measured over one window, labels over ${labelWindows}.`,
        by: alert("CausewayFeatureDrift", "CausewayPerformanceDecay", "CausewayValueFall"),
      },
      rehearsal: {
        rule: "One window is one pass over the held-out rows.",
        by: code("observability/drift", "driftOf"),
      },
    },
  },
  {
    key: "drift.minimumSamples",
    judges: {
      trial: {
        rule: "Versions with fewer rows are not compared with the champion's scores, nor with fewer requests in an A/B test.",
        by: [...code("gates/scores", "scoreGate"), ...code("gates/experiment", "valueEvidenceOf")],
      },
      alert: {
        rule: "Windows with fewer rows or labels are not judged.",
        by: alert("CausewayFeatureDrift", "CausewayPerformanceDecay", "CausewayConceptDrift"),
      },
      rehearsal: {
        rule: "As in the trial and in the alerts.",
        by: [...code("gates/gates", "evaluate"), ...code("observability/drift", "driftOf")],
      },
    },
  },
  {
    key: "data.minimumRows, data.maximumMissing",
    judges: {
      training: {
        rule: "Enough rows; no feature is missing in more than this share of them.",
        by: python("steps/validate", "schema_gates"),
      },
    },
  },
  {
    key: "data.leakageExceptions",
    judges: {
      training: {
        rule: "No feature alone, nor whether it is missing, separates the labels with an AUC above 0.95, but those that are named here with a reason. The policy `governance-model-leakage` repeats each that is used, as an advisory.",
        by: python("steps/validate", "leakage_gates", "leakage_exceptions"),
      },
    },
  },
  {
    key: "data.privacy.maximumSuppressed",
    judges: {
      training: {
        rule: "No more than this share of the rows is suppressed for k-anonymity.",
        by: python("steps/prepare", "k_anonymous"),
      },
    },
  },
  {
    key: "release.maximumAge",
    judges: {
      plan: {
        rule: "The policy `governance-model-age` refuses a release that is older, in the plan and in a preview.",
        by: [{ file: "services/evidence/verification.ts", name: "isExpired" }],
      },
    },
  },
];

/** Every key of the contract that gates something. */
export const gatedKeys: readonly GatedKey[] = [...quality, ...objectives, ...drift];

/** `docs/gates.md`. */
export function gatesPage(): string {
  return `# Gates

This page lists, for each key of the contract that gates something, everything that judges it. To see the gates decide about a model:

\`\`\`
npx causeway rehearse --model loan-approval
\`\`\`

\`npm run docs\` makes this page from \`cli/docs/gates.ts\` and from the constants of the gates.

A trial has three verdicts. A gate is *shown to hold* (with a ${percent(falseProof)} chance for a version that is just bad), *shown to fail* (all gates of a release share a ${percent(falseRollback)} chance for a version that is fine), or *not shown*: more requests or labels have to tell. Each gate of a trial has two forms in \`infra/gates\`: PromQL for the cluster and \`evaluate()\` for the rehearsal. Both take their limits from the same constants, and the suite \`rules\` ([e2e.md](e2e.md)) compares them over random counts. [delivery.md](delivery.md#gates) describes how a release uses the verdicts, [observability.md](observability.md) the alerts.

${gatedKeys.map(section).join("\n\n")}

${scenarioSection()}
`;
}
