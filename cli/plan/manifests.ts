import { dump } from "js-yaml";
import type { RecordedResource } from "./resource";
import { isProperties, secretText, type Properties } from "./wire";

/** A file below the stack's output folder. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/**
 * Every Kubernetes object as `manifests/<region>/<kind>-<namespace>-<name>.yaml`, and the values of
 * every chart below `charts/`. Two kinds of one name, such as Istio's and the Gateway API's Gateway,
 * get numbers.
 */
export function* manifestFiles(resources: readonly RecordedResource[]): Generator<PlannedFile> {
  const seen = new Map<string, number>();
  for (const resource of resources) {
    if (!resource.type.startsWith("kubernetes:")) continue;
    const file = resource.type === releaseType ? chartFile(resource) : objectFile(resource);
    const count = (seen.get(file.path) ?? 0) + 1;
    seen.set(file.path, count);
    yield count === 1 ? file : { ...file, path: file.path.replace(/\.yaml$/, `-${count}.yaml`) };
  }
}

function objectFile({ region, inputs, urn }: RecordedResource): PlannedFile {
  const { apiVersion, kind, metadata, ...rest } = inputs;
  const named = isProperties(metadata) ? metadata : {};
  const name = [kind, named["namespace"], named["name"]]
    .filter((part) => typeof part === "string")
    .join("-");
  const object =
    kind === "Secret"
      ? { apiVersion, kind, metadata, ...rest, ...encoded(rest["data"]) }
      : { apiVersion, kind, metadata, ...rest };
  return { path: `manifests/${region}/${fileName(name)}.yaml`, text: `# ${urn}\n${yaml(object)}` };
}

/** A hidden value must still be base64, or no tool takes the Secret for valid. */
function encoded(data: unknown): Properties {
  if (!isProperties(data)) return {};
  return {
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        value === secretText ? Buffer.from(secretText).toString("base64") : value,
      ]),
    ),
  };
}

/** The values file of a chart, headed by the command that renders it. */
function chartFile({ region, inputs, name }: RecordedResource): PlannedFile {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const release = text(inputs["name"]) ?? name;
  const chart = text(inputs["chart"]) ?? "";
  const repository = isProperties(inputs["repositoryOpts"])
    ? text(inputs["repositoryOpts"]["repo"])
    : undefined;
  const command = [
    "helm template",
    release,
    chart,
    repository && `--repo ${repository}`,
    text(inputs["version"]) && `--version ${text(inputs["version"])}`,
    text(inputs["namespace"]) && `--namespace ${text(inputs["namespace"])}`,
  ];
  const path = `charts/${region}/${fileName(release)}.values.yaml`;
  return {
    path,
    text: `# ${command.filter(Boolean).join(" ")} --values ${path}\n${yaml(inputs["values"] ?? {})}`,
  };
}

function yaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1, skipInvalid: true });
}

function fileName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
}
