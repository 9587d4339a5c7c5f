import { latencyMilliseconds } from "../../services/contract/units";
import type { Contract } from "../../services/contract/contract";
import { requestsOf } from "./requests";
import { metadata } from "./settings";

/** Burn rate at which 2% of a budget of 30 days is gone in one hour (Google SRE Workbook, chapter 5). */
const fastBurn = 14.4;

/** Page of this repository that says what to do, by alert. */
export const runbooks = {
  CausewayErrorBudgetBurn: "docs/runbooks/error-budget-burn.md",
  CausewayLatencyObjectiveMissed: "docs/runbooks/latency-objective-missed.md",
} as const;

/** Names of the series that a model's recording rules make; each carries the label `model`. */
export const series = {
  requests: "causeway:requests:rate5m",
  errorRatio: "causeway:error_ratio:ratio5m",
  errorRatioHour: "causeway:error_ratio:ratio1h",
  latency: "causeway:latency_seconds:p99_5m",
} as const;

/** Rules over what the proxies count: traffic, error ratio and latency, and an alert for each service objective of the contract. */
export function prometheusRule(contract: Contract) {
  const { name, slos } = contract;
  const labels = { model: name };
  const budget = Number((fastBurn * (1 - slos.availability)).toFixed(6));
  const latencySeconds = latencyMilliseconds(slos.latencyP99) / 1_000;
  const record = (recorded: string, expr: string) => ({ record: recorded, expr, labels });
  const alert = (alertName: keyof typeof runbooks, expr: string, wait: string, summary: string) => ({
    alert: alertName,
    expr,
    for: wait,
    labels: { ...labels, severity: "critical", team: contract.owner.team },
    annotations: { summary, runbook_url: runbooks[alertName] },
  });
  const ofModel = (name: string) => `${name}{model="${contract.name}"}`;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadata(name, name),
    spec: {
      groups: [
        {
          name: `${name}-requests`,
          interval: "30s",
          rules: [
            record(series.requests, `sum(rate(${requestsOf(name)}[5m]))`),
            record(series.errorRatio, errorRatio(name, "5m")),
            record(series.errorRatioHour, errorRatio(name, "1h")),
            record(series.latency, `histogram_quantile(0.99, sum by (le) (rate(${durationsOf(name)}[5m]))) / 1000`),
            alert("CausewayErrorBudgetBurn", `${ofModel(series.errorRatio)} > ${budget} and ${ofModel(series.errorRatioHour)} > ${budget}`, "2m", `${name} spends its error budget ${fastBurn} times too fast`),
            alert("CausewayLatencyObjectiveMissed", `${ofModel(series.latency)} > ${latencySeconds}`, "10m", `99% of answers of ${name} take longer than ${slos.latencyP99}`),
          ],
        },
      ],
    },
  };
}

function errorRatio(model: string, window: string): string {
  const errors = `sum(rate(${requestsOf(model, {}, 'response_code=~"5.."')}[${window}]))`;
  return `(${errors} or vector(0)) / (sum(rate(${requestsOf(model)}[${window}])) > 0)`;
}

function durationsOf(model: string): string {
  return requestsOf(model).replace("istio_requests_total", "istio_request_duration_milliseconds_bucket");
}
