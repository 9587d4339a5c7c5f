import { jsonOrNothing } from "../services/contract/json";
import { record, text } from "./resources";
import { sameKind, type ResourceView } from "./rule";

export const elasticsearchType = "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch";
export const kibanaType = "kubernetes:kibana.k8s.elastic.co/v1:Kibana";
export const beatType = "kubernetes:beat.k8s.elastic.co/v1beta1:Beat";

/**
 * Settings of a program by their full name, whether they are written as `a.b.c`, as nested objects,
 * or as both.
 */
export function settingsOf(config: unknown, prefix = ""): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(record({ config }, "config"))) {
    const name = `${prefix}${key}`;
    found.set(name, value);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [inner, each] of settingsOf(value, `${name}.`)) found.set(inner, each);
  }
  return found;
}

/** Whether a resource is a ConfigMap with requests that Elasticsearch is sent. */
export function isLogSettings({ type, props }: ResourceView): boolean {
  return (
    sameKind(type, "kubernetes:core/v1:ConfigMap") &&
    record(props, "metadata.labels")["app.kubernetes.io/component"] === "log-settings"
  );
}

/**
 * Bodies of the requests in such a ConfigMap by their path; one whose body is missing or no JSON
 * has none.
 */
export function logRequests({ props }: ResourceView): ReadonlyMap<string, unknown> {
  const files = record(props, "data");
  const lines = (text(props, "data.requests") ?? "").split("\n").map((line) => line.split(" "));
  return new Map(
    lines.flatMap(([, path, file]) =>
      path === undefined || file === undefined
        ? []
        : [[path, jsonOrNothing(String(files[file] ?? ""))] as const],
    ),
  );
}
