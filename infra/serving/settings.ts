import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/evidence/release";
import type { GovernanceRecord } from "../stack/governance";
import type { Verification } from "../stack/release-verification";
import type { Environment } from "../../services/contract/environments";
import { servingNames } from "../../services/evidence/rollout";
import { modelLabels, namespaces } from "../kubernetes/labels";

export { releaseLabels, servingNames, type ServingNames } from "../../services/evidence/rollout";

export type Strategy = Contract["release"]["strategy"];

/** What every manifest of one model in one region is made from; plain values only. */
export interface ServingSettings {
  readonly contract: Contract;
  readonly release: Release;
  /** What stands beside the contract for its risk tier. @default nothing */
  readonly governance?: GovernanceRecord | undefined;
  readonly environment: Environment;
  readonly region: string;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Public host name that callers use; models may share it, each has its own path. */
  readonly host: string;
  /** URL of Prometheus inside the cluster. */
  readonly prometheusAddress: string;
  /** What was found when the release was verified. @default it was not */
  readonly verification?: Verification | undefined;
  /** Public keys in PEM that releases are signed with. @default none */
  readonly trustedKeys?: readonly string[] | undefined;
  /** Text of the attestation of the published release. @default there is none */
  readonly attestation?: string | undefined;
}

/** Longest name that Kubernetes takes for a Service and for the value of a label. */
export const maximumName = 63;

/** The longest of a model's derived names. */
export function longestName(model: string): string {
  return Object.values(servingNames(model)).reduce(
    (longest, name) => (name.length > longest.length ? name : longest),
    "",
  );
}

/** Metadata of an object in the namespace of the models. */
export function metadata(model: string, name: string, annotations?: Record<string, string>) {
  return {
    name,
    namespace: namespaces.models,
    labels: modelLabels(model),
    ...(annotations && { annotations }),
  };
}

/**
 * Labels by which Services, policies and budgets find a model's pods; a subset of its labels that
 * never changes.
 */
export function podSelector(model: string): Record<string, string> {
  return { "app.kubernetes.io/name": model, "app.kubernetes.io/component": "model-server" };
}

/** Name of the label that Argo Rollouts puts on pods to tell versions apart. */
export const versionHashLabel = "rollouts-pod-template-hash";

/** Path under which callers reach a model (Open Inference Protocol v2). */
export function modelPath(model: string): string {
  return `/v2/models/${model}`;
}
