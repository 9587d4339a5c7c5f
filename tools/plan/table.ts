import { isProvider, type RecordedResource } from "./resource";
import { regionsOf, type StackPlan } from "./plan";

/** How many resources each area has in each region. */
export interface AreaTable {
  readonly regions: readonly string[];
  readonly rows: readonly { readonly area: string; readonly counts: readonly number[]; readonly total: number }[];
  readonly totals: readonly number[];
  readonly total: number;
}

/** What the plan creates: neither components nor providers, which exist in the program alone. */
export function createdIn(plan: StackPlan): RecordedResource[] {
  return plan.resources.filter((resource) => resource.custom && !isProvider(resource));
}

/** Counts created resources by area, in the order in which the program makes them, and region. */
export function areaTable(plan: StackPlan): AreaTable {
  const created = createdIn(plan);
  const regions = regionsOf(plan).filter((region) => created.some((resource) => resource.region === region));
  const counts = new Map<string, number[]>();
  for (const resource of created) {
    const area = plan.topology.areaOf.get(resource.urn) ?? "";
    const row = counts.get(area) ?? regions.map(() => 0);
    const column = regions.indexOf(resource.region);
    row[column] = (row[column] ?? 0) + 1;
    counts.set(area, row);
  }
  const rows = [...counts].map(([area, row]) => ({ area, counts: row, total: sum(row) }));
  return { regions, rows, totals: regions.map((_, i) => sum(rows.map((row) => row.counts[i] ?? 0))), total: created.length };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
