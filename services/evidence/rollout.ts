import { contractJson, type Contract } from "../contract/contract";
import { annotationPrefix, labelKeys } from "../contract/labels";
import { servedRelease, type Release } from "./release";

// What a model's Rollout carries of its release. The program declares it and the promoter patches
// it, so both have it from here. A rename here is a breaking change: see CHANGELOG.md.

/** Namespace of the models. */
export const modelsNamespace = "causeway-models";

/** Service account of the promoter in a cluster, and who it is in the audit ledger. */
export const promoterAccount = "retraining-promoter";

/** Name of the model server's container; the autoscaler measures it and not the proxy beside it. */
export const serverContainer = "server";

/** Names of a model's objects. */
export interface ServingNames {
  /** Rollout, ServiceAccount, VirtualService, ScaledObject, budget and policies. */
  readonly model: string;
  /** Service and DestinationRule of the version that callers trust. */
  readonly stable: string;
  /** Service and DestinationRule of the version on trial. */
  readonly canary: string;
  /** VirtualService of the labels. */
  readonly feedback: string;
  /** Secret with the key that the model's servers share. */
  readonly key: string;
  /** AnalysisTemplate that judges the version on trial at all times. */
  readonly watch: string;
  /** AnalysisTemplate that waits until the version on trial is proven. */
  readonly proof: string;
  /** AnalysisTemplate that compares the version on trial with the champion on mirrored requests. */
  readonly comparison: string;
  /** AnalysisTemplate that waits for the decision of an A/B test. */
  readonly decision: string;
  /** ConfigMap with the attestation of the published release. */
  readonly attestation: string;
}

/** Names of a model's objects; each must stay within 63 characters. */
export function servingNames(model: string): ServingNames {
  return {
    model,
    stable: `${model}-stable`,
    canary: `${model}-canary`,
    feedback: `${model}-feedback`,
    key: `${model}-key`,
    watch: `${model}-watch`,
    proof: `${model}-proof`,
    comparison: `${model}-comparison`,
    decision: `${model}-decision`,
    attestation: `${model}-attest`,
  };
}

/** Labels that say whose release an object belongs to and how much is at stake. */
export function releaseLabels({
  contract,
  release,
}: {
  readonly contract: Contract;
  readonly release: Release;
}): Record<string, string> {
  return {
    [labelKeys.owner]: contract.owner.team,
    [labelKeys.riskTier]: contract.riskTier,
    [labelKeys.release]: release.version,
  };
}

/** Annotations of a pod that hold its documents, and the file that each is mounted as. */
export const documents = {
  contract: { annotation: `${annotationPrefix}/contract`, file: "contract.json" },
  release: { annotation: `${annotationPrefix}/release`, file: "release.json" },
  trustedKeys: { annotation: `${annotationPrefix}/trusted-keys`, file: "trusted-keys.pem" },
} as const;

/**
 * The documents of a release as annotations of its pods. They belong to the pod template and not to
 * a ConfigMap, so that an older version that is still running, or that comes back, finds its own
 * and never the newer ones.
 */
export function documentAnnotations(contract: Contract, release: Release): Record<string, string> {
  return {
    [documents.contract.annotation]: contractJson(contract),
    [documents.release.annotation]: JSON.stringify(servedRelease(release)),
  };
}
