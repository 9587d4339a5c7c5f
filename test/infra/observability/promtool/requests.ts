import { requestsOf } from "../../../../infra/gates/requests";
import { counter, gauge, small, type Scenario } from "./scenario";
import { runbookBase } from "../../../support/runbooks";

const model = small.name;
const own = `{model="${model}",version="1.0.0"`;
const ready = `causeway_ready${own}}`;
const answered = (code: number) => requestsOf(model, { response_code: String(code) });
const timed = (name: string, more = "") =>
  `causeway_request_duration_seconds_${name}${own},operation="predict"${more}}`;
const gpuUse = (pod: string) =>
  `DCGM_FI_DEV_GPU_UTIL{namespace="causeway-models",container="server",pod="${pod}"}`;
const groups = ["requests", "objectives"] as const;

/**
 * 300 requests a minute; the shares of errors and of late answers follow each other over so many
 * minutes.
 */
function traffic(
  ...pieces: readonly (readonly [minutes: number, errors: number, late?: number])[]
): Record<string, string> {
  const all = 300;
  return {
    [ready]: gauge([pieces.reduce((sum, [minutes]) => sum + minutes, 0), 1]),
    [answered(200)]: counter(
      ...pieces.map(([minutes, errors]) => [minutes, all * (1 - errors)] as const),
    ),
    [answered(503)]: counter(
      ...pieces.map(([minutes, errors]) => [minutes, all * errors] as const),
    ),
    [timed("count")]: counter(...pieces.map(([minutes]) => [minutes, all] as const)),
    [timed("bucket", ',le="0.1"')]: counter(
      ...pieces.map(([minutes, , late = 0]) => [minutes, all * (1 - late)] as const),
    ),
  };
}

/** What the alerts on objectives make of traffic. */
export const requestScenarios: readonly Scenario[] = [
  {
    title: "objectives: traffic within them is quiet",
    groups,
    inputs: traffic([600, 0.0004, 0.004]),
    firing: { 60: [], 300: [], 590: [] },
  },
  {
    title:
      "objectives: a step to 5% errors pages when 2% of the budget is gone, and the page ends soon after the errors",
    groups,
    inputs: traffic([120, 0], [40, 0.05], [60, 0]),
    firing: {
      119: [],
      125: [],
      158: ["CausewayErrorBudgetBurn"],
      200: ["CausewayErrorBudgetSlowBurn"],
    },
  },
  {
    title: "objectives: 0.4% errors for hours are a ticket, not a page",
    groups,
    inputs: traffic([600, 0], [900, 0.004]),
    firing: { 599: [], 630: [], 1_490: ["CausewayErrorBudgetSlowBurn"] },
  },
  {
    title: "objectives: a step to 30% late answers pages",
    covers: ["latency: step change"],
    groups,
    inputs: traffic([120, 0], [60, 0, 0.3]),
    firing: { 119: [], 178: ["CausewayLatencyBudgetBurn", "CausewayLatencyBudgetSlowBurn"] },
  },
  {
    title: "objectives: a server that restarts, its counters at zero again, is no error",
    groups,
    inputs: {
      ...traffic([240, 0]),
      [answered(503)]: counter([120, 0.1], [120, 0.1, "reset"]),
      [answered(200)]: counter([120, 300], [120, 300, "reset"]),
    },
    firing: { 121: [], 130: [], 230: [] },
  },
  {
    title: "objectives: one error among few requests is no page",
    groups,
    inputs: {
      [ready]: gauge([600, 1]),
      [answered(200)]: counter([600, 0.1]),
      [answered(500)]: counter([200, 0], [1, 1], [399, 0]),
    },
    firing: { 201: [], 210: [], 290: [] },
  },
  {
    title: "no data: only its absence is told",
    covers: ["latency: no data", "traffic: no data"],
    groups,
    inputs: { up: gauge([100, 1]) },
    firing: { 3: [], 10: ["CausewayModelAbsent"] },
  },
  {
    title: "no data: a server that is not ready is as good as absent",
    groups,
    inputs: { [ready]: gauge([20, 1], [20, 0]) },
    firing: { 19: [], 30: ["CausewayModelAbsent"] },
  },
  {
    title:
      "traffic that stops is told after 25 minutes, if there was any at this hour of yesterday",
    covers: ["traffic: step change"],
    groups,
    inputs: { [ready]: gauge([1_600, 1]), [answered(200)]: counter([1_480, 300], [120, 0]) },
    firing: { 1_500: [], 1_506: ["CausewayTrafficAbsent"] },
  },
  {
    title: "saturation: nine of ten places in use",
    groups,
    inputs: {
      [ready]: gauge([60, 1]),
      [`causeway_requests_in_flight${own}}`]: gauge([20, 20], [40, 90]),
      [`causeway_requests_in_flight_limit${own}}`]: gauge([60, 100]),
    },
    firing: { 19: [], 45: ["CausewaySaturated"] },
    told: [
      {
        minute: 45,
        alert: "CausewaySaturated",
        labels: { model, severity: "warning", team: "credit-risk", receiver: "team" },
        annotations: {
          summary: `${model} works at its limit of requests in flight, or refuses requests`,
          description:
            "90% of the requests in flight that it allows, or of its requests that it refuses. If replicas are at their maximum, raise it in the stack file. If not, check that the autoscaler reaches Prometheus.",
          runbook_url: `${runbookBase}saturated.md`,
        },
      },
    ],
  },
  {
    title: "GPU: use above 90% of the model's own pods, for a quarter of an hour",
    groups: ["gpu"],
    contract: { ...small, serving: { ...small.serving, gpu: 1 } },
    inputs: {
      [gpuUse(`${model}-5d8f9c-x2x4z`)]: gauge([20, 50], [40, 96]),
      [gpuUse(`${model}-other-5d8f9c-x2x4z`)]: gauge([60, 5]),
    },
    values: [
      {
        minute: 50,
        expr: "causeway:gpu_use:ratio5m",
        samples: { [`causeway:gpu_use:ratio5m{model="${model}"}`]: 0.96 },
      },
    ],
    firing: { 19: [], 30: [], 45: ["CausewayGpuSaturated"] },
  },
];
