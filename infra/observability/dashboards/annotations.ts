import { metrics } from "../../../services/contract/metrics";
import { foreign } from "../foreign";
import type { Annotation } from "./grafana";

/** A mark where a version of a model answers that did not five minutes before. */
export function releaseMarks(model?: string): Annotation {
  const versions = `count by (model, version) (${metrics.build.name}${model === undefined ? "" : `{model="${model}"}`}`;
  return {
    name: "Releases",
    expr: `${versions}) unless ${versions} offset 5m)`,
    color: "blue",
    title: "{{model}} {{version}}",
  };
}

/** A mark where an alert fires. */
export function alertMarks(matcher: string): Annotation {
  return {
    name: "Alerts",
    expr: `max by (alertname, model) (${foreign.prometheus.alerts}{alertstate="firing",${matcher}})`,
    color: "red",
    title: "{{alertname}} {{model}}",
  };
}
