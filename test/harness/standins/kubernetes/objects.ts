// Part of the stand-in for the Kubernetes provider: what a resource's inputs say about the object
// on the server.
import { isJsonObject, revealObject } from "../../lib/json";
import type { Json, JsonObject } from "../../lib/json";
import type { ObjectReference } from "../../lib/kubernetes/client";

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function metadataOf(object: JsonObject): JsonObject {
  const { metadata } = object;
  return isJsonObject(metadata) ? metadata : {};
}

/** Which object the inputs describe; `namespaced` comes from the server's discovery. */
export function referenceOf(inputs: JsonObject, namespaced: boolean): ObjectReference {
  const object = revealObject(inputs);
  const { name, namespace } = metadataOf(object);
  const apiVersion = text(object["apiVersion"]);
  const kind = text(object["kind"]);
  const objectName = text(name);
  if (apiVersion === undefined || kind === undefined || objectName === undefined) {
    throw new Error(
      `a Kubernetes object needs apiVersion, kind and metadata.name; got ${apiVersion ?? "?"} ${kind ?? "?"} ${objectName ?? "?"}`,
    );
  }
  return {
    apiVersion,
    kind,
    name: objectName,
    ...(namespaced ? { namespace: text(namespace) ?? "default" } : {}),
  };
}

export function objectId({ namespace, name }: ObjectReference): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Fields that the API server does not let anyone change, by kind; every other field is updated in
 * place.
 */
const IMMUTABLE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  ClusterRoleBinding: ["roleRef"],
  Job: ["spec.template", "spec.selector", "spec.completionMode"],
  PersistentVolumeClaim: ["spec.storageClassName", "spec.accessModes", "spec.volumeName"],
  RoleBinding: ["roleRef"],
  Secret: ["type"],
  Service: ["spec.clusterIP"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
};

const IDENTITY_FIELDS = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** Which of the changed fields can only change by a new object. */
export function replacingFields(kind: Json | undefined, changed: readonly string[]): string[] {
  const immutable = [...IDENTITY_FIELDS, ...(IMMUTABLE_FIELDS[text(kind) ?? ""] ?? [])];
  return changed.filter((field) =>
    immutable.some((path) => field === path || field.startsWith(`${path}.`)),
  );
}
