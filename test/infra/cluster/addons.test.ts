import { Addons } from "../../../infra/cluster/addons";
import { catalogue, catalogueReference } from "../../../infra/cluster/catalogue";
import type { ChartSettings } from "../../../infra/cluster/values/settings";
import { catalogue as allowed } from "../../../policies/rules/workloads/catalogue";
import { record, type RecordedResource } from "../../support/record";

const releaseType = "kubernetes:helm.sh/v3:Release";
const release = (resources: readonly RecordedResource[], name: string) => resources.find((resource) => resource.name === `eu-${name}`)!;
const valuesOf = (name: string, settings: ChartSettings) => catalogue.find((entry) => entry.name === name)!.values(settings);

/** All objects in a tree of values, with their paths. */
function objects(value: unknown, path = ""): [string, Record<string, unknown>][] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value).flatMap(([key, child]) => objects(child, `${path}.${key}`));
  return Array.isArray(value) ? entries : [[path, value as Record<string, unknown>], ...entries];
}

describe("the add-on catalogue", () => {
  test("is the list that the policy on releases allows, in the same order", () => {
    expect(catalogue.map(catalogueReference)).toEqual(allowed);
  });

  test.each(catalogue.map((entry) => [entry.name, entry] as const))("%s is pinned to an exact version, over https, after releases that come earlier", (_name, entry) => {
    const earlier = catalogue.slice(0, catalogue.indexOf(entry)).map((other) => other.name);
    expect(entry.version).toMatch(/^v?\d+\.\d+\.\d+$/);
    expect(entry.repository).toMatch(/^https:\/\//);
    expect(earlier).toEqual(expect.arrayContaining([...entry.after]));
  });

  test("no container that a chart is told about is without a memory limit", () => {
    const settings = { environment: "prod", target: "aws", pages: false } as const;
    for (const entry of catalogue) {
      for (const [path, value] of objects(entry.values(settings)).filter(([, value]) => "requests" in value && "limits" in value)) {
        expect([entry.name, path, value["limits"]]).toEqual([entry.name, path, expect.objectContaining({ memory: expect.any(String) })]);
      }
    }
    expect(valuesOf("argo-rollouts", settings)).toMatchObject({ controller: { resources: { limits: { memory: "512Mi" } } } });
  });

  test.each([
    ["prod", 2],
    ["dev", 1],
  ] as const)("in %s controllers have %i replicas", (environment, count) => {
    const settings = { environment, target: "aws", pages: false } as const;
    expect(valuesOf("argo-rollouts", settings)).toMatchObject({ controller: { replicas: count } });
    expect(valuesOf("keda", settings)).toMatchObject({ operator: { replicaCount: count } });
    expect(valuesOf("cert-manager", settings)).toMatchObject({ replicaCount: count, webhook: { replicaCount: count } });
  });

  test("istiod leaves traffic redirection to the node agent, so that pods stay restricted", () => {
    expect(valuesOf("istiod", { environment: "prod", target: "aws", pages: false })).toMatchObject({ cni: { enabled: true }, global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } } });
  });

  test("the gateway has no load balancer of its own", () => {
    expect(valuesOf("causeway-gateway", { environment: "prod", target: "aws", pages: false })).toMatchObject({ service: { type: "ClusterIP" } });
  });

  test("only a local cluster's kubelets are trusted without an authority", () => {
    expect(valuesOf("metrics-server", { environment: "local", target: "kubernetes", pages: false })).toMatchObject({ args: ["--kubelet-insecure-tls"] });
    expect(valuesOf("metrics-server", { environment: "prod", target: "aws", pages: false })).toMatchObject({ args: [] });
  });
});

describe("Addons", () => {
  let resources: RecordedResource[] = [];
  let ready = 0;
  beforeAll(async () => {
    resources = await record(() => {
      ready = new Addons("eu", { region: "eu-west-1", environment: "prod", target: "aws", pages: false }, []).ready.length;
    });
  });

  test("installs every entry as one release that creates no namespace and undoes a failed change", () => {
    expect(resources.filter((resource) => resource.type === releaseType)).toHaveLength(catalogue.length);
    for (const { name, version, namespace } of catalogue) {
      expect(release(resources, name).inputs).toMatchObject({ name, version, namespace, createNamespace: false, atomic: true, cleanupOnFail: true, waitForJobs: true });
    }
  });

  test.each(catalogue.flatMap((entry) => entry.after.map((before) => [entry.name, before])))("%s waits for %s", (name, before) => {
    expect(release(resources, name!).options.dependencies).toContain(release(resources, before!).urn);
  });

  test("is ready when all of its releases are", () => {
    expect(ready).toBe(catalogue.length);
  });
});
