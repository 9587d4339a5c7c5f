import type { CostItem, PricedResource } from "./line";
import { assumptions, hoursPerMonth, pricesIn } from "./prices";
import { reservation, type Minimums } from "./workload-requests";

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
