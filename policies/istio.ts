/**
 * Type tokens of an Istio kind in the API versions that Istio serves, e.g. `istio("security",
 * "PeerAuthentication")`.
 */
export function istio(group: "networking" | "security" | "telemetry", kind: string): string[] {
  return ["v1", "v1beta1"].map((version) => `kubernetes:${group}.istio.io/${version}:${kind}`);
}

/** Namespace whose mesh-wide resources count for every namespace. */
export const rootNamespace = "istio-system";
