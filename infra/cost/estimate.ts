import type { PricedResource, CostItem } from "./line";
import { textAt } from "./properties";
import { serviceCost } from "./services";
import { minimums, reservation, type Minimums } from "./workload-requests";
import { assumptions, hoursPerMonth, pricesIn } from "./prices";

export type { PricedResource } from "./line";
export { pricesAsOf } from "./prices";

/** One charge of one resource. */
export interface CostLine {
  readonly type: string;
  /** Logical name of the resource. */
  readonly resource: string;
  readonly region: string;
  /** Model that the resource serves; absent for what all models share. */
  readonly model?: string;
  readonly item: string;
  /** Whole cents. */
  readonly monthlyUsd: number;
}

/** Estimated cost of a plan in US dollars a month, at rest: least replicas, no traffic. */
export interface CostEstimate {
  readonly total: number;
  readonly byRegion: Readonly<Record<string, number>>;
  /** Models only; what they share is in `total` and `byRegion`. */
  readonly byModel: Readonly<Record<string, number>>;
  readonly lines: readonly CostLine[];
}

/**
 * What the estimate leaves out, because it depends on use; the report says so beside every figure.
 */
export const notCovered = [
  "traffic: data transfer, NAT and endpoint gigabytes, load balancer capacity units, requests to WAF, S3, KMS and DNS",
  "stored bytes: buckets, images, logs, metrics, replication",
  "events: CloudTrail data events, GuardDuty beyond a flat estimate",
  "replicas above the minimum, training runs, retained nodes while pods move",
  "tax, support, savings plans and the free tier",
] as const;

/** Region of a stack on an existing cluster, where AWS charges nothing. */
const unpricedRegion = "local";

/**
 * Estimates the monthly cost of planned resources from their inputs. The parts of each breakdown
 * add up to the cent.
 */
export function estimateMonthlyCost(resources: readonly PricedResource[]): CostEstimate {
  const priced = resources.filter(({ region }) => region !== unpricedRegion);
  const least = minimums(priced);
  const lines = priced.flatMap((resource) =>
    [...serviceCost(resource), ...workloadCost(resource, least)].map(({ item, monthlyUsd }) => ({
      ...originOf(resource),
      item,
      monthlyUsd: cents(monthlyUsd),
    })),
  );
  return {
    total: cents(lines.reduce((sum, line) => sum + line.monthlyUsd, 0)),
    byRegion: totals(lines, (line) => line.region),
    byModel: totals(lines, (line) => line.model),
    lines,
  };
}

function originOf({
  type,
  name,
  region,
  props,
}: PricedResource): Pick<CostLine, "type" | "resource" | "region" | "model"> {
  const model =
    textAt(props, "metadata", "labels", "app.kubernetes.io/component") === "model-server"
      ? textAt(props, "metadata", "labels", "app.kubernetes.io/name")
      : undefined;
  return { type, resource: name, region, ...(model === undefined ? {} : { model }) };
}

function totals(
  lines: readonly CostLine[],
  groupOf: (line: CostLine) => string | undefined,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of lines) {
    const group = groupOf(line);
    if (group !== undefined) sums[group] = cents((sums[group] ?? 0) + line.monthlyUsd);
  }
  return sums;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** What a workload's reservation costs in nodes and volumes. */
export function workloadCost(resource: PricedResource, least: Minimums): CostItem[] {
  const { cpu, memoryGiB, gpus, storageGiB } = reservation(resource, least);
  const prices = pricesIn(resource.region);
  const items: CostItem[] = [];
  if (gpus > 0)
    items.push({
      item: `${gpus} GPU nodes`,
      monthlyUsd: gpus * nodeMonth(prices.gpuNode, prices.volumeGbMonth),
    });
  // A GPU node brings four cores and 16 GiB, so the pods that need it cost nothing beyond it.
  else if (cpu > 0 || memoryGiB > 0)
    items.push({
      item: `${round(cpu)} vCPU and ${round(memoryGiB)} GiB`,
      monthlyUsd:
        generalNodes(cpu, memoryGiB) * nodeMonth(prices.generalNode, prices.volumeGbMonth),
    });
  if (storageGiB > 0)
    items.push({
      item: `${round(storageGiB)} GiB of volumes`,
      monthlyUsd: storageGiB * prices.volumeGbMonth,
    });
  return items;
}

/**
 * Share of general nodes that a reservation takes: the larger of its shares of cores and memory.
 */
export function generalNodes(cpu: number, memoryGiB: number): number {
  return (
    Math.max(cpu / assumptions.nodeCpu, memoryGiB / assumptions.nodeMemoryGiB) / assumptions.packing
  );
}

/** A node for a month: on-demand hours, the surcharge of Auto Mode, and its data volume. */
function nodeMonth(hourly: number, volumeGbMonth: number): number {
  return (
    hourly * (1 + assumptions.autoModeSurcharge) * hoursPerMonth +
    assumptions.nodeVolumeGb * volumeGbMonth
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
