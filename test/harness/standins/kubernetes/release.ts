// Part of the stand-in for the Kubernetes provider: a Helm release is recorded in the state, its
// chart is not installed.
import { isJsonObject, revealObject } from "../../lib/json";
import type { Json, JsonObject } from "../../lib/json";

export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** Helm releases get a name of their own when the program gives none. */
export function releaseInputs(inputs: JsonObject, fallbackName: string): JsonObject {
  return { ...inputs, name: inputs["name"] ?? fallbackName };
}

export function releaseId(inputs: JsonObject): string {
  const { namespace, name } = revealObject(inputs);
  return `${typeof namespace === "string" ? namespace : "default"}/${typeof name === "string" ? name : "release"}`;
}

function field(object: JsonObject, name: string): Json {
  return object[name] ?? null;
}

/**
 * The outputs that a program may read from an installed release, as far as they are known without a
 * chart.
 */
export function releaseOutputs(inputs: JsonObject): JsonObject {
  const plain = revealObject(inputs);
  const status = {
    status: "deployed",
    revision: 1,
    name: field(plain, "name"),
    namespace: field(plain, "namespace"),
    chart: field(plain, "chart"),
    version: field(plain, "version"),
  };
  return { ...inputs, status };
}

export function releaseMessage(inputs: JsonObject): string {
  const { chart, version, repositoryOpts } = revealObject(inputs);
  const repository =
    isJsonObject(repositoryOpts) && typeof repositoryOpts["repo"] === "string"
      ? ` from ${repositoryOpts["repo"]}`
      : "";
  return `stand-in: Helm release of chart ${String(chart)} ${String(version)}${repository} is recorded, not installed`;
}
