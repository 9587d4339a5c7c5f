import { loadAll } from "js-yaml";
import { manifestFiles, type PlannedFile } from "../../../cli/plan/manifests";
import type { RecordedResource } from "../../../cli/plan/resource";
import { record } from "../../support/record";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { smallProgram } from "./fixture";

const manifestsOf = (resources: readonly RecordedResource[]) => [...manifestFiles(resources)];

function file(files: readonly PlannedFile[], path: string): PlannedFile {
  const found = files.find((candidate) => candidate.path === path);
  if (!found)
    throw new Error(`no ${path} in ${files.map((candidate) => candidate.path).join(", ")}`);
  return found;
}

describe("manifest files", () => {
  it("are one for each Kubernetes object, by region, kind, namespace and name, and one for the values of each chart", async () => {
    const files = manifestsOf(await record(smallProgram));
    const of = (region: string) => [
      `charts/${region}/keda.values.yaml`,
      `manifests/${region}/configmap-models-loan-approval.yaml`,
      `manifests/${region}/namespace-models.yaml`,
      `manifests/${region}/secret-models-loan-approval.yaml`,
    ];
    expect(files.map((found) => found.path).sort()).toEqual(
      [...of("eu-west-1"), ...of("eu-central-1")].sort(),
    );
  });

  it("hold the object as the cluster gets it, with its URN above", async () => {
    const { text } = file(
      manifestsOf(await record(smallProgram)),
      "manifests/eu-west-1/configmap-models-loan-approval.yaml",
    );
    expect(text).toMatch(
      /^# urn:pulumi:test::causeway::causeway:regional:RegionalPlatform\$causeway:serving:ModelService\$kubernetes:core\/v1:ConfigMap::eu-west-1-loan-approval-map\n/,
    );
    expect(loadAll(text)).toEqual([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "loan-approval", namespace: "models" },
        data: { store: "data", rule: '<b>"yes" & no</b>' },
      },
    ]);
  });

  it("hide secrets in a way that is still valid", async () => {
    const { text } = file(
      manifestsOf(await record(smallProgram)),
      "manifests/eu-west-1/secret-models-loan-approval.yaml",
    );
    const [secret] = loadAll(text) as [{ data: { key: string } }];
    expect(Buffer.from(secret.data.key, "base64").toString()).toBe("[secret]");
  });

  it("begin a chart's values with the command that renders them", async () => {
    const { text } = file(
      manifestsOf(await record(smallProgram)),
      "charts/eu-west-1/keda.values.yaml",
    );
    expect(text).toBe(
      "# helm template keda keda --repo https://charts.example.com --version 2.18.0 --namespace keda --values charts/eu-west-1/keda.values.yaml\nreplicas: 2\n",
    );
  });

  it("number two kinds of one name", async () => {
    const resources = await record(() => {
      for (const group of ["networking.istio.io", "gateway.networking.k8s.io"])
        new CustomResource(group, {
          apiVersion: `${group}/v1`,
          kind: "Gateway",
          metadata: { name: "main", namespace: "edge" },
        });
    });
    expect(manifestsOf(resources).map((found) => found.path)).toEqual([
      "manifests/global/gateway-edge-main.yaml",
      "manifests/global/gateway-edge-main-2.yaml",
    ]);
  });
});
