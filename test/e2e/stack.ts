import { customResourceDefinitions, installDefinitions } from "../harness/cluster/crds";
import { objectsManagedBy } from "../harness/lib/kubernetes/inventory";
import type { Cluster } from "../harness/cluster/cluster";
import type { Context } from "../harness/context";
import type { JsonObject } from "../harness/lib/json";
import type { KubernetesClient } from "../harness/lib/kubernetes/client";
import type { Project } from "../harness/project";

/**
 * A cluster and a copy of the project whose stack runs on it; the suites of one lane have it, one
 * after the other.
 */
export interface SharedStack {
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly project: Project;
  /** Whose fields the objects of this project are on the cluster. */
  readonly fieldManager: string;
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
    fieldManager,
    project: await context.project(cluster, { compiled: lane.compiled, fieldManager }),
    standIn: context.standIns.includes("pulumi-resource-kubernetes"),
    objects: () => objectsManagedBy(client, fieldManager),
    definitions: () => (installed ??= install()),
  };
}
