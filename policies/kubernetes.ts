import { text, at, record, list, ofType } from "./resources";
import type { ResourceView, StackViolation } from "./rule";

/**
 * What a message calls a resource, e.g. `Deployment "headroom"`: its kind and the name that its
 * owner knows.
 */
export function subject(resource: ResourceView): string {
  const kind = resource.type.slice(resource.type.lastIndexOf(":") + 1);
  return `${kind} "${text(resource.props, "metadata.name") ?? resource.name}"`;
}

/** A value as a message quotes it; a missing one is `nothing`. */
export function shown(value: unknown): string {
  return value === undefined || value === null ? "nothing" : JSON.stringify(value);
}

/** Type token of an Istio kind, e.g. `istio("security", "PeerAuthentication")`. */
export function istio(group: "networking" | "security" | "telemetry", kind: string): string {
  return `kubernetes:${group}.istio.io/v1:${kind}`;
}

/** Namespace whose mesh-wide resources count for every namespace. */
export const rootNamespace = "istio-system";

export const rolloutType = "kubernetes:argoproj.io/v1alpha1:Rollout";

/**
 * Namespace and name of an object as one key, e.g. `causeway-models/loan-approval`; parameters list
 * exceptions by it.
 */
export function objectKey(resource: ResourceView): string {
  return `${text(resource.props, "metadata.namespace") ?? "default"}/${text(resource.props, "metadata.name") ?? resource.name}`;
}

/**
 * Whether a label selector without expressions selects the pods of a workload. An empty selector
 * selects all of them.
 */
export function selects(selector: unknown, workload: ResourceView): boolean {
  const labels = record(workload.props, "spec.template.metadata.labels");
  return (
    at(selector, "matchExpressions") === undefined &&
    Object.entries(record(selector, "matchLabels")).every(([key, value]) => labels[key] === value)
  );
}

const namespaceType = "kubernetes:core/v1:Namespace";

/** Namespaces that hold only a pinned controller of the platform itself. */
export const controllerNamespaces = [
  "istio-system",
  "argo-rollouts",
  "argo-workflows",
  "argo-events",
  "keda",
  "cert-manager",
  "elastic-system",
] as const;

/**
 * Namespaces that lack a companion object of one type. A stack may hold a namespace once per
 * cluster, so each needs as many companions as there are namespaces of its name.
 */
export function namespacesWithout(
  resources: readonly ResourceView[],
  companionType: string,
  exempt: readonly string[],
): StackViolation[] {
  const companions = ofType(resources, companionType).map(({ props }) =>
    text(props, "metadata.namespace"),
  );
  const kind = companionType.slice(companionType.lastIndexOf(":") + 1);
  const namespaces = ofType(resources, namespaceType);
  return namespaces.flatMap((resource, index) => {
    const name = text(resource.props, "metadata.name") ?? resource.name;
    const earlier = namespaces
      .slice(0, index)
      .filter((other) => (text(other.props, "metadata.name") ?? other.name) === name).length;
    const found = companions.filter((namespace) => namespace === name).length;
    return exempt.includes(name) || earlier < found
      ? []
      : [
          {
            resource,
            message: `${subject(resource)} must have a ${kind} in each cluster, got ${found} in the stack`,
          },
        ];
  });
}

/** Kinds that hold RBAC rules. */
export const roleTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
] as const;

/** One RBAC rule of a role. */
export interface RbacRule {
  /** What a message calls it, e.g. `rule 2 of ClusterRole "auditor"`. */
  readonly label: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rbacRules(role: ResourceView): RbacRule[] {
  return list(role.props, "rules").map((rule, index) => ({
    label: `rule ${index + 1} of ${subject(role)}`,
    verbs: texts(rule, "verbs"),
    apiGroups: texts(rule, "apiGroups"),
    resources: texts(rule, "resources"),
    resourceNames: texts(rule, "resourceNames"),
  }));
}

/** Whether a role is among those that a parameter exempts by the name in its metadata. */
export function isExempt(role: ResourceView, exempt: readonly string[]): boolean {
  return exempt.includes(text(role.props, "metadata.name") ?? "");
}

function texts(value: unknown, path: string): string[] {
  return list(value, path).filter((item) => typeof item === "string");
}

/** Type tokens of Karpenter's node pools, which EKS Auto Mode uses too. */
export const nodePoolTypes = ["kubernetes:karpenter.sh/v1:NodePool"] as const;

/** Resource name by which Kubernetes counts accelerators of NVIDIA. */
export const gpuResource = "nvidia.com/gpu";

/**
 * Whether a pool is for nodes with an accelerator: by its taint, its limit or the category of its
 * instances.
 */
export function hasAccelerators(pool: ResourceView): boolean {
  const taints = list(pool.props, "spec.template.spec.taints").map(
    (taint) => record({ taint }, "taint")["key"],
  );
  const required = list(pool.props, "spec.template.spec.requirements").flatMap((requirement) => {
    const { key, operator } = record({ requirement }, "requirement");
    return typeof key === "string" && key.endsWith("/instance-category") && operator === "In"
      ? list(requirement, "values")
      : [];
  });
  return (
    taints.includes(gpuResource) ||
    gpuResource in record(pool.props, "spec.limits") ||
    required.some((category) => category === "g" || category === "p")
  );
}

/** An image reference in parts. */
export interface Image {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes `registry/path:tag@sha256:...` apart; the colon of a registry's port is not a tag's. */
export function parseImage(reference: string): Image {
  const [named = "", digest] = reference.split("@", 2);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  return {
    repository: tagged ? named.slice(0, colon) : named,
    tag: tagged ? named.slice(colon + 1) : undefined,
    digest,
  };
}

/** Whether a text matches one of the patterns, in which `*` stands for any text without a slash. */
export function matchesOne(value: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(
      `^${pattern
        .split("*")
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join("[^/]*")}$`,
    ).test(value),
  );
}

/**
 * The repository with the registry that a short name implies, e.g. `docker.io/library/nginx` for
 * `nginx`.
 */
export function fullRepository(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length === 0) return `docker.io/library/${repository}`;
  return /[.:]/.test(first) || first === "localhost" ? repository : `docker.io/${repository}`;
}

/** Shapes of credentials that are recognised by their own form. */
const shapes: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "an AWS access key id", pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: "a private key", pattern: /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/ },
  { what: "a GitHub token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  {
    what: "a signed token",
    pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  },
  { what: "a password in a URL", pattern: /\b[a-z][a-z0-9+]*:\/\/[^\s:@/]+:[^\s:@/]+@/ },
];

/** What credential a text holds, by its form; undefined where none is recognised. */
export function secretIn(text: string): string | undefined {
  return shapes.find(({ pattern }) => pattern.test(text))?.what;
}

/**
 * Whether a name says that its value is a credential, e.g. `DB_PASSWORD`; `TOKEN_FILE` and
 * `tokenUrl` name where one is.
 */
export function namesSecret(name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return /(^|[_.-])(password|passwd|secret|token|api_?key|private_?key|access_?key|credentials?)$/.test(
    words,
  );
}
