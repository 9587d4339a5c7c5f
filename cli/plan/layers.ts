import type { Box, Edge, Lane } from "./topology";

/** Lanes by what they stand on: what regions need, the regions, what needs regions. */
export interface Tiers {
  readonly below: readonly Lane[];
  readonly regional: readonly Lane[];
  readonly above: readonly Lane[];
}

/** Sorts lanes into tiers; the order inside a tier is the program's. */
export function tiersOf(lanes: readonly Lane[], edges: readonly Edge[]): Tiers {
  const needs = laneNeeds(lanes, edges);
  const needsRegion = (lane: Lane) =>
    [...(needs.get(lane) ?? [])].some(({ region }) => region !== "global");
  const global = lanes.filter((lane) => lane.region === "global");
  return {
    below: global.filter((lane) => !needsRegion(lane)),
    regional: lanes.filter((lane) => lane.region !== "global"),
    above: global.filter(needsRegion),
  };
}

/** Lanes below the regions in rows, each lane as near to what needs it as it can be. */
export function rowsOf(lanes: readonly Lane[], edges: readonly Edge[]): Lane[][] {
  const neededBy = new Map<Lane, Set<Lane>>();
  for (const [lane, needs] of laneNeeds(lanes, edges))
    for (const other of needs)
      if (other !== lane) neededBy.set(other, (neededBy.get(other) ?? new Set()).add(lane));
  return byDepth(lanes, neededBy).reverse();
}

/** Lanes by the lanes in which they need something. */
function laneNeeds(lanes: readonly Lane[], edges: readonly Edge[]): Map<Lane, Set<Lane>> {
  const laneOf = new Map(lanes.flatMap((lane) => lane.boxes.map((box) => [box.urn, lane])));
  const needs = new Map<Lane, Set<Lane>>();
  for (const { from, to } of edges) {
    const [lane, needed] = [laneOf.get(from), laneOf.get(to)];
    if (lane && needed) needs.set(lane, (needs.get(lane) ?? new Set()).add(needed));
  }
  return needs;
}

/**
 * Boxes by the longest way to something that needs nothing here; in a layer, each near what it
 * needs.
 */
export function layersOf(boxes: readonly Box[], edges: readonly Edge[]): Box[][] {
  const byUrn = new Map(boxes.map((box) => [box.urn, box]));
  const needs = new Map<Box, Set<Box>>();
  for (const { from, to } of edges) {
    const [box, needed] = [byUrn.get(from), byUrn.get(to)];
    if (box && needed) needs.set(box, (needs.get(box) ?? new Set()).add(needed));
  }
  return ordered(byDepth(boxes, needs), needs);
}

/** Items by the longest way along `next`, those without any first. */
function byDepth<T>(items: readonly T[], next: ReadonlyMap<T, ReadonlySet<T>>): T[][] {
  const depths = new Map<T, number>();
  const depth = (item: T, path: ReadonlySet<T>): number => {
    const known = depths.get(item);
    if (known !== undefined) return known;
    // An item on the path already is a cycle: it adds no depth.
    const below = [...(next.get(item) ?? [])]
      .filter((other) => !path.has(other))
      .map((other) => depth(other, new Set([...path, other])) + 1);
    const result = Math.max(0, ...below);
    depths.set(item, result);
    return result;
  };
  const layers: T[][] = [];
  for (const item of items) (layers[depth(item, new Set([item]))] ??= []).push(item);
  return layers.filter((layer) => layer !== undefined);
}

/**
 * Barycentre ordering: a box stands at the mean position of what it needs, which keeps arrows short
 * and uncrossed.
 */
function ordered(layers: readonly Box[][], needs: ReadonlyMap<Box, ReadonlySet<Box>>): Box[][] {
  const position = new Map<Box, number>();
  return layers.map((layer) => {
    const middle = (box: Box, index: number) => {
      const known = [...(needs.get(box) ?? [])].flatMap((other) => position.get(other) ?? []);
      return known.length === 0
        ? index / Math.max(1, layer.length - 1)
        : known.reduce((a, b) => a + b, 0) / known.length;
    };
    const sorted = layer
      .map((box, index) => ({ box, at: middle(box, index) }))
      .sort((a, b) => a.at - b.at)
      .map(({ box }) => box);
    sorted.forEach((box, index) =>
      position.set(box, sorted.length === 1 ? 0.5 : index / (sorted.length - 1)),
    );
    return sorted;
  });
}
