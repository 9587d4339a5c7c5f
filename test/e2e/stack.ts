import { customResourceDefinitions, installDefinitions } from "../../tools/e2e/cluster/crds";
import type { Cluster } from "../../tools/e2e/cluster/cluster";
import type { Context } from "../../tools/e2e/context";
import type { JsonObject } from "../../tools/e2e/lib/json";
import type { KubernetesClient } from "../../tools/e2e/lib/kubernetes/client";
import type { Project } from "../../tools/e2e/project";

/** A cluster and a copy of the project whose stack runs on it; the suites of one lane share it, one after the other. */
export interface SharedStack {
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly project: Project;
  /** Whether the stand-in provider is in use. */
  readonly standIn: boolean;
  /** Installs the custom resource definitions on first use, and returns them. */
  readonly definitions: () => Promise<readonly JsonObject[]>;
  readonly close: () => Promise<void>;
}

export async function openStack(context: Context): Promise<SharedStack> {
  const cluster = await context.cluster();
  try {
    const client = await cluster.admin();
    let installed: Promise<readonly JsonObject[]> | undefined;
    const install = async (): Promise<readonly JsonObject[]> => {
      const definitions = await customResourceDefinitions();
      await installDefinitions(client, definitions);
      return definitions;
    };
    return {
      cluster, client,
      project: await context.project(cluster),
      standIn: context.standIns.includes("pulumi-resource-kubernetes"),
      definitions: () => (installed ??= install()),
      close: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
