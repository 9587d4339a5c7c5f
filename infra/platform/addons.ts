import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { catalogue, type CatalogueEntry } from "./catalogue";
import type { ChartSettings } from "./values/chart";
import type { OrderedOptions } from "../kubernetes/ordering";

/** Seconds that a controller has to become ready; the first one also waits for the first node. */
const timeoutSeconds = 900;

/** Arguments of {@link Addons}. */
export type AddonsArgs = ChartSettings;

/**
 * The controllers that others keep, each as one pinned Helm release.
 *
 * Teardown: whoever uses a definition of a controller depends on `ready`, so its objects are
 * deleted, and their finalizers run, while the controller is alive. Then releases go in the reverse
 * of their order, and their namespaces last.
 */
export class Addons extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Addons";

  /** What custom resources wait for, so that their definitions and admission webhooks exist. */
  readonly ready: readonly pulumi.Resource[];

  /**
   * `after` are the namespaces, and on AWS the nodes: the releases wait for them and are gone
   * before them.
   */
  constructor(name: string, args: AddonsArgs, opts?: OrderedOptions) {
    const { region, environment, target, pages, gpu } = args;
    super(Addons.__pulumiType, name, { region, environment, target, pages, gpu }, opts);
    const after = opts?.dependsOn ?? [];
    const releases = new Map<string, Release>();
    for (const entry of catalogue.filter(({ needed }) => needed?.(args) ?? true)) {
      const prerequisites = entry.after.flatMap((other) => releases.get(other) ?? []);
      releases.set(
        entry.name,
        this.install(`${name}-${entry.name}`, entry, args, [...after, ...prerequisites]),
      );
    }
    this.ready = [...releases.values()];
    this.registerOutputs({ releases: [...releases.keys()] });
  }

  private install(
    resourceName: string,
    entry: CatalogueEntry,
    settings: ChartSettings,
    dependsOn: pulumi.Resource[],
  ): Release {
    return new Release(
      resourceName,
      {
        name: entry.name,
        chart: entry.chart,
        version: entry.version,
        repositoryOpts: { repo: entry.repository },
        namespace: entry.namespace,
        createNamespace: false,
        values: { ...entry.values(settings) },
        // A failed upgrade goes back to what worked; a failed install leaves nothing.
        atomic: true,
        cleanupOnFail: true,
        timeout: timeoutSeconds,
        maxHistory: 5,
        waitForJobs: true,
      },
      { parent: this, dependsOn },
    );
  }
}
