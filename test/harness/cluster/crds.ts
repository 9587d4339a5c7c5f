import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import * as path from "node:path";
import { loadAll } from "js-yaml";
import { isJsonArray, isJsonObject, toJsonObject } from "../lib/json";
import { ApiError } from "../lib/kubernetes/client";
import { downloadModule, findGo } from "../toolchain/go";
import type { JsonObject } from "../lib/json";
import type { KubernetesClient } from "../lib/kubernetes/client";

interface DefinitionSource {
  readonly module: string;
  readonly version: string;
  /** One YAML file, or a folder whose YAML files all count. */
  readonly at: string;
  /** Kinds that count. @default all */
  readonly kinds?: readonly string[];
}

/**
 * Where the custom resource definitions of every API that the program uses are published, at the
 * versions of the add-on catalogue; an API server spends much on each.
 */
const SOURCES: readonly DefinitionSource[] = [
  { module: "github.com/argoproj/argo-rollouts", version: "1.8.3", at: "manifests/crds" },
  // The definitions with all fields, so that the server checks them; of the kinds that the program
  // creates.
  {
    module: "github.com/argoproj/argo-workflows/v3",
    version: "3.7.2",
    at: "manifests/base/crds/full/argoproj.io_workflowtemplates.yaml",
  },
  {
    module: "github.com/argoproj/argo-workflows/v3",
    version: "3.7.2",
    at: "manifests/base/crds/full/argoproj.io_cronworkflows.yaml",
  },
  // Nothing of ours creates one; who may, admission is asked.
  {
    module: "github.com/argoproj/argo-workflows/v3",
    version: "3.7.2",
    at: "manifests/base/crds/minimal/argoproj.io_workflows.yaml",
  },
  { module: "github.com/argoproj/argo-events", version: "1.9.6", at: "manifests/base/crds" },
  { module: "github.com/kedacore/keda/v2", version: "2.18.0", at: "config/crd/bases" },
  {
    module: "istio.io/api",
    version: "1.31.4",
    at: "kubernetes/customresourcedefinitions.gen.yaml",
  },
  {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "0.87.1",
    at: "example/prometheus-operator-crd",
  },
  { module: "github.com/cert-manager/cert-manager", version: "1.19.0", at: "deploy/crds" },
  // EKS Auto Mode serves Karpenter's pools of nodes.
  {
    module: "sigs.k8s.io/karpenter",
    version: "1.8.0",
    at: "pkg/apis/crds/karpenter.sh_nodepools.yaml",
  },
  {
    module: "github.com/elastic/cloud-on-k8s/v3",
    version: "3.2.0",
    at: "config/crds/v1/all-crds.yaml",
    kinds: ["Elasticsearch", "Kibana", "Beat"],
  },
];

const COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const KIND = "CustomResourceDefinition";
const SERVED_TIMEOUT_MS = 60_000;

async function yamlFiles(at: string): Promise<string[]> {
  if (/\.ya?ml$/.test(at)) return [at];
  return (await readdir(at))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => path.join(at, name));
}

/** The definitions in one module; other objects in the same files do not count. */
async function definitionsOf(go: string, source: DefinitionSource): Promise<JsonObject[]> {
  const { dir } = await downloadModule(go, source.module, source.version);
  const texts = await Promise.all(
    (await yamlFiles(path.join(dir, source.at))).map((file) => readFile(file, "utf8")),
  );
  return texts
    .flatMap((text) => loadAll(text).map(toJsonObject))
    .filter(
      (object) => object["kind"] === KIND && (source.kinds?.includes(kindOf(object)) ?? true),
    );
}

/**
 * A definition in full, of a module whose definitions are installed without their fields.
 */
export async function definitionIn(module: string, at: string): Promise<JsonObject> {
  const source = SOURCES.find((candidate) => candidate.module === module);
  if (source === undefined) throw new Error(`${module} is the source of no definition`);
  const [definition] = await definitionsOf(await findGo(), { ...source, at });
  if (definition === undefined) throw new Error(`${module} has no definition at ${at}`);
  return definition;
}

/** The kind that a definition defines. */
function kindOf({ spec }: JsonObject): string {
  return isJsonObject(spec) && isJsonObject(spec["names"]) ? String(spec["names"]["kind"]) : "";
}

/** Stand-ins of the definitions that EKS alone has. */
const EKS_DEFINITIONS = readFileSync(path.join(__dirname, "eks-definitions.yaml"), "utf8");

/** Changes whenever another version or another source of definitions is used. */
export const DEFINITIONS_DIGEST = createHash("sha256")
  .update(JSON.stringify(SOURCES))
  .update(EKS_DEFINITIONS)
  .digest("hex")
  .slice(0, 12);

export async function customResourceDefinitions(): Promise<JsonObject[]> {
  const go = await findGo();
  const lists = await Promise.all(
    SOURCES.map(async (source) => {
      const definitions = await definitionsOf(go, source);
      if (definitions.length === 0)
        throw new Error(
          `${source.module}@v${source.version} has no custom resource definitions at ${source.at}`,
        );
      return definitions;
    }),
  );
  return [...lists.flat(), ...loadAll(EKS_DEFINITIONS).map(toJsonObject)];
}

/** Group versions that the definitions serve, each with the kinds in it. */
export function servedKinds(
  definitions: readonly JsonObject[],
): ReadonlyMap<string, readonly string[]> {
  const served = new Map<string, string[]>();
  for (const { spec } of definitions) {
    if (!isJsonObject(spec) || !isJsonObject(spec["names"]) || !isJsonArray(spec["versions"]))
      continue;
    const { kind } = spec["names"];
    for (const version of spec["versions"]
      .filter(isJsonObject)
      .filter((candidate) => candidate["served"] === true)) {
      const groupVersion = `${String(spec["group"])}/${String(version["name"])}`;
      served.set(groupVersion, [...(served.get(groupVersion) ?? []), String(kind)]);
    }
  }
  return served;
}

async function servesAll(
  client: KubernetesClient,
  groupVersion: string,
  kinds: readonly string[],
): Promise<boolean> {
  const { resources } = await client.call("GET", `/apis/${groupVersion}`);
  const served = (isJsonArray(resources) ? resources.filter(isJsonObject) : []).map(
    (resource) => resource["kind"],
  );
  return kinds.every((kind) => served.includes(kind));
}

async function servesEverything(
  client: KubernetesClient,
  definitions: readonly JsonObject[],
): Promise<boolean> {
  const answers = [...servedKinds(definitions)].map(([groupVersion, kinds]) =>
    servesAll(client, groupVersion, kinds).catch(() => false),
  );
  return !(await Promise.all(answers)).includes(false);
}

/**
 * Waits until the server serves every kind; after a restart of the server this takes a moment
 * again.
 */
export async function definitionsServed(
  client: KubernetesClient,
  definitions: readonly JsonObject[],
): Promise<void> {
  const until = Date.now() + SERVED_TIMEOUT_MS;
  while (!(await servesEverything(client, definitions))) {
    if (Date.now() > until)
      throw new Error(
        `some of ${definitions.length} custom resource definitions are not served after ${SERVED_TIMEOUT_MS / 1000} s`,
      );
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Installs definitions as an administrator would; one that exists already is left as it is. */
export async function installDefinitions(
  client: KubernetesClient,
  definitions: readonly JsonObject[],
): Promise<void> {
  if (await servesEverything(client, definitions)) return;
  await Promise.all(
    definitions.map((definition) =>
      client.call("POST", COLLECTION, definition).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.status === 409)) throw error;
      }),
    ),
  );
  await definitionsServed(client, definitions);
}
