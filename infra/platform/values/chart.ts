import type * as pulumi from "@pulumi/pulumi";
import type { RetrainingRoute } from "../../observability/alertmanager";
import type { Environment } from "../../../services/contract/environments";

/** Where a cluster runs: on EKS, or anywhere that a kubeconfig names. */
export type Target = "aws" | "kubernetes";

/** Amazon Managed Prometheus, which holds the metrics of all regions. */
export interface SharedWorkspace {
  readonly remoteWriteUrl: pulumi.Input<string>;
  /** Address that queries go to. */
  readonly queryUrl: pulumi.Input<string>;
  /** Region of the workspace, which requests are signed for. */
  readonly region: string;
}

/** What the values of a chart depend on. */
export interface ChartSettings {
  readonly region: string;
  /** Name of the cluster, by which its metrics are told from those of other regions. */
  readonly clusterName: string;
  readonly environment: Environment;
  readonly target: Target;
  /** Whether Alertmanager has addresses of people. */
  readonly pages: boolean;
  /** What starts a retraining by way of this region. @default its own alerts */
  readonly retrainingRoute?: RetrainingRoute | undefined;
  /** Whether a model of the region asks for a GPU. */
  readonly gpu: boolean;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** @default metrics stay in the cluster */
  readonly workspace?: SharedWorkspace | undefined;
}

/** Values of a chart, as Helm takes them. */
export type Values = Readonly<Record<string, unknown>>;

/** Replicas of a controller: in prod the loss of a node must not stop it. */
export function replicas({ environment }: Pick<ChartSettings, "environment">): number {
  return environment === "prod" ? 2 : 1;
}

/**
 * Requests and limits; the memory limit is also the request, so that a controller is never evicted
 * for growing within its limit.
 */
export function resources(cpu: string, memory: string, cpuLimit = "1"): Values {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory } };
}

/** Security context of a pod under the restricted Pod Security Standard. */
export const podSecurity = {
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** The same for a pod of one user and group. */
export function podUser(id: number): Values {
  return { ...podSecurity, runAsUser: id, runAsGroup: id, fsGroup: id };
}

/** Security context of a container under the restricted Pod Security Standard. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/**
 * Keeps the replicas of a controller on nodes of their own where there are enough; for charts that
 * take no {@link spread}.
 */
export function apart(labels: Readonly<Record<string, string>>): Values {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: "kubernetes.io/hostname",
            labelSelector: { matchLabels: labels },
          },
        },
      ],
    },
  };
}

/** Spreads the replicas of a controller over zones and nodes. */
export function spread(labels: Readonly<Record<string, string>>): Values[] {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: labels },
  }));
}
