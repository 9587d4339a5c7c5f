import type { Cluster } from "../../tools/e2e/cluster/cluster";
import type { Context } from "../../tools/e2e/context";
import type { KubernetesClient } from "../../tools/e2e/lib/kubernetes/client";
import type { Project } from "../../tools/e2e/project";

/** A cluster and a copy of the project whose stack runs on it. */
export interface SharedStack {
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly project: Project;
  /** Whether the stand-in provider is in use. */
  readonly standIn: boolean;
  readonly close: () => Promise<void>;
}

export async function openStack(context: Context): Promise<SharedStack> {
  const cluster = await context.cluster();
  try {
    return {
      cluster,
      client: await cluster.admin(),
      project: await context.project(cluster),
      standIn: context.standIns.includes("pulumi-resource-kubernetes"),
      close: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
