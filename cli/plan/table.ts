import { layersOf, tiersOf } from "./layers";
import { regionsOf, type StackPlan } from "./plan";
import { isProvider, type RecordedResource } from "./resource";
import type { Topology } from "./topology";

/** How many resources each area has in each region. */
export interface AreaTable {
  readonly regions: readonly string[];
  readonly rows: readonly {
    readonly area: string;
    readonly counts: readonly number[];
    readonly total: number;
  }[];
  readonly totals: readonly number[];
  readonly total: number;
}

/** What the plan creates: neither components nor providers, which exist in the program alone. */
export function createdIn(plan: StackPlan): RecordedResource[] {
  return plan.resources.filter((resource) => resource.custom && !isProvider(resource));
}

/**
 * Counts created resources by area and region; areas stand in the order in which they build on each
 * other.
 */
export function areaTable(plan: StackPlan): AreaTable {
  const created = createdIn(plan);
  const regions = regionsOf(plan).filter((region) =>
    created.some((resource) => resource.region === region),
  );
  const counts = new Map(areasInOrder(plan.topology).map((area) => [area, regions.map(() => 0)]));
  for (const resource of created) {
    const area = plan.topology.areaOf.get(resource.urn) ?? "";
    const row = counts.get(area) ?? regions.map(() => 0);
    const column = regions.indexOf(resource.region);
    row[column] = (row[column] ?? 0) + 1;
    counts.set(area, row);
  }
  const rows = [...counts].map(([area, row]) => ({ area, counts: row, total: sum(row) }));
  return {
    regions,
    rows,
    totals: regions.map((_, i) => sum(rows.map((row) => row.counts[i] ?? 0))),
    total: created.length,
  };
}

function areasInOrder({ lanes, edges }: Topology): string[] {
  const { below, regional, above } = tiersOf(lanes, edges);
  return [...below, ...regional, ...above].flatMap((lane) =>
    layersOf(lane.boxes, edges)
      .flat()
      .map((box) => box.area),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
