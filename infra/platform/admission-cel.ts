import { accounts, groups, namespaces, resumerAccount, type Group } from "../kubernetes/labels";

/**
 * A check in CEL over `object`, `oldObject` and `request`, and what somebody reads whose request it
 * refuses.
 */
export interface Check {
  readonly expression: string;
  readonly message: string;
}

/** What the API server refuses beyond what RBAC can say, for requests to these resources. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly apiVersions: readonly string[];
    readonly operations: readonly ("CREATE" | "UPDATE" | "CONNECT")[];
    readonly resources: readonly string[];
  }[];
  /** All must hold, or the policy says nothing of the request. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
}

const account = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`;

/** Users of the platform's own controllers. */
export const controllers = {
  rollouts: account(namespaces.rollouts, "argo-rollouts"),
  workflows: account(namespaces.workflows, "argo-workflows-workflow-controller"),
  events: account(namespaces.events, "argo-events-controller-manager"),
  elastic: account(namespaces.elastic, "elastic-operator"),
  prometheus: account(namespaces.observability, "prometheus-kube-prometheus-operator"),
  /** Has a policy of its own, for Rollouts: `causeway-promotion`. */
  promoter: account(namespaces.training, accounts.promoter),
} as const;

/** User of the resumer; a program that is held to what people may do in everything else. */
export const resumer = account(namespaces.training, resumerAccount);

/** Kubernetes' controllers that make or change workloads and Jobs, by user. */
const kubernetes = [
  "system:kube-controller-manager",
  ...["cronjob-controller", "daemon-set-controller", "deployment-controller", "job-controller"].map(
    (name) => account("kube-system", name),
  ),
];
/** Those of EKS that bring add-ons; on EKS nobody else can have such a name. */
const eks = ["eks:addon-manager", "eks:cluster-bootstrap", "eks:service-operations"];

/** A list or text as CEL writes it. */
export const literal = (value: unknown) => JSON.stringify(value);

/** Whether whoever asks is in one of the groups. */
export const anyOf = (...of: readonly Group[]) =>
  `request.userInfo.groups.exists(g, g in ${literal(of.map((group) => groups[group]))})`;

/**
 * Controllers by their whole names, the pipelines, who made the cluster, and what else runs in a
 * cluster that is shared: service accounts, outside the platform's namespaces.
 */
const administers = [
  `request.userInfo.username in ${literal([...Object.values(controllers), ...kubernetes, ...eks])}`,
  anyOf("pipelines"),
  `request.userInfo.groups.exists(g, g in ${literal(["system:masters", "kubeadm:cluster-admins"])})`,
  `(request.userInfo.username.startsWith('system:serviceaccount:') && !(request.namespace in ${literal(Object.values(namespaces))}))`,
].join(" || ");
/** Whoever approves or erases is held to what people may do, whatever else they are. */
export const isProgram = `((${administers}) && !${anyOf("approvers", "erasers")})`;

/**
 * Whether two maps have the same keys and values, apart from these keys, given as a list in CEL;
 * those may change, come and go.
 */
export const sameBut = (after: string, before: string, but: string) =>
  `${after}.all(k, k in ${but} || (k in ${before} && ${after}[k] == ${before}[k])) && ${before}.all(k, k in ${but} || k in ${after})`;
