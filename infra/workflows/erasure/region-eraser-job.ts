import type * as pulumi from "@pulumi/pulumi";
import { orderWatchSpec } from "../order-watch";
import { eraseAccount, namespaces, erasureLabels } from "../../kubernetes/labels";
import { logsArguments, logsMount, logsVolume } from "./logs";
import { workSeconds } from "./settings";

/** What the eraser of a region without runs is made from. */
export interface RegionEraserSettings {
  readonly region: string;
  /** Where the home region asks. */
  readonly orders: string;
}

/**
 * Looks for orders, and ends at once where there is none. One that could not be done stays open,
 * and the next look tries it again.
 */
export function regionEraserJob(
  { region, orders }: RegionEraserSettings,
  image: pulumi.Input<string>,
) {
  return {
    metadata: { name: eraseAccount, namespace: namespaces.training, labels: erasureLabels },
    spec: orderWatchSpec({
      labels: erasureLabels,
      serviceAccountName: eraseAccount,
      image,
      command: ["python", "-m", "causeway_training.erasing.follow"],
      args: [`--orders=${orders}`, `--region=${region}`, ...logsArguments(region)],
      job: { backoffLimit: 0, activeDeadlineSeconds: workSeconds },
      volumes: [logsVolume],
      volumeMounts: [logsMount],
    }),
  };
}

/** Why the eraser's pods carry a token for the Kubernetes API, in a region without runs. */
export const regionEraserReason = "Asks whose certificate the log store has.";
