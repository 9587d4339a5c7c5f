import { requestsOf } from "../../../../infra/gates/requests";
import { requestRateQuery } from "../../../../infra/serving/autoscaling";
import { counter, gauge, type Scenario } from "./scenario";

const rate = requestRateQuery("scorer");
const up = (pod: string, endpoint = "http-envoy-prom", job = "causeway-models/scorer") =>
  `up{job="${job}",endpoint="${endpoint}",pod="${pod}"}`;
const requests = (pod: string) =>
  requestsOf("scorer").replace("}", `,pod="${pod}",response_code="200"}`);
const at = (minute: number, samples: Readonly<Record<string, number>>) => ({
  minute,
  expr: rate,
  samples,
});
const base = { groups: [], stepMinutes: 1 / 6 } as const;

/** What the autoscaler is told of a model's requests. */
export const autoscalingScenarios: readonly Scenario[] = [
  {
    title:
      "autoscaling: a model that nobody has asked has no requests, and its metrics are not lost",
    ...base,
    inputs: { [up("a")]: gauge([60, 1]), [up("b")]: gauge([60, 1]) },
    values: [at(1, { "{}": 0 }), at(5, { "{}": 0 })],
  },
  {
    title: "autoscaling: requests of all pods count, also while one of them is not scraped",
    ...base,
    inputs: {
      [up("a")]: gauge([60, 1]),
      [up("b")]: gauge([30, 1], [30, 0]),
      [requests("a")]: counter([60, 640]),
      [requests("b")]: `${counter([30, 640])} _x30`,
    },
    values: [at(4, { "{}": 128 }), at(8, { "{}": 64 })],
  },
  {
    title: "autoscaling: where no proxy is scraped nobody knows, and that is no zero",
    ...base,
    inputs: {
      [up("a")]: gauge([60, 0]),
      [up("a", "metrics")]: gauge([60, 1]),
      [up("b", "http-envoy-prom", "causeway-models/other")]: gauge([60, 1]),
    },
    values: [at(5, {})],
  },
];
