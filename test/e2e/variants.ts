import type { Variant } from "../harness/project";

/** A change that a reviewer would not want, and the rule that must stop it. */
export interface Violation extends Variant {
  readonly title: string;
  readonly rule: string;
}

const ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout";
const POD = "spec.template.spec";
const CONTAINER = `${POD}.containers[0]`;

const rbac = (kind: string, name: string, rest: Readonly<Record<string, unknown>>) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name },
  ...rest,
});

/** Each is shown to stop an `up` on its own. */
export const VIOLATIONS: readonly Violation[] = [
  {
    title: "a privileged container",
    rule: "workloads-pod-privileged",
    mutations: [{ type: ROLLOUT, path: `${CONTAINER}.securityContext.privileged`, value: true }],
  },
  {
    title: "an image by tag instead of digest",
    rule: "workloads-pod-image-digest",
    mutations: [
      { type: ROLLOUT, path: `${CONTAINER}.image`, value: "registry.example/model:1.0.0" },
    ],
  },
  {
    title: "a container without limits",
    rule: "workloads-pod-limits",
    mutations: [
      {
        type: ROLLOUT,
        path: `${CONTAINER}.resources`,
        value: { requests: { cpu: "100m", memory: "64Mi" } },
      },
    ],
  },
  {
    title: "a container that runs as root",
    rule: "workloads-pod-run-as-non-root",
    mutations: [
      { type: ROLLOUT, path: `${POD}.securityContext.runAsNonRoot`, value: false },
      { type: ROLLOUT, path: `${CONTAINER}.securityContext.runAsNonRoot`, value: false },
    ],
  },
  {
    title: "a namespace without the restricted Pod Security Standard",
    rule: "workloads-namespace-pod-security",
    mutations: [
      {
        type: "kubernetes:core/v1:Namespace",
        path: 'metadata.labels["pod-security.kubernetes.io/enforce"]',
        value: "privileged",
      },
    ],
  },
  {
    title: "permissive mutual TLS",
    rule: "encryption-mesh-strict",
    mutations: [
      {
        type: "kubernetes:security.istio.io/v1:PeerAuthentication",
        path: "spec.mtls.mode",
        value: "PERMISSIVE",
      },
    ],
  },
  {
    title: "a binding of cluster-admin",
    rule: "access-binding-cluster-admin",
    extraObjects: [
      rbac("ClusterRoleBinding", "e2e-shortcut", {
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: "cluster-admin",
        },
        subjects: [
          { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "causeway:ml-engineers" },
        ],
      }),
    ],
  },
  {
    title: "an authorization policy that allows everything",
    rule: "access-mesh-allow-all",
    mutations: [
      {
        type: "kubernetes:security.istio.io/v1:AuthorizationPolicy",
        path: "spec.rules",
        value: [{}],
      },
    ],
  },
  {
    title: "a high-risk model that is released without a person's decision",
    rule: "governance-model-approval-channel",
    mutations: [{ type: "causeway:serving:ModelService", path: "channel", value: "automatic" }],
  },
  {
    title: "an autoscaler that takes lost metrics for no load",
    rule: "reliability-scaled-object-null-values",
    mutations: [
      {
        type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
        path: "spec.triggers[1].metadata.ignoreNullValues",
        value: "true",
      },
    ],
  },
];

/** Shown together with all others: each takes seconds. */
export const MORE_VIOLATIONS: readonly Violation[] = [
  {
    title: "a destination without mutual TLS",
    rule: "encryption-destination-tls",
    mutations: [
      {
        type: "kubernetes:networking.istio.io/v1:DestinationRule",
        path: "spec.trafficPolicy.tls",
        value: { mode: "DISABLE" },
      },
    ],
  },
  {
    title: "a pod on the network of its host",
    rule: "workloads-pod-host-namespaces",
    mutations: [{ type: ROLLOUT, path: `${POD}.hostNetwork`, value: true }],
  },
  {
    title: "a role with wildcards",
    rule: "access-rbac-wildcard",
    extraObjects: [
      rbac("ClusterRole", "e2e-everything", {
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
      }),
    ],
  },
  {
    title: "a model without an owner",
    rule: "governance-model-owner",
    mutations: [{ type: "causeway:serving:ModelService", path: "ownerTeam", value: "" }],
  },
  {
    title: "a rollout without analysis",
    rule: "reliability-rollout-analysis",
    mutations: [
      {
        type: ROLLOUT,
        path: "spec.strategy.canary",
        value: { steps: [{ setWeight: 50 }, { pause: {} }] },
      },
    ],
  },
];
