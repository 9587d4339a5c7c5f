import type * as pulumi from "@pulumi/pulumi";
import { containerSecurityContext, podSecurityContext } from "../serving/security-context";
import { eraseAccount, namespaces } from "../vocabulary";
import { logsArguments, logsMount, logsVolume } from "./logs";
import { erasureLabels, workSeconds } from "./settings";

/** What the eraser of a region without runs is made from. */
export interface RegionEraserSettings {
  readonly region: string;
  /** Where the home region asks. */
  readonly orders: string;
}

/** How often a region looks for an order. */
const everyFiveMinutes = "*/5 * * * *";

/** Looks for orders, and ends at once where there is none. One that could not be done stays open, and the next look tries it again. */
export function regionEraserJob({ region, orders }: RegionEraserSettings, image: pulumi.Input<string>) {
  return {
    metadata: { name: eraseAccount, namespace: namespaces.training, labels: erasureLabels },
    spec: {
      schedule: everyFiveMinutes,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 240,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: erasureLabels },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: workSeconds,
          template: {
            metadata: { labels: erasureLabels },
            spec: {
              serviceAccountName: eraseAccount,
              automountServiceAccountToken: true,
              restartPolicy: "Never",
              securityContext: podSecurityContext,
              volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }, logsVolume],
              containers: [
                {
                  name: "main",
                  image,
                  imagePullPolicy: "IfNotPresent",
                  command: ["python", "-m", "causeway_training.erasing.follow"],
                  args: [`--orders=${orders}`, `--region=${region}`, ...logsArguments(region)],
                  resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "256Mi", "ephemeral-storage": "1Gi" } },
                  securityContext: { ...containerSecurityContext, capabilities: { drop: [...containerSecurityContext.capabilities.drop] } },
                  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, logsMount],
                },
              ],
            },
          },
        },
      },
    },
  };
}

/** Why the eraser's pods carry a token for the Kubernetes API, in a region without runs. */
export const regionEraserReason = "Asks whose certificate the log store has.";
