import type { Environment } from "../../../services/contract/environments";
import { classLabels } from "../../kubernetes/data-classes";
import { encryptedStorageClass, namespaces, trainingLabels } from "../../kubernetes/labels";
import type { Locations } from "./definition";

/**
 * Where an existing cluster, which has no object store of ours, keeps runs and releases: a volume
 * that every step mounts here.
 */
export const dataVolume = { claim: "retraining-lake", folder: "/lake" } as const;

/** Locations on that volume. */
export const volumeLocations: Locations = {
  runs: `file://${dataVolume.folder}/runs`,
  candidates: `file://${dataVolume.folder}/candidates`,
  champions: `file://${dataVolume.folder}/releases`,
  ledger: `${dataVolume.folder}/ledger`,
};

/** Whether runs lie on the volume. */
export function usesVolume({ runs }: Locations): boolean {
  return runs.startsWith("file://");
}

/**
 * The volume, encrypted. Its pods wait for a node that has it, so nothing waits for it to be bound.
 */
export function volumeClaim(environment: Environment) {
  return {
    metadata: {
      name: dataVolume.claim,
      namespace: namespaces.training,
      labels: {
        ...classLabels("lake"),
        ...trainingLabels,
      },
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      storageClassName: encryptedStorageClass,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: environment === "prod" ? "100Gi" : "20Gi" } },
    },
  };
}
