import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { grafanaSecret, ObservabilitySecrets, webhookSecret } from "../../../infra/cluster/observability-secrets";
import { kubePrometheusStack } from "../../../infra/cluster/values/observability";
import { only, record } from "../../support/record";

const secrets = (webhook?: string) =>
  record(() => {
    const provider = new Provider("cluster");
    new ObservabilitySecrets("eu-secrets", { region: "eu-west-1", webhook: webhook === undefined ? undefined : pulumi.secret(webhook) }, [], { providers: [provider] });
  });

describe("secrets of the observability stack", () => {
  test("Grafana gets a password of 32 characters that nobody chose, in a Secret of its namespace", async () => {
    const resources = await secrets();
    expect(only(resources, "random:index/randomPassword:RandomPassword").inputs).toMatchObject({ length: 32, special: false });
    const secret = only(resources, "kubernetes:core/v1:Secret");
    expect(secret.inputs["metadata"]).toMatchObject({ name: "grafana-admin", namespace: "causeway-observability" });
    expect(Object.keys(secret.inputs["stringData"] as object).sort()).toEqual(["password", "user"]);
  });

  test("the address for pages is never shown in the plan", async () => {
    const resources = await secrets("https://pager.example.com/T000");
    expect(resources.filter((resource) => resource.type === "kubernetes:core/v1:Secret").map((resource) => resource.name)).toEqual(expect.arrayContaining(["eu-secrets-grafana", "eu-secrets-webhook"]));
    expect(JSON.stringify(resources)).not.toContain("pager.example.com");
  });

  test("the chart takes the password and the address from these Secrets", () => {
    const values = kubePrometheusStack({ region: "eu-west-1", gpu: false, environment: "prod", target: "aws", pages: true });
    expect(values).toMatchObject({ grafana: { admin: { existingSecret: grafanaSecret.name, userKey: "user", passwordKey: "password" } } });
    expect(values).toMatchObject({ alertmanager: { alertmanagerSpec: { secrets: [webhookSecret.name] }, config: { receivers: expect.arrayContaining([{ name: "on-call", webhook_configs: [{ url_file: "/etc/alertmanager/secrets/alert-webhook/url", send_resolved: true }] }]) } } });
  });

  test("without an address nothing is paged", () => {
    const values = kubePrometheusStack({ region: "eu-west-1", gpu: false, environment: "dev", target: "aws", pages: false });
    expect(values).toMatchObject({ alertmanager: { alertmanagerSpec: { secrets: [] }, config: { receivers: expect.arrayContaining([{ name: "on-call" }, { name: "team" }]) } } });
  });
});
