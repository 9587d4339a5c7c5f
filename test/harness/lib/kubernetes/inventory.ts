import { isJsonArray, isJsonObject } from "../json";
import { ApiError } from "./client";
import type { Json, JsonObject } from "../json";
import type { KubernetesClient } from "./client";

function objects(value: Json | undefined): JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

/**
 * Every group version that the server serves, such as `v1` and `apps/v1`; of a group only the
 * preferred version.
 */
async function groupVersions(client: KubernetesClient): Promise<string[]> {
  const { groups } = await client.call("GET", "/apis");
  const preferred = objects(groups).flatMap(({ preferredVersion }) =>
    isJsonObject(preferredVersion) ? [String(preferredVersion["groupVersion"])] : [],
  );
  return ["v1", ...preferred];
}

async function listable(client: KubernetesClient, groupVersion: string): Promise<string[]> {
  const base = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
  const { resources } = await client.call("GET", base);
  return objects(resources)
    .filter(({ verbs }) => isJsonArray(verbs) && verbs.includes("list"))
    .map(({ name }) => `${base}/${String(name)}`);
}

function describeItem(path: string, item: JsonObject): string {
  const metadata = isJsonObject(item["metadata"]) ? item["metadata"] : {};
  const { namespace, name } = metadata;
  return `${path.split("/").pop() ?? path} ${typeof namespace === "string" ? `${namespace}/` : ""}${String(name)}`;
}

function managers(item: JsonObject): string[] {
  const metadata = isJsonObject(item["metadata"]) ? item["metadata"] : {};
  return objects(metadata["managedFields"]).map((entry) => String(entry["manager"]));
}

/** Names of all objects of every kind that one field manager has applied. */
export async function objectsManagedBy(
  client: KubernetesClient,
  fieldManager: string,
): Promise<string[]> {
  const paths = (
    await Promise.all((await groupVersions(client)).map((version) => listable(client, version)))
  ).flat();
  const found = await Promise.all(
    paths.map(async (path) => {
      const list = await client.call("GET", path).catch((error: unknown) => {
        if (error instanceof ApiError && (error.status === 404 || error.status === 405))
          return undefined;
        throw error;
      });
      return objects(list?.["items"])
        .filter((item) => managers(item).includes(fieldManager))
        .map((item) => describeItem(path, item));
    }),
  );
  return found.flat().sort();
}
