import { customResourceDefinitions, installDefinitions } from "../../tools/e2e/cluster/crds";
import { objectsManagedBy } from "../../tools/e2e/lib/kubernetes/inventory";
import type { Cluster } from "../../tools/e2e/cluster/cluster";
import type { Context } from "../../tools/e2e/context";
import type { JsonObject } from "../../tools/e2e/lib/json";
import type { KubernetesClient } from "../../tools/e2e/lib/kubernetes/client";
import type { Project } from "../../tools/e2e/project";

/**
 * A cluster and a copy of the project whose stack runs on it; the suites of one lane have it, one
 * after the other.
 */
export interface SharedStack {
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly project: Project;
  /** Whether the stand-in provider is in use. */
  readonly standIn: boolean;
  /** Names of all objects on the cluster that this project has applied. */
  readonly objects: () => Promise<string[]>;
  /** Installs the custom resource definitions on first use, and returns them. */
  readonly definitions: () => Promise<readonly JsonObject[]>;
}

/**
 * A copy of the project, told apart by `lane` from others on the same cluster. `compiled`: see
 * Project.
 */
export async function openStack(
  context: Context,
  cluster: Cluster,
  lane: { readonly name: string; readonly compiled: boolean },
): Promise<SharedStack> {
  const client = await cluster.admin();
  const fieldManager = `causeway-e2e-${lane.name}`;
  let installed: Promise<readonly JsonObject[]> | undefined;
  const install = async (): Promise<readonly JsonObject[]> => {
    const definitions = await customResourceDefinitions();
    await installDefinitions(client, definitions);
    return definitions;
  };
  return {
    cluster,
    client,
    project: await context.project(cluster, { compiled: lane.compiled, fieldManager }),
    standIn: context.standIns.includes("pulumi-resource-kubernetes"),
    objects: () => objectsManagedBy(client, fieldManager),
    definitions: () => (installed ??= install()),
  };
}
