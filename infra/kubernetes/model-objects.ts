import type { Contract } from "../../services/contract/contract";
import { servingNames } from "../../services/evidence/rollout";
import { modelLabels, namespaces } from "./labels";

export type Strategy = Contract["release"]["strategy"];

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
