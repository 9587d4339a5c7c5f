import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import {
  addressesOf,
  grafanaSecret,
  ObservabilitySecrets,
  webhookSecret,
} from "../../../infra/platform/observability-secrets";
import { receivers } from "../../../infra/gates/alerts";
import { kubePrometheusStack } from "../../../infra/platform/values/observability";
import { only, record } from "../../support/record";
import { runbookBase } from "../../support/runbooks";

const secrets = (webhook?: string, tickets?: string) =>
  record(() => {
    const provider = new Provider("cluster");
    new ObservabilitySecrets(
      "eu-secrets",
      {
        region: "eu-west-1",
        webhooks: webhook === undefined ? undefined : { pages: pulumi.secret(webhook), tickets },
      },
      { providers: [provider] },
    );
  });

const promised = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve) => output.apply((value) => resolve(value)));

describe("secrets of the observability stack", () => {
  test("Grafana gets a password of 32 characters that nobody chose, in a Secret of its namespace", async () => {
    const resources = await secrets();
    expect(only(resources, "random:index/randomPassword:RandomPassword").inputs).toMatchObject({
      length: 32,
      special: false,
    });
    const secret = only(resources, "kubernetes:core/v1:Secret");
    expect(secret.inputs["metadata"]).toMatchObject({
      name: "grafana-admin",
      namespace: "causeway-observability",
    });
    expect(Object.keys(secret.inputs["stringData"] as object).sort()).toEqual(["password", "user"]);
  });

  test("the address for pages is never shown in the plan", async () => {
    const resources = await secrets("https://pager.example.com/T000");
    expect(
      resources
        .filter((resource) => resource.type === "kubernetes:core/v1:Secret")
        .map((resource) => resource.name),
    ).toEqual(expect.arrayContaining(["eu-secrets-grafana", "eu-secrets-webhook"]));
    expect(JSON.stringify(resources)).not.toContain("pager.example.com");
  });

  test("each receiver has an address of its own, and without one of theirs teams have that of pages", async () => {
    const addresses = async (tickets?: string) => {
      const found = (await secrets("https://pager.example.com/T000", tickets)).find(
        ({ name }) => name === "eu-secrets-webhook",
      )!;
      return Object.keys(found.inputs["stringData"] as object).sort();
    };
    expect(await addresses()).toEqual(Object.values(receivers).sort());
    const given = [{ pages: "p" }, { pages: "p", tickets: "t" }].map(async (webhooks) => {
      const values = await Promise.all(
        Object.entries(addressesOf(webhooks)).map(async ([receiver, address]) => [
          receiver,
          await promised(address),
        ]),
      );
      return Object.fromEntries(values) as object;
    });
    expect(await Promise.all(given)).toEqual([
      { "on-call": "p", team: "p" },
      { "on-call": "p", team: "t" },
    ]);
  });

  test("the chart takes the password and the address from these Secrets", () => {
    const values = kubePrometheusStack({
      region: "eu-west-1",
      clusterName: "causeway-prod-eu-west-1",
      gpu: false,
      runbookBase,
      environment: "prod",
      target: "aws",
      pages: true,
    });
    expect(values).toMatchObject({
      grafana: {
        admin: { existingSecret: grafanaSecret.name, userKey: "user", passwordKey: "password" },
      },
    });
    expect(values).toMatchObject({
      alertmanager: {
        alertmanagerSpec: { secrets: [webhookSecret] },
        config: {
          receivers: expect.arrayContaining([
            {
              name: "on-call",
              webhook_configs: [
                {
                  url_file: "/etc/alertmanager/secrets/alert-webhook/on-call",
                  send_resolved: true,
                },
              ],
            },
          ]),
        },
      },
    });
  });

  test("without an address nothing is paged", () => {
    const values = kubePrometheusStack({
      region: "eu-west-1",
      clusterName: "causeway-prod-eu-west-1",
      gpu: false,
      runbookBase,
      environment: "dev",
      target: "aws",
      pages: false,
    });
    expect(values).toMatchObject({
      alertmanager: {
        alertmanagerSpec: { secrets: [] },
        config: { receivers: expect.arrayContaining([{ name: "on-call" }, { name: "team" }]) },
      },
    });
  });
});
