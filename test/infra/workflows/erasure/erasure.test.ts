import {
  Erasure,
  searchedLocations,
  type ErasureArgs,
} from "../../../../infra/workflows/erasure/erasure";
import { eraserPermissions } from "../../../../infra/workflows/erasure/permissions";
import { volumeLocations } from "../../../../infra/workflows/retraining/volume";
import { needsKeys } from "../../../../infra/workflows/retraining/steps";
import { workflowTemplate } from "../../../../infra/workflows/retraining/template";
import { contract } from "../../serving/fixture";
import { only, record } from "../../../support/record";
import { runbookBase } from "../../../support/runbooks";

const image = (name: string) => `registry.example.com/${name}@sha256:${"a".repeat(64)}`;
const scope = {
  organization: "example",
  account: "111122223333",
  stack: "prod",
  regions: ["eu-west-1", "eu-central-1"],
} as const;
const args: ErasureArgs = {
  region: "local",
  locations: volumeLocations,
  images: { training: image("training"), delivery: image("delivery") },
  keyRing: "k1 secret",
  runbookBase,
};

interface Spec {
  templates: {
    name: string;
    serviceAccountName?: string;
    suspend?: object;
    synchronization?: object;
    metadata?: { labels: Record<string, string> };
    container?: { image: string; command: string[]; args: string[]; volumeMounts: object[] };
    dag?: { tasks: { name: string; depends?: string; when?: string }[] };
    resource?: { manifest: string };
  }[];
  ttlStrategy: object;
}
const specOf = async (more: Partial<ErasureArgs> = {}) =>
  only(
    await record(() => void new Erasure("erasure", { ...args, ...more })),
    "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
  ).inputs["spec"] as Spec;

test("nothing is erased before a second person has said so, and every erasure is recorded before the retraining", async () => {
  const { templates } = await specOf();
  expect(templates[0]!.dag!.tasks.map(({ name, depends, when }) => [name, depends, when])).toEqual([
    ["find", undefined, undefined],
    ["approval", "find.Succeeded", undefined],
    ["erase", "approval.Succeeded", "{{tasks.approval.outputs.parameters.decision}} == approve"],
    ["record", "erase.Succeeded", undefined],
    ["retrain", "record.Succeeded", "{{tasks.erase.outputs.parameters.retrain}} == true"],
  ]);
});

test("each step runs as who may: the eraser writes no ledger, the recorder reads no row, the sensor creates workflows", async () => {
  const { templates } = await specOf();
  const accounts = Object.fromEntries(
    templates
      .filter((one) => one.serviceAccountName)
      .map(({ name, serviceAccountName }) => [name, serviceAccountName]),
  );
  expect(accounts).toEqual({
    find: "causeway-erase",
    erase: "causeway-erase",
    record: "retraining-recorder",
    retrain: "retraining-sensor",
  });
  const text = JSON.stringify(eraserPermissions(scope));
  expect(text).toContain("s3:DeleteObjectVersion");
  expect(text).toContain("arn:aws:s3:::example-causeway-prod-artifacts-*/runs/*");
  expect(text).not.toMatch(/-audit-|releases|ecr:/);
});

test("an erasure takes the model's turn, so that no run writes rows while others are taken away, and its object goes within a day", async () => {
  const { templates, ttlStrategy } = await specOf();
  expect(templates.find(({ name }) => name === "erase")!.synchronization).toEqual({
    mutexes: [{ name: "{{workflow.parameters.model}}-retraining" }],
  });
  expect(ttlStrategy).toEqual({ secondsAfterCompletion: 86_400 });
});

test("the retraining is started past cool-down and budget", async () => {
  const { templates } = await specOf();
  expect(
    JSON.parse(templates.find(({ name }) => name === "retrain")!.resource!.manifest),
  ).toMatchObject({
    kind: "Workflow",
    spec: {
      workflowTemplateRef: { name: "{{workflow.parameters.model}}-retraining" },
      arguments: {
        parameters: [
          { name: "trigger", value: "erasure" },
          { name: "causes", value: "[]" },
        ],
      },
    },
  });
});

test("the region's log store is searched and erased too, by the one account that may, over an authority that the step asks for", async () => {
  const built = await record(
    () => void new Erasure("erasure", { ...args, logs: { region: "eu-west-1", password: "word" } }),
  );
  const { templates } = only(built, "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate").inputs[
    "spec"
  ] as Spec;
  const reaching = templates.filter(({ container }) =>
    JSON.stringify(container ?? {}).includes("--logs="),
  );
  expect(reaching.map(({ name }) => name)).toEqual(["find", "erase"]);
  for (const { container, metadata } of reaching) {
    expect(container!.args).toEqual(
      expect.arrayContaining([
        "--logs=https://logs-es-http.causeway-observability.svc:9200",
        "--logs-authority=secret:causeway-observability/logs-es-http-certs-public",
        "--logs-name=eu-west-1",
        "--logs-account=log-eraser",
        "--logs-password-file=/etc/causeway-log-store/password",
      ]),
    );
    expect(container!.volumeMounts).toContainEqual({
      name: "log-store",
      mountPath: "/etc/causeway-log-store",
      readOnly: true,
    });
    // The network policy lets pods of this label alone at it.
    expect(metadata?.labels["app.kubernetes.io/component"]).toBe("erasure");
  }
  expect(
    templates
      .filter(({ name }) => name === "record" || name === "retrain")
      .some(({ container }) => JSON.stringify(container ?? {}).includes("log-store")),
  ).toBe(false);
  expect(
    only(built, "kubernetes:core/v1:Secret", "erasure-log-store").inputs["metadata"],
  ).toMatchObject({ name: "erasure-log-store", namespace: "causeway-training" });
  const reader = only(
    built,
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "erasure-log-authority",
  ).inputs;
  expect(reader["metadata"]).toMatchObject({ namespace: "causeway-observability" });
  expect(reader["rules"]).toEqual([
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["logs-es-http-certs-public"],
      verbs: ["get"],
    },
  ]);
  expect(
    only(built, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "erasure-log-authority")
      .inputs["subjects"],
  ).toEqual([{ kind: "ServiceAccount", name: "causeway-erase", namespace: "causeway-training" }]);
});

test("without a log store no step asks for one", async () =>
  expect(JSON.stringify(await specOf())).not.toContain("--logs"));

test("lake and runs are searched in every region", async () => {
  expect(searchedLocations(volumeLocations, undefined)).toEqual(["file:///lake/runs"]);
  const searched = searchedLocations({ ...volumeLocations, runs: "s3://x/runs" }, scope);
  expect(searched).toEqual([
    "s3://example-causeway-prod-data-eu-west-1",
    "s3://example-causeway-prod-artifacts-eu-west-1/runs",
    "s3://example-causeway-prod-data-eu-central-1",
    "s3://example-causeway-prod-artifacts-eu-central-1/runs",
  ]);
});

describe("the steps of a retraining", () => {
  const settings = (data: Partial<typeof contract.data>) => ({
    contract: { ...contract, data: { ...contract.data, ...data } },
    environment: "prod" as const,
    locations: volumeLocations,
    regions: ["local"],
    home: "local",
    approverKeys: [],
    trustedKeys: [],
  });
  const text = (data: Partial<typeof contract.data>) =>
    JSON.stringify(workflowTemplate(settings(data), args.images, image("server")));

  test("get the ring of keys and the budget where the contract names a subject, and not otherwise", () => {
    expect(needsKeys(contract)).toBe(false);
    expect(text({})).not.toContain("causeway-keys");
    expect(text({ subjectColumn: "person" })).toContain(
      '"--subject-key=/etc/causeway-keys/key","--budget=file:///lake/releases/loan-approval-privacy-budget"',
    );
    expect(text({ subjectColumn: "person" })).toContain(
      '{"name":"keys","secret":{"secretName":"subject-keys","defaultMode":288}}',
    );
  });
});
