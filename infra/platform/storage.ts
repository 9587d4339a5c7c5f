import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { encryptedStorageClass, partOf } from "../kubernetes/labels";

/** Where volumes come from: EBS with the volumes key, or whatever the cluster at hand offers. */
export type VolumeSource =
  | { readonly target: "aws"; readonly keyArn: pulumi.Input<string> }
  | { readonly target: "kubernetes"; readonly provisioner: string };

/**
 * The storage class that everything of ours names. In prod a volume outlives its claim, because a
 * claim is deleted with its namespace and the volume may hold an audit log; elsewhere it goes, so
 * that `destroy` leaves nothing to pay for.
 */
export function storageClass(source: VolumeSource, environment: Environment) {
  const ebs =
    source.target === "aws"
      ? { parameters: { type: "gp3", encrypted: "true", kmsKeyId: source.keyArn } }
      : {};
  return {
    metadata: { name: encryptedStorageClass, labels: partOf },
    provisioner: source.target === "aws" ? "ebs.csi.eks.amazonaws.com" : source.provisioner,
    ...ebs,
    // A volume is made in the zone of the pod that asks for it.
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: environment === "prod" ? "Retain" : "Delete",
    allowVolumeExpansion: source.target === "aws",
  };
}
