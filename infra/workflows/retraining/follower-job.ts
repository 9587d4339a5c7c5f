import type * as pulumi from "@pulumi/pulumi";
import type { RoleKey } from "../../../services/evidence/approvals";
import { orderWatchSpec } from "../order-watch";
import { approverKeysOption, trustedKeysOption } from "../../../services/evidence/approvals";
import {
  deadlines,
  ledgerOptions,
  retrainingLabels,
  trainingMetadata,
  type LedgerPlace,
} from "./definition";
import { followerCommand } from "./steps";
import { accounts } from "../../kubernetes/labels";

/** What the promoter of a region without runs is made from. */
export interface FollowerSettings {
  readonly model: string;
  readonly region: string;
  readonly locations: LedgerPlace & { readonly orders: string };
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  /** Public keys (PEM), one of which must have signed a release. */
  readonly trustedKeys: readonly string[];
}

/**
 * Looks for an order of the model, and ends at once where there is none; else it stays until the
 * trial has its verdict, and meanwhile no other starts. A pod that was lost is replaced; an answer,
 * also a refusal, is none that another try would change.
 */
export function followerJob(
  { model, region, locations, approverKeys, trustedKeys }: FollowerSettings,
  image: pulumi.Input<string>,
) {
  return {
    metadata: trainingMetadata(model, `${model}-promotion`),
    spec: orderWatchSpec({
      labels: retrainingLabels(model),
      serviceAccountName: accounts.promoter,
      image,
      command: followerCommand,
      args: [
        `--contract=services/models/${model}/model.yaml`,
        `--region=${region}`,
        `--orders=${locations.orders}`,
        ...ledgerOptions(locations),
        ...approverKeysOption(approverKeys),
        ...trustedKeysOption(trustedKeys),
      ],
      job: {
        backoffLimit: 3,
        activeDeadlineSeconds: deadlines.region,
        podFailurePolicy: {
          rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [2, 3] } }],
        },
      },
    }),
  };
}

/** Why the promoter's pods carry a token for the Kubernetes API, in a region without runs. */
export const followerReason = "Patches the release of a Rollout when the home region asks for it.";
