import { parityAlert, parityQuery } from "../../../../infra/observability/parity";
import { gauge, type Scenario } from "./scenario";
import { runbookBase } from "../../../support/runbooks";

const build = (region: string, version: string, pod = "a", model = "scorer") =>
  `causeway_build_info{model="${model}",region="${region}",version="${version}",model_digest="sha256:${version}",pod="${pod}"}`;
const firing = (minute: number, regions: readonly string[]) => ({
  minute,
  expr: 'group by (region) (ALERTS{alertstate="firing"})',
  samples: Object.fromEntries(regions.map((region) => [`{region="${region}"}`, 1])),
});
const base = { groups: [], more: [parityAlert(runbookBase)] } as const;

/** What the alert on regions that differ makes of the build information of all regions. */
export const parityScenarios: readonly Scenario[] = [
  {
    title: "parity: a standby that stays behind is told after six hours, and both sides are named",
    ...base,
    inputs: {
      [build("eu-west-1", "1.0.0")]: gauge([60, 1]),
      [build("eu-west-1", "2.0.0")]: `_x60 ${gauge([500, 1])}`,
      [build("eu-central-1", "1.0.0")]: gauge([600, 1]),
    },
    values: [firing(400, []), firing(430, ["eu-west-1", "eu-central-1"])],
  },
  {
    title:
      "parity: a release that goes from region to region within six hours is none of its matter, nor is one that is taken back",
    ...base,
    inputs: {
      [build("eu-west-1", "1.0.0")]: gauge([60, 1]),
      [build("eu-west-1", "2.0.0")]: `_x60 ${gauge([700, 1])}`,
      [build("eu-central-1", "1.0.0")]: gauge([300, 1]),
      [build("eu-central-1", "2.0.0")]: `_x240 ${gauge([500, 1])}`,
      [build("eu-central-1", "3.0.0")]: `_x500 ${gauge([100, 1])}`,
    },
    values: [310, 430, 560, 640, 700].map((minute) => firing(minute, [])),
  },
  {
    title: "parity: replicas and other models do not count, a region on trial has both versions",
    ...base,
    inputs: {
      [build("eu-west-1", "1.0.0")]: gauge([600, 1]),
      [build("eu-west-1", "1.0.0", "b")]: gauge([600, 1]),
      [build("eu-central-1", "1.0.0")]: gauge([600, 1]),
      [build("eu-central-1", "9.0.0", "a", "other")]: gauge([600, 1]),
    },
    values: [firing(590, []), { minute: 590, expr: parityQuery, samples: {} }],
  },
  {
    title: "parity: no data is no alarm of Prometheus",
    ...base,
    inputs: {},
    values: [firing(590, [])],
  },
];
