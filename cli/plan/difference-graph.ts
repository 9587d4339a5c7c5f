import { z } from "zod";
import type { PlanDifference, WrittenPlan } from "./difference";

/** Areas that are drawn; a larger graph nobody reads. */
const drawn = 40;

/** How many resources change in an area of one region. */
export interface AreaChange {
  readonly area: string;
  readonly region: string;
  readonly added: number;
  readonly removed: number;
  /** Renamed ones included. */
  readonly changed: number;
}

const locatedSchema = z.object({ area: z.string().optional(), dependencies: z.array(z.string()) });
type WrittenResource = WrittenPlan["resources"][number];

/** The area of a resource; components and providers belong to none. */
function areaOf(resource: WrittenResource): string | undefined {
  const { area } = located(resource);
  return resource.custom ? area : undefined;
}

function located({ area, options }: WrittenResource) {
  return locatedSchema.parse({ area, dependencies: options["dependencies"] ?? [] });
}

/** What changes by area and region, in the order of the plans. */
export function changedAreas(
  { added, removed, renamed, changed }: PlanDifference,
  earlier: WrittenPlan | undefined,
  later: WrittenPlan,
): AreaChange[] {
  const counts = new Map<string, AreaChange>();
  const count = (
    kind: "added" | "removed" | "changed",
    resources: readonly { readonly urn: string }[],
    plan: WrittenPlan | undefined,
  ) => {
    const urns = new Set(resources.map(({ urn }) => urn));
    for (const resource of plan?.resources ?? []) {
      const area = areaOf(resource);
      if (area === undefined || !urns.has(resource.urn)) continue;
      const { region } = resource;
      const key = keyOf(area, region);
      const known = counts.get(key) ?? { area, region, added: 0, removed: 0, changed: 0 };
      counts.set(key, { ...known, [kind]: known[kind] + 1 });
    }
  };
  count("added", added, later);
  count("changed", [...changed, ...renamed.map(({ to }) => to)], later);
  count("removed", removed, earlier);
  return [...counts.values()].sort((a, b) => a.region.localeCompare(b.region));
}

function keyOf(area: string, region: string): string {
  return `${region}/${area}`;
}

/**
 * The areas that change as a Mermaid flowchart, region by region, with an arrow from what must
 * exist first to what is built on it.
 */
export function mermaid(areas: readonly AreaChange[], later: WrittenPlan): string {
  const shown = areas.slice(0, drawn);
  const ids = new Map(shown.map(({ area, region }, i) => [keyOf(area, region), `a${i}`]));
  const regions = [...new Set(shown.map(({ region }) => region))];
  return [
    "flowchart LR",
    ...regions.flatMap((region, i) => [
      `  subgraph r${i}["${region}"]`,
      ...shown
        .filter((one) => one.region === region)
        .map(
          (one) =>
            `    ${ids.get(keyOf(one.area, region)) ?? ""}["${labelOf(one)}"]:::${kindOf(one)}`,
        ),
      "  end",
    ]),
    ...arrows(ids, later),
    ...(areas.length > drawn ? [`  more["and ${areas.length - drawn} more areas"]`] : []),
    "  classDef added stroke:#1a7f37,stroke-width:2px",
    "  classDef removed stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 3",
    "  classDef changed stroke:#9a6700,stroke-width:2px",
  ].join("\n");
}

/** `Network<br/>+3 ~1`. */
function labelOf({ area, added, removed, changed }: AreaChange): string {
  const counts = [
    [added, "+"],
    [changed, "~"],
    [removed, "−"],
  ] as const;
  const text = counts.flatMap(([count, sign]) => (count > 0 ? [`${sign}${count}`] : [])).join(" ");
  return `${area.replace(/[^\w ./×-]/g, " ")}<br/>${text}`;
}

function kindOf({ added, removed, changed }: AreaChange): string {
  if (changed > 0 || (added > 0 && removed > 0)) return "changed";
  return added > 0 ? "added" : "removed";
}

function arrows(ids: ReadonlyMap<string, string>, { resources }: WrittenPlan): string[] {
  const idOf = new Map(
    resources.flatMap((resource) => {
      const area = areaOf(resource);
      const id = area === undefined ? undefined : ids.get(keyOf(area, resource.region));
      return id === undefined ? [] : [[resource.urn, id] as const];
    }),
  );
  const found = resources.flatMap((resource) => {
    const to = idOf.get(resource.urn);
    if (to === undefined) return [];
    return located(resource).dependencies.flatMap((urn) => {
      const from = idOf.get(urn);
      return from === undefined || from === to ? [] : [`  ${from} --> ${to}`];
    });
  });
  return [...new Set(found)];
}
