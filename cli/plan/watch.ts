import { z } from "zod";
import { dashboardLabel } from "../../infra/observability/dashboards/provision";
import type { RecordedResource } from "./resource";

/** An alert as people meet it. */
export interface WatchAlert {
  readonly name: string;
  readonly severity: string;
  /** Page that says what to do. */
  readonly runbook: string;
}

/** A group of rules of a model: what it records, and what it warns of. */
export interface WatchGroup {
  readonly name: string;
  readonly interval: string;
  readonly records: readonly string[];
  readonly alerts: readonly WatchAlert[];
}

/**
 * How a model is watched in one region: its rules, its dashboard, and the gates of its releases.
 */
export interface Watch {
  readonly groups: readonly WatchGroup[];
  readonly dashboards: readonly {
    readonly title: string;
    readonly path: string;
    readonly panels: readonly string[];
  }[];
  /** AnalysisTemplates with the questions that each asks. */
  readonly gates: readonly { readonly name: string; readonly questions: readonly string[] }[];
}

const named = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
const rule = z.object({
  record: z.string().optional(),
  alert: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const rules = z.object({
  spec: z.object({
    groups: z.array(
      z.object({ name: z.string(), interval: z.string().default(""), rules: z.array(rule) }),
    ),
  }),
});
const maps = z.object({ data: z.record(z.string(), z.string()) });
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  panels: z.array(z.object({ title: z.string(), type: z.string() })),
});
const templates = z.object({
  spec: z.object({ metrics: z.array(z.object({ name: z.string() })) }),
});

/** Kinds of objects that say how a model is watched. */
const watching = ["PrometheusRule", "ConfigMap", "AnalysisTemplate"] as const;

/**
 * Reads out of the planned objects how each model is watched; regions do not differ in it, so the
 * first that has it speaks for all.
 */
export function watchesOf(resources: readonly RecordedResource[]): (model: string) => Watch {
  const byModel = new Map<string, RecordedResource[]>();
  for (const resource of resources) {
    if (!watching.some((kind) => resource.type.endsWith(`:${kind}`))) continue;
    const model = named.safeParse(resource.inputs).data?.metadata.labels["app.kubernetes.io/name"];
    if (model === undefined) continue;
    const known = byModel.get(model);
    if (known) known.push(resource);
    else byModel.set(model, [resource]);
  }
  return (model) => watchOf(byModel.get(model) ?? []);
}

function watchOf(own: readonly RecordedResource[]): Watch {
  const region = own.find(({ type }) => type.endsWith(":PrometheusRule"))?.region;
  const of = (kind: (typeof watching)[number]) =>
    own
      .filter((resource) => resource.region === region && resource.type.endsWith(`:${kind}`))
      .map(({ inputs }) => inputs);
  return {
    groups: of("PrometheusRule").flatMap((inputs) => rules.parse(inputs).spec.groups.map(groupOf)),
    dashboards: of("ConfigMap")
      .filter((inputs) => dashboardLabel in named.parse(inputs).metadata.labels)
      .flatMap((inputs) => Object.values(maps.parse(inputs).data).map(dashboardOf)),
    gates: of("AnalysisTemplate").map((inputs) => ({
      name: named.parse(inputs).metadata.name,
      questions: templates.parse(inputs).spec.metrics.map(({ name }) => name),
    })),
  };
}

function groupOf({
  name,
  interval,
  rules: all,
}: z.output<typeof rules>["spec"]["groups"][number]): WatchGroup {
  const alerts = all.flatMap(({ alert, labels, annotations }) =>
    alert === undefined
      ? []
      : [
          {
            name: alert,
            severity: labels["severity"] ?? "",
            runbook: annotations["runbook_url"] ?? "",
          },
        ],
  );
  return {
    name,
    interval,
    records: [...new Set(all.flatMap(({ record }) => record ?? []))],
    alerts: alerts.filter(
      (alert, i) => alerts.findIndex((other) => other.name === alert.name) === i,
    ),
  };
}

function dashboardOf(text: string) {
  const { uid, title, panels } = dashboard.parse(JSON.parse(text));
  return {
    title,
    path: `/d/${uid}`,
    panels: panels.filter(({ type }) => type !== "row").map((panel) => panel.title),
  };
}
