import {
  retrainingLabels,
  retrainingNames,
  trainingMetadata,
  type RetrainingSettings,
} from "./settings";
import { scheduledParameters } from "./steps";

/**
 * Starts a run at the contract's hour, unless the last scheduled one still runs. A start that was
 * missed by an hour is left out.
 */
export function cronWorkflow({ contract }: Pick<RetrainingSettings, "contract">) {
  const names = retrainingNames(contract.name);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "CronWorkflow",
    metadata: trainingMetadata(contract.name, names.schedule),
    spec: {
      schedules: [contract.retraining.schedule],
      timezone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3_600,
      successfulJobsHistoryLimit: 7,
      failedJobsHistoryLimit: 7,
      workflowMetadata: { labels: retrainingLabels(contract.name) },
      workflowSpec: {
        workflowTemplateRef: { name: names.template },
        arguments: { parameters: scheduledParameters },
      },
    },
  };
}
