import { isJsonObject, revealObject } from "../harness/lib/json";
import { stateResources } from "../harness/lib/pulumi";
import type { JsonObject } from "../harness/lib/json";
import type { KubernetesClient, ObjectReference } from "../harness/lib/kubernetes/client";
import type { Project } from "../harness/project";
import { referenceOf } from "../harness/standins/kubernetes/objects";

/** One Kubernetes object that the state says exists. */
export interface StateObject {
  readonly urn: string;
  readonly reference: ObjectReference;
  readonly inputs: JsonObject;
}

/** Kubernetes objects in the stack's state; Helm releases and the provider are not objects. */
export async function stateObjects(
  project: Project,
  client: KubernetesClient,
): Promise<StateObject[]> {
  const resources = stateResources(await project.export()).filter(
    ({ inputs }) => inputs["apiVersion"] !== undefined && inputs["kind"] !== undefined,
  );
  return Promise.all(
    resources.map(async ({ urn, inputs }) => {
      const plain = revealObject(inputs);
      const { namespaced } = await client.resourceType(
        String(plain["apiVersion"]),
        String(plain["kind"]),
      );
      return { urn, inputs: plain, reference: referenceOf(plain, namespaced) };
    }),
  );
}

export function ofKind(objects: readonly StateObject[], kind: string): StateObject[] {
  return objects.filter(({ reference }) => reference.kind === kind);
}

/** The value at a path of keys and indexes, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}

const POD_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Rollout: ["spec", "template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Pod: [],
};

/**
 * A bare pod as the workload's controller would create it, or undefined for what is no workload.
 */
export function podOf({ reference, inputs }: StateObject): JsonObject | undefined {
  const path = POD_TEMPLATES[reference.kind];
  const template = path === undefined ? undefined : at(inputs, ...path);
  if (!isJsonObject(template as JsonObject)) return undefined;
  const { metadata, spec } = template as JsonObject;
  return {
    apiVersion: "v1",
    kind: "Pod",
    spec: spec ?? {},
    metadata: {
      ...(isJsonObject(metadata) ? metadata : {}),
      generateName: `${reference.name}-`,
      namespace: reference.namespace ?? "default",
    },
  };
}
