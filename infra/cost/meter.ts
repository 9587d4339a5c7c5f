import * as pulumi from "@pulumi/pulumi";
import { estimateMonthlyCost, isPriced, type CostEstimate } from "./estimate";
import type { PricedResource } from "./prices";

/**
 * Reads every resource that the program registers from now on, to estimate what the stack costs.
 * Prices depend on types, counts and sizes, which are literal, so the estimate is known in a
 * preview, where a policy judges it.
 */
export class CostMeter {
  private readonly seen: PricedResource[] = [];
  private readonly regions = new Map<pulumi.Resource, string>();

  /** `regionalType` is the type of the component whose `region` is that of all below it. */
  constructor(private readonly regionalType: string) {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
      const region = this.regionOf(type, props, opts);
      this.regions.set(resource, region);
      // Copying the arguments of what costs nothing was a tenth of the time of a large plan.
      if (isPriced(type)) this.seen.push({ type, name, region, props: literals(props) });
      return undefined;
    });
  }

  /** Estimate over the resources registered so far. */
  estimate(): CostEstimate {
    return estimateMonthlyCost(this.seen);
  }

  /**
   * A regional platform names its region; whatever is below it shares it. Other resources are where
   * their provider is.
   */
  private regionOf(
    type: string,
    props: Readonly<Record<string, unknown>>,
    opts: pulumi.ResourceOptions,
  ): string {
    if (type === this.regionalType) return String(props["region"]);
    const inherited = opts.parent && this.regions.get(opts.parent);
    const own = opts.provider && this.regions.get(opts.provider);
    if (type === "pulumi:providers:aws") return String(props["region"]);
    return own ?? inherited ?? "global";
  }
}

/** Arguments of {@link StackCost}. */
export interface StackCostArgs extends CostEstimate {
  /** Amount in US dollars that the stack may cost in a month. @default no limit */
  readonly budgetMonthlyUsd?: number | undefined;
}

/** What the stack is estimated to cost, as a component whose inputs the cost policies judge. */
export class StackCost extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:StackCost";

  constructor(
    name: string,
    { total, byRegion, byModel, budgetMonthlyUsd }: StackCostArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      StackCost.__pulumiType,
      name,
      { estimatedMonthlyUsd: total, byRegion, byModel, budgetMonthlyUsd },
      opts,
    );
    this.registerOutputs({});
  }
}

/**
 * The part of a resource's arguments that is written down; what another resource will tell is left
 * out.
 */
function literals(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, literal(value)]));
}

function literal(value: unknown): unknown {
  if (
    pulumi.Output.isInstance(value) ||
    pulumi.Resource.isInstance(value) ||
    value instanceof Promise
  )
    return null;
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
}
