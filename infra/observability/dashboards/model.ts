import type { Contract } from "../../../services/contract/contract";
import { alertMarks, releaseMarks } from "./annotations";
import { dashboardJson, type DashboardJson } from "./grafana";
import { driftRow, fairnessRow, performanceRow, usualRow, valueRow } from "./model-quality";
import { resourceRow, serviceRow } from "./model-service";
import { datasources } from "../../gates/series";

/** Path of a model's dashboard below Grafana's address. */
export function dashboardPath(model: string): string {
  return `/d/${model}`;
}

/** Path of a model's rules and alerts below Grafana's address. */
export function rulesPath(model: string): string {
  return `/alerting/list?search=${model}`;
}

/** Everything that is recorded of one model, against what its contract allows. */
export function modelDashboard(contract: Contract): DashboardJson {
  const { name, purpose } = contract;
  return dashboardJson({
    uid: name,
    title: `Model ${name}`,
    description: purpose,
    source: datasources.region,
    from: "now-6h",
    annotations: [releaseMarks(name), alertMarks(`model="${name}"`)],
    rows: [
      serviceRow(contract),
      resourceRow(contract),
      performanceRow(contract),
      driftRow(contract),
      fairnessRow(contract),
      valueRow(contract),
      usualRow(contract),
    ],
  });
}
