import { areaTable } from "./table";
import { isClean, type StackPlan } from "./plan";

/**
 * What `plan.json` and `--json` say of a stack. No clock and no machine in it: two plans of one
 * program are equal.
 */
export function planJson(plan: StackPlan): Record<string, unknown> {
  const { violations, rules } = plan.judgement;
  const count = (enforcement: string) =>
    violations.filter((violation) => violation.enforcement === enforcement).length;
  return {
    stack: plan.stack,
    environment: plan.config.environment,
    verdict: isClean(plan) ? "clean" : "violations",
    counts: {
      resources: areaTable(plan).total,
      components: plan.resources.filter((resource) => !resource.custom).length,
      rules: rules.length,
      mandatory: count("mandatory"),
      advisory: count("advisory"),
    },
    areas: areaTable(plan),
    violations,
    recovery: plan.recovery,
    cost: {
      totalMonthlyUsd: plan.cost.total,
      byRegion: plan.cost.byRegion,
      byModel: plan.cost.byModel,
      budgetMonthlyUsd: plan.config.monthlyBudgetUsd,
    },
    releases: plan.releases.map(({ contract, release, trial }) => ({
      model: release.model,
      version: release.version,
      published: release.published,
      riskTier: contract.riskTier,
      digest: release.image.digest,
      trial,
    })),
    outputs: plan.outputs,
    gaps: plan.gaps,
    resources: plan.resources.map(
      ({ type, name, urn, parent, region, custom, inputs, options }) => ({
        type,
        name,
        urn,
        parent,
        region,
        area: plan.topology.areaOf.get(urn),
        custom,
        inputs,
        options,
      }),
    ),
  };
}
