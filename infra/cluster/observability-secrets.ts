import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { namespaces } from "../vocabulary";

/** Secret with the name and password of Grafana's first administrator. */
export const grafanaSecret = { name: "grafana-admin", userKey: "user", passwordKey: "password" } as const;
/** Secret with the address that pages are sent to; Alertmanager reads it from a file, so that no configuration shows it. */
export const webhookSecret = { name: "alert-webhook", key: "url" } as const;

export interface ObservabilitySecretsArgs {
  readonly region: string;
  /** Where Alertmanager sends pages. @default nowhere: alerts show in Grafana alone */
  readonly webhook?: pulumi.Input<string> | undefined;
}

/** What the observability stack must know and nobody may read: a password of its own in each region, not the chart's well-known one. */
export class ObservabilitySecrets extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:ObservabilitySecrets";

  /** What the release waits for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, { region, webhook }: ObservabilitySecretsArgs, after: readonly pulumi.Resource[], opts?: pulumi.ComponentResourceOptions) {
    super(ObservabilitySecrets.__pulumiType, name, { region, pages: webhook !== undefined }, opts);
    const password = new RandomPassword(`${name}-grafana`, { length: 32, special: false }, { parent: this });
    const secrets = [this.create(`${name}-grafana`, grafanaSecret.name, { [grafanaSecret.userKey]: "admin", [grafanaSecret.passwordKey]: password.result }, after)];
    if (webhook !== undefined) secrets.push(this.create(`${name}-webhook`, webhookSecret.name, { [webhookSecret.key]: pulumi.secret(webhook) }, after));
    this.ready = secrets;
    this.registerOutputs({});
  }

  private create(resource: string, name: string, stringData: Record<string, pulumi.Input<string>>, after: readonly pulumi.Resource[]): Secret {
    const metadata = { name, namespace: namespaces.observability, labels: { "app.kubernetes.io/part-of": "causeway" } };
    return new Secret(resource, { metadata, type: "Opaque", stringData }, { parent: this, dependsOn: [...after] });
  }
}
