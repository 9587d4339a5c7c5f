import type { Contract } from "../../services/contract/contract";
import { latencyMilliseconds } from "../../services/contract/units";
import { series } from "../observability/names";
import { metadata } from "./settings";

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly expr: string;
  /** Drawn as a line that must not be crossed. */
  readonly limit?: number;
}

/** Path of a model's dashboard below Grafana's address. */
export function dashboardPath(model: string): string {
  return `/d/${model}`;
}

/** Path of a model's rules and alerts below Grafana's address. */
export function rulesPath(model: string): string {
  return `/alerting/list?search=${model}`;
}

/** A ConfigMap that Grafana's sidecar picks up: traffic, errors and latency of a model against its objectives. */
export function dashboard({ name, slos }: Contract) {
  const of = (recorded: string) => `${recorded}{model="${name}"}`;
  const panels: Panel[] = [
    { title: "Requests", unit: "reqps", expr: of(series.requests) },
    { title: "Share of server errors", unit: "percentunit", expr: of(series.errorRatio), limit: Number((1 - slos.availability).toFixed(6)) },
    { title: "Latency, 99th percentile", unit: "s", expr: of(series.latency), limit: latencyMilliseconds(slos.latencyP99) / 1_000 },
  ];
  const content = { uid: name, title: `Model ${name}`, schemaVersion: 41, timezone: "utc", refresh: "30s", time: { from: "now-6h", to: "now" }, panels: panels.map(drawn) };
  const own = metadata(name, `${name}-dashboard`);
  return { metadata: { ...own, labels: { ...own.labels, grafana_dashboard: "1" } }, data: { [`${name}.json`]: JSON.stringify(content) } };
}

function drawn({ title, unit, expr, limit }: Panel, index: number) {
  const steps = [{ color: "green", value: null }, ...(limit === undefined ? [] : [{ color: "red", value: limit }])];
  return {
    id: index + 1,
    title,
    type: "timeseries",
    gridPos: { x: index * 8, y: 0, w: 8, h: 9 },
    datasource: { type: "prometheus", uid: "prometheus" },
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: "absolute", steps }, custom: { thresholdsStyle: { mode: limit === undefined ? "off" : "line" } } }, overrides: [] },
    targets: [{ refId: "A", expr, legendFormat: title }],
  };
}
