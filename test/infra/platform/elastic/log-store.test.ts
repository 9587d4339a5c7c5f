import { logStoreAlerts } from "../../../../infra/platform/elastic/health";
import { LogStore, type LogStoreArgs } from "../../../../infra/platform/elastic/log-store";
import { sizes } from "../../../../infra/platform/elastic/sizes";
import { only, record } from "../../../support/record";
import { runbookBase } from "../../../support/runbooks";

describe("LogStore", () => {
  const aws: LogStoreArgs = {
    region: "eu-west-1",
    environment: "prod",
    predictionDays: 400,
    runbookBase,
    snapshots: {
      bucketName: "example-audit",
      bucketArn: "arn:aws:s3:::example-audit",
      keyArn: "arn:aws:kms:eu-west-1:111122223333:key/1",
      clusterName: "causeway-prod-eu-west-1",
    },
  };
  const build = (args: LogStoreArgs = aws) => record(() => void new LogStore("eu-logs", args));

  test("sends the first line after the settings are applied, and asks Elasticsearch after its accounts and its role", async () => {
    const resources = await build();
    const urn = (name: string, type: string) =>
      resources.find((resource) => resource.name === name && resource.type.endsWith(type))?.urn;
    const after = (type: string) =>
      resources.find((resource) => resource.type.endsWith(type))?.options.dependencies ?? [];
    expect(after(":Beat")).toContain(urn("eu-logs-settings", ":Job"));
    expect(after("batch/v1:Job")).toEqual(
      expect.arrayContaining([
        urn("eu-logs-elasticsearch", ":Elasticsearch"),
        urn("eu-logs-kibana", ":Kibana"),
        urn("eu-logs-settings", ":ConfigMap"),
      ]),
    );
    expect(after(":Elasticsearch")).toEqual(
      expect.arrayContaining([
        urn("eu-logs-secret-roles", ":Secret"),
        urn("eu-logs-secret-auditor", ":Secret"),
        urn("eu-logs-snapshots", ":PodIdentityAssociation"),
      ]),
    );
  });

  test("gives each account a password of its own, which no configuration shows, and the shipper's in its namespace too", async () => {
    const resources = await build();
    const passwords = resources.filter(
      ({ type }) => type === "random:index/randomPassword:RandomPassword",
    );
    expect(passwords.map(({ name }) => name).sort()).toEqual(
      [
        "auditor",
        "log-eraser",
        "log-settings",
        "log-shipper",
        "ml-engineer",
        "pipeline",
        "platform-admin",
      ].map((account) => `eu-logs-${account}`),
    );
    const secret = only(resources, "kubernetes:core/v1:Secret", "eu-logs-secret-shipper");
    expect(secret.inputs["metadata"]).toMatchObject({
      name: "log-shipper",
      namespace: "causeway-logs",
    });
    expect(
      only(resources, "kubernetes:core/v1:Secret", "eu-logs-secret-auditor").inputs,
    ).toMatchObject({
      type: "kubernetes.io/basic-auth",
      metadata: { name: "logs-account-auditor", namespace: "causeway-observability" },
    });
  });

  test("has neither role nor repository where there is no bucket, and a second Kibana with a budget only in prod", async () => {
    const resources = await build({
      region: "local",
      environment: "local",
      predictionDays: 400,
      runbookBase,
    });
    expect(
      resources.filter(
        ({ type }) =>
          type.startsWith("aws:") ||
          type.endsWith(":PodIdentity") ||
          type.endsWith(":PodDisruptionBudget"),
      ),
    ).toEqual([]);
    expect(JSON.stringify(only(resources, "kubernetes:core/v1:ConfigMap").inputs)).not.toContain(
      "_snapshot/",
    );
    expect(only(await build(), "kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { "kibana.k8s.elastic.co/name": "logs" } },
    });
  });

  test("refuses to keep prediction logs for less than six months", async () => {
    await expect(build({ ...aws, predictionDays: 182 })).rejects.toThrow(
      "predictionDays (182) must be at least 183",
    );
  });
});

test("the alert on missing nodes counts the nodes that there should be", () => {
  const [missing] = logStoreAlerts(sizes.prod, runbookBase).spec.groups[0]?.rules ?? [];
  expect(missing?.expr).toBe(
    'kube_statefulset_status_replicas_ready{namespace="causeway-observability",statefulset="logs-es-default"} < 3',
  );
  expect(missing?.labels).toEqual({ severity: "warning", team: "platform", receiver: "team" });
});
