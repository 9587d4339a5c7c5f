import { rule as limitRange } from "../../../../policies/rules/workloads/namespace-limit-range";
import { rule as podSecurity } from "../../../../policies/rules/workloads/namespace-pod-security";
import { rule as quota } from "../../../../policies/rules/workloads/namespace-quota";
import { rule as hostPath } from "../../../../policies/rules/workloads/volume-host-path";
import type { ResourceView } from "../../../../policies/rule";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

const enforce = "pod-security.kubernetes.io/enforce";
const goodNamespace = {
  metadata: { name: "causeway-models", labels: { [enforce]: "restricted" } },
};

ruleSuite(podSecurity, {
  type: "kubernetes:core/v1:Namespace",
  good: goodNamespace,
  deviations: {
    "no label": (g) => ({
      deviant: unset(g, "metadata.labels"),
      message:
        /Namespace "causeway-models" must set the label pod-security.kubernetes.io\/enforce to restricted, got nothing/,
    }),
    "a weaker standard": (g) => ({
      ...g,
      metadata: { name: "causeway-models", labels: { [enforce]: "baseline" } },
    }),
    "the exception of another namespace": (g) => ({
      ...g,
      metadata: { name: "causeway-models", labels: { [enforce]: "privileged" } },
    }),
  },
  configured: [
    {
      title: "a namespace that may be privileged",
      parameters: { privileged: ["causeway-models"] },
      subject: (g) => ({
        ...g,
        metadata: { name: "causeway-models", labels: { [enforce]: "privileged" } },
      }),
      fires: false,
    },
    {
      title: "privileged pods in a namespace that may be at baseline",
      parameters: { baseline: ["causeway-models"] },
      subject: (g) => ({
        ...g,
        metadata: { name: "causeway-models", labels: { [enforce]: "privileged" } },
      }),
      fires: true,
    },
  ],
});

const inNamespace = (kind: string, cluster: string): ResourceView => ({
  type: `kubernetes:core/v1:${kind}`,
  name: `${cluster}-${kind}`,
  props: { metadata: { name: "all", namespace: "causeway-models" }, spec: {} },
});
const cluster = (name: string): ResourceView[] => [
  { type: "kubernetes:core/v1:Namespace", name: `${name}-models`, props: goodNamespace },
  inNamespace("ResourceQuota", name),
  inNamespace("LimitRange", name),
  {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: `${name}-deny`,
    props: {
      metadata: { name: "default-deny", namespace: "causeway-models" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    },
  },
];
const good = [...cluster("one"), ...cluster("two")];

for (const [rule, kind] of [
  [quota, "ResourceQuota"],
  [limitRange, "LimitRange"],
] as const) {
  ruleSuite(rule, {
    good,
    deviations: {
      [`no ${kind} in the second cluster`]: (g) => ({
        deviant: g.filter(({ name }) => name !== `two-${kind}`),
        message: new RegExp(
          `Namespace "causeway-models" must have a ${kind} in each cluster, got 1 in the stack`,
        ),
      }),
      [`a ${kind} in another namespace`]: (g) =>
        g.map((resource) =>
          resource.name === `one-${kind}`
            ? { ...resource, props: set(resource.props, "metadata.namespace", "other") }
            : resource,
        ),
    },
    configured: [
      {
        title: "an exempt namespace",
        parameters: { exempt: ["causeway-models"] },
        subject: (g) => g.filter(({ type }) => !type.endsWith(kind)),
        fires: false,
      },
    ],
  });
}

ruleSuite(hostPath, {
  type: "kubernetes:core/v1:PersistentVolume",
  good: {
    metadata: { name: "rows" },
    spec: {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "causeway-encrypted",
      csi: { driver: "ebs.csi.eks.amazonaws.com", volumeHandle: "vol-1" },
    },
  },
  deviations: {
    "a folder of a node": (good) => ({
      deviant: set(good, "spec.hostPath", { path: "/" }),
      message: /^PersistentVolume "rows" must not be a folder of a node, got hostPath$/,
    }),
    "a disk of a node": (good) => ({
      deviant: set(good, "spec.local", { path: "/mnt" }),
      message: /got local$/,
    }),
  },
});
