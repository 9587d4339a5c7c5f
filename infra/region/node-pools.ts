import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { labelKeys } from "../../services/contract/labels";

/** Kinds of nodes: for everything, and for models that ask for an accelerator. */
export const nodeKinds = ["general", "gpu"] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** What decides the nodes of a cluster. */
export interface NodeSettings {
  readonly environment: Environment;
  /** Name of the nodes' IAM role. */
  readonly roleName: pulumi.Input<string>;
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
  /** Key that encrypts the nodes' own storage. */
  readonly volumesKeyArn: pulumi.Input<string>;
}

/** Storage of a node: images of models with an accelerator are large. */
const storage = { general: "80Gi", gpu: "200Gi" } as const satisfies Record<NodeKind, string>;

/** Most that a pool may grow to: a runaway autoscaler must not spend without end. */
const limits = {
  general: { dev: { cpu: "64", memory: "256Gi" }, prod: { cpu: "1000", memory: "4000Gi" } },
  gpu: { dev: { "nvidia.com/gpu": "2" }, prod: { "nvidia.com/gpu": "32" } },
} as const satisfies Record<NodeKind, Record<"dev" | "prod", Record<string, string>>>;

const instanceCategories = { general: ["c", "m", "r"], gpu: ["g"] } as const satisfies Record<
  NodeKind,
  readonly string[]
>;

/**
 * Spec of a `NodeClass` (`eks.amazonaws.com/v1`): private subnets, encrypted storage, and network
 * policies that are logged. Policies stay `DefaultAllow` at the node, because add-ons outside our
 * namespaces have none; our namespaces deny by default.
 */
export function nodeClassSpec(kind: NodeKind, settings: NodeSettings) {
  return {
    role: settings.roleName,
    subnetSelectorTerms: settings.subnetIds.map((id) => ({ id })),
    securityGroupSelectorTerms: [{ id: settings.securityGroupId }],
    snatPolicy: "Random",
    networkPolicy: "DefaultAllow",
    networkPolicyEventLogs: "Enabled",
    ephemeralStorage: {
      size: storage[kind],
      iops: 3000,
      throughput: 125,
      kmsKeyID: settings.volumesKeyArn,
    },
  };
}

/** Spec of a `NodePool` (`karpenter.sh/v1`) whose nodes are of the class. */
export function nodePoolSpec(kind: NodeKind, nodeClass: string, environment: Environment) {
  const size = environment === "prod" ? "prod" : "dev";
  const capacity = environment === "prod" || kind === "gpu" ? ["on-demand"] : ["on-demand", "spot"];
  return {
    template: {
      metadata: { labels: { [labelKeys.nodes]: kind } },
      spec: {
        nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: nodeClass },
        // Only pods that ask for an accelerator may land on nodes that have one.
        ...(kind === "gpu"
          ? { taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] }
          : {}),
        requirements: [
          {
            key: "eks.amazonaws.com/instance-category",
            operator: "In",
            values: [...instanceCategories[kind]],
          },
          { key: "eks.amazonaws.com/instance-generation", operator: "Gt", values: ["4"] },
          // What these send to each other AWS encrypts (Nitro, AES-256-GCM): metrics and webhooks
          // inside the cluster have no TLS of their own.
          {
            key: "eks.amazonaws.com/instance-encryption-in-transit-supported",
            operator: "In",
            values: ["true"],
          },
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: capacity },
        ],
        // Fresh nodes carry fresh patches. The grace period ends a drain that a disruption budget
        // blocks, so `destroy` cannot hang.
        expireAfter: "336h",
        terminationGracePeriod: environment === "prod" ? "1h" : "15m",
      },
    },
    disruption: {
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      consolidateAfter: "5m",
      budgets: [{ nodes: "10%" }],
    },
    limits: limits[kind][size],
    weight: kind === "general" ? 10 : 1,
  };
}
