import type * as pulumi from "@pulumi/pulumi";
import type { RoleKey } from "../../services/contract/approvals";
import { containerSecurityContext, podSecurityContext } from "../serving/security-context";
import { approverKeysOption } from "./approver-keys";
import { accounts, deadlines, retrainingLabels, trainingMetadata } from "./settings";
import { followerCommand } from "./steps";

/** What the promoter of a region without runs is made from. */
export interface FollowerSettings {
  readonly model: string;
  readonly region: string;
  readonly locations: { readonly orders: string; readonly ledger: string };
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
}

/** How often a region looks for an order. */
const everyFiveMinutes = "*/5 * * * *";

/**
 * Looks for an order of the model, and ends at once where there is none; else it stays until the trial has its verdict, and meanwhile no other starts.
 * A pod that was lost is replaced; an answer, also a refusal, is none that another try would change.
 */
export function followerJob({ model, region, locations, approverKeys }: FollowerSettings, image: pulumi.Input<string>) {
  const labels = retrainingLabels(model);
  return {
    metadata: trainingMetadata(model, `${model}-promotion`),
    spec: {
      schedule: everyFiveMinutes,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 240,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels },
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: deadlines.region,
          podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [2, 3] } }] },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: accounts.promoter,
              automountServiceAccountToken: true,
              // Each try is a pod of its own, so that what a failed one said can be read.
              restartPolicy: "Never",
              securityContext: podSecurityContext,
              volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }],
              containers: [
                {
                  name: "main",
                  image,
                  imagePullPolicy: "IfNotPresent",
                  command: [...followerCommand],
                  args: [`--contract=services/models/${model}/model.yaml`, `--region=${region}`, `--orders=${locations.orders}`, `--ledger=${locations.ledger}`, ...approverKeysOption(approverKeys)],
                  resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "256Mi", "ephemeral-storage": "1Gi" } },
                  securityContext: { ...containerSecurityContext, capabilities: { drop: [...containerSecurityContext.capabilities.drop] } },
                  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                },
              ],
            },
          },
        },
      },
    },
  };
}

/** Why the promoter's pods carry a token for the Kubernetes API, in a region without runs. */
export const followerReason = "Patches the release of a Rollout when the home region asks for it.";
