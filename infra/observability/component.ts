import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { dashboardMap, regionalDashboards } from "./dashboards/provision";
import { controlPlaneMonitor, podMonitors } from "./monitors";
import type { OrderedOptions } from "../kubernetes/ordering";
import { namespaces, elevationPrefix, partOf } from "../kubernetes/labels";
import { foreign } from "./foreign";
import { platformAlert } from "../gates/alerts";

/** Arguments of {@link Observability}. */
export interface ObservabilityArgs {
  readonly region: string;
  /** Whether a model of the region asks for a GPU. */
  readonly gpu: boolean;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
}

/** What Prometheus reads beside the models, and the dashboards that are not about one model. */
export class Observability extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Observability";

  /** `opts.dependsOn` are the releases, whose definitions these resources use. */
  constructor(name: string, args: ObservabilityArgs, opts?: OrderedOptions) {
    super(Observability.__pulumiType, name, args, opts);
    const after = opts?.dependsOn ?? [];
    const child = { parent: this, dependsOn: [...after] };
    const dashboards = regionalDashboards(args);
    for (const monitor of [...podMonitors(args), controlPlaneMonitor()])
      new CustomResource(
        `${name}-${monitor.metadata.name.replace(/^causeway-/, "")}-monitor`,
        monitor,
        child,
      );
    new CustomResource(`${name}-emergency-rules`, breakGlassRules(args.runbookBase), child);
    for (const [kind, dashboard] of Object.entries(dashboards))
      new ConfigMap(`${name}-${kind}-dashboard`, dashboardMap(dashboard), child);
    this.registerOutputs({ dashboards: Object.keys(dashboards) });
  }
}

/**
 * Pages as long as somebody is let in by hand: an elevation is a Job of its name, which its end
 * removes.
 */
export function breakGlassRules(runbookBase: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "emergency",
      namespace: namespaces.observability,
      labels: partOf,
    },
    spec: {
      groups: [
        {
          name: "emergency",
          rules: [
            platformAlert(
              "CausewayBreakGlass",
              `max by (namespace, job_name) (${foreign.cluster.job}{job_name=~"${elevationPrefix}.+"}) > 0`,
              "Somebody was let into {{ $labels.namespace }} for an emergency ({{ $labels.job_name }})",
              runbookBase,
            ),
          ],
        },
      ],
    },
  };
}
