import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../aws/policy-document";
import { grafanaAccount } from "./values/grafana";
import { prometheusAccount } from "./values/prometheus";
import { namespaces } from "../kubernetes/labels";
import { PodIdentity } from "../region/pod-identity";
import type { OrderedOptions } from "../kubernetes/ordering";

/** Arguments of {@link MetricsAccess}. */
export interface MetricsAccessArgs {
  readonly clusterName: string;
  /** ARN of the shared workspace. */
  readonly workspaceArn: pulumi.Input<string>;
}

/** What each of the two may do with the shared workspace, and with no other. */
const permissions = {
  writer: { account: prometheusAccount, sid: "WriteMetrics", actions: ["aps:RemoteWrite"] },
  reader: {
    account: grafanaAccount,
    sid: "ReadMetrics",
    actions: ["aps:QueryMetrics", "aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"],
  },
} as const;

/** A region's way to the metrics of all regions: Prometheus adds to them, Grafana reads them. */
export class MetricsAccess extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:MetricsAccess";

  /** `opts.dependsOn` are the cluster and its nodes. */
  constructor(name: string, args: MetricsAccessArgs, opts?: OrderedOptions) {
    super(MetricsAccess.__pulumiType, name, args, opts);
    const after = opts?.dependsOn ?? [];
    for (const [role, { account, sid, actions }] of Object.entries(permissions)) {
      const document = pulumi
        .output(args.workspaceArn)
        .apply((arn) =>
          policyDocument({ Sid: sid, Effect: "Allow", Action: actions, Resource: [arn] }),
        );
      new PodIdentity(
        `${name}-${role}`,
        {
          clusterName: args.clusterName,
          namespace: namespaces.observability,
          serviceAccount: account,
          permissions: document,
        },
        { parent: this, dependsOn: [...after] },
      );
    }
    this.registerOutputs({});
  }
}
