import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { receivers } from "../gates/alerts";
import { namespaces, partOf } from "../kubernetes/labels";
import type { OrderedOptions } from "../kubernetes/ordering";

/** Secret with the name and password of Grafana's first administrator. */
export const grafanaSecret = {
  name: "grafana-admin",
  userKey: "user",
  passwordKey: "password",
} as const;
/**
 * Secret with the address of each receiver of people, by the receiver's name; Alertmanager reads
 * them from files, so that no configuration shows them.
 */
export const webhookSecret = "alert-webhook";

/** Addresses that alerts are posted to; secrets. */
export interface AlertWebhooks {
  /** Of whoever is on call, for critical alerts. */
  readonly pages: pulumi.Input<string>;
  /** Of the teams, for warnings. @default the same; the message says which receiver it is for */
  readonly tickets?: pulumi.Input<string> | undefined;
}

export interface ObservabilitySecretsArgs {
  readonly region: string;
  /** Where Alertmanager tells people. @default nowhere: alerts show in Grafana alone */
  readonly webhooks?: AlertWebhooks | undefined;
}

/**
 * What the observability stack must know and nobody may read: a password of its own in each region,
 * not the chart's well-known one.
 */
export class ObservabilitySecrets extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:ObservabilitySecrets";

  /** What the release waits for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, { region, webhooks }: ObservabilitySecretsArgs, opts?: OrderedOptions) {
    super(ObservabilitySecrets.__pulumiType, name, { region, pages: webhooks !== undefined }, opts);
    const after = opts?.dependsOn ?? [];
    const password = new RandomPassword(
      `${name}-grafana`,
      { length: 32, special: false },
      { parent: this },
    );
    const secrets = [
      this.create(
        `${name}-grafana`,
        grafanaSecret.name,
        { [grafanaSecret.userKey]: "admin", [grafanaSecret.passwordKey]: password.result },
        after,
      ),
    ];
    if (webhooks !== undefined)
      secrets.push(this.create(`${name}-webhook`, webhookSecret, addressesOf(webhooks), after));
    this.ready = secrets;
    this.registerOutputs({});
  }

  private create(
    resource: string,
    name: string,
    stringData: Record<string, pulumi.Input<string>>,
    after: readonly pulumi.Resource[],
  ): Secret {
    const metadata = {
      name,
      namespace: namespaces.observability,
      labels: partOf,
    };
    return new Secret(
      resource,
      { metadata, type: "Opaque", stringData },
      { parent: this, dependsOn: [...after] },
    );
  }
}

/** Address of each receiver of people. */
export function addressesOf({
  pages,
  tickets,
}: AlertWebhooks): Record<string, pulumi.Output<string>> {
  return {
    [receivers.critical]: pulumi.secret(pages),
    [receivers.warning]: pulumi.secret(tickets ?? pages),
  };
}
