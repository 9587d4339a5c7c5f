import { namespaces, type NamespaceRole, ownLabels } from "../kubernetes/labels";

/**
 * Version of the Pod Security Standards: the oldest Kubernetes that the platform runs on, so that
 * an upgrade changes no rule.
 */
export const podSecurityVersion = "v1.34";

/** What a namespace of the platform is like. */
export interface NamespaceProfile {
  /** Standard that the API server enforces. */
  readonly level: "restricted" | "privileged";
  /** Whether pods get a proxy of the mesh. */
  readonly injection: boolean;
}

const controller: NamespaceProfile = { level: "restricted", injection: false };

/** The profile of every namespace. */
export const namespaceProfiles = {
  models: { level: "restricted", injection: true },
  gateway: { level: "restricted", injection: true },
  // Nobody calls a training step; what it calls are AWS and the Kubernetes API, over TLS of their
  // own.
  training: { level: "restricted", injection: false },
  // Controllers outside the mesh ask Prometheus, and the mesh would refuse them; network policies
  // say who may.
  observability: { level: "restricted", injection: false },
  // The log shipper reads the files of all containers of its node, which takes a host path and
  // root; nothing else runs here.
  logs: { level: "privileged", injection: false },
  // Istio's node agent redirects traffic for all pods of its node, which takes host paths and
  // NET_ADMIN. It exists so that no other pod needs them.
  mesh: { level: "privileged", injection: false },
  rollouts: controller,
  workflows: controller,
  events: controller,
  autoscaling: controller,
  certificates: controller,
  elastic: controller,
} as const satisfies Record<NamespaceRole, NamespaceProfile>;

/**
 * Namespaces with our own workloads, which have a quota and limits; the others hold one pinned
 * controller each.
 */
export const tenants = [
  "models",
  "gateway",
  "training",
  "observability",
  "logs",
] as const satisfies readonly NamespaceRole[];
export type Tenant = (typeof tenants)[number];

/** All namespaces, in a fixed order. */
export const namespaceRoles = [
  "models",
  "gateway",
  "training",
  "observability",
  "logs",
  "mesh",
  "rollouts",
  "workflows",
  "events",
  "autoscaling",
  "certificates",
  "elastic",
] as const satisfies readonly NamespaceRole[];

/**
 * Metadata of a namespace: what the API server enforces, audits and warns of, and whether Istio
 * injects its proxy.
 */
export function namespaceMetadata(role: NamespaceRole) {
  const { level, injection } = namespaceProfiles[role];
  const standards = ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, level],
    [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
  ]);
  return {
    name: namespaces[role],
    labels: {
      ...ownLabels,
      ...Object.fromEntries(standards),
      "istio-injection": injection ? "enabled" : "disabled",
    },
  };
}
