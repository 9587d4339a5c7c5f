import type { DashboardJson, Panel } from "../../infra/observability/dashboards/grafana";
import { foreign } from "../../infra/observability/foreign";
import type { AlertingRule, RuleGroup } from "../../infra/gates/rule";
import { Evaluation, keyOf } from "../week/evaluate";
import type { Prometheus } from "../week/prometheus";
import type { Series, SeriesLabels } from "../week/series";

/** Milliseconds between two instants of a picture. */
const step = 60_000;
/** Rules that read their own past see it once a stretch is done. */
const stretch = 30 * step;

/** A query of a panel with what Prometheus answered. */
export interface AnsweredQuery {
  readonly refId: string;
  /** Name of each line, out of the query's legend. */
  readonly lines: readonly { readonly name: string; readonly series: Series }[];
}

/** A panel, and the answers to its queries. */
export interface AnsweredPanel {
  readonly panel: Panel;
  readonly queries: readonly AnsweredQuery[];
}

/** A mark on the time axis. */
export interface Mark {
  readonly time: number;
  readonly text: string;
  readonly color: string;
}

/** A dashboard over a stretch of time, ready to be drawn. */
export interface AnsweredDashboard {
  readonly dashboard: DashboardJson;
  readonly panels: readonly AnsweredPanel[];
  readonly marks: readonly Mark[];
  readonly from: number;
  readonly to: number;
}

/**
 * Evaluates rules over what was recorded, and writes what Prometheus would have: recorded series,
 * and alerts that fire.
 */
export async function evaluate(
  prometheus: Prometheus,
  groups: readonly RuleGroup[],
  from: number,
  to: number,
): Promise<void> {
  const evaluation = new Evaluation(groups, []);
  for (let at = from; at < to; at += stretch)
    await evaluation.run(prometheus, at, Math.min(to, at + stretch));
  const rules = groups.flatMap((group) =>
    group.rules.flatMap((rule) => ("alert" in rule ? [rule] : [])),
  );
  await prometheus.write(rules.flatMap((rule) => firing(rule, evaluation, to)));
}

function firing(rule: AlertingRule, evaluation: Evaluation, end: number): Series[] {
  const alarms = evaluation.activities.get(keyOf(rule))?.alarms() ?? [];
  return alarms
    .map(({ labels, from, to = end }) => {
      const first = Math.ceil(from / step) * step;
      const times = Array.from(
        { length: Math.max(0, Math.ceil((to - first) / step)) },
        (_, i) => first + i * step,
      );
      return {
        labels: {
          ...labels,
          ...rule.labels,
          __name__: foreign.prometheus.alerts,
          alertname: rule.alert,
          alertstate: "firing",
        },
        times,
        values: times.map(() => 1),
      };
    })
    .filter(({ times }) => times.length > 0);
}

/** Asks Prometheus a dashboard's own queries. */
export async function answer(
  prometheus: Prometheus,
  dashboard: DashboardJson,
  from: number,
  to: number,
): Promise<AnsweredDashboard> {
  const panels: AnsweredPanel[] = [];
  for (const panel of dashboard.panels) {
    const queries: AnsweredQuery[] = [];
    for (const { refId = "", expr, legendFormat = "" } of panel.targets ?? []) {
      const found = await prometheus.queryRange(expr, from, to, step / 1_000);
      queries.push({
        refId,
        lines: found.map((series) => ({ name: filled(legendFormat, series.labels), series })),
      });
    }
    panels.push({ panel, queries });
  }
  const marks: Mark[] = [];
  for (const { expr = "", iconColor, titleFormat = "" } of dashboard.annotations.list) {
    for (const { labels, times } of await prometheus.queryRange(expr, from, to, step / 1_000))
      marks.push(
        ...starts(times).map((time) => ({
          time,
          color: iconColor,
          text: filled(titleFormat, labels),
        })),
      );
  }
  return { dashboard, panels, marks, from, to };
}

/** The first of each run of neighbouring samples. */
function starts(times: readonly number[]): number[] {
  return times.filter((time, i) => i === 0 || time - (times[i - 1] ?? 0) > step);
}

function filled(legend: string, labels: SeriesLabels): string {
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "").trim();
}
