import type { Box, Edge, Lane } from "./topology";

/** Lanes by what they stand on: what regions need, the regions, what needs regions. */
export interface Tiers {
  readonly below: readonly Lane[];
  readonly regional: readonly Lane[];
  readonly above: readonly Lane[];
}

/** Sorts lanes into tiers; the order inside a tier is the program's. */
export function tiersOf(lanes: readonly Lane[], edges: readonly Edge[]): Tiers {
  const laneOf = new Map(lanes.flatMap((lane) => lane.boxes.map((box) => [box.urn, lane])));
  const needsRegion = (lane: Lane) =>
    edges.some(
      (edge) => laneOf.get(edge.from) === lane && (laneOf.get(edge.to) ?? lane).region !== "global",
    );
  const global = lanes.filter((lane) => lane.region === "global");
  return {
    below: global.filter((lane) => !needsRegion(lane)),
    regional: lanes.filter((lane) => lane.region !== "global"),
    above: global.filter(needsRegion),
  };
}

/** Lanes below the regions in rows, each lane as near to what needs it as it can be. */
export function rowsOf(lanes: readonly Lane[], edges: readonly Edge[]): Lane[][] {
  const laneOf = new Map(lanes.flatMap((lane) => lane.boxes.map((box) => [box.urn, lane])));
  const needed = (lane: Lane) =>
    lanes.filter(
      (other) =>
        other !== lane &&
        edges.some((edge) => laneOf.get(edge.from) === other && laneOf.get(edge.to) === lane),
    );
  const rank = (lane: Lane, path: ReadonlySet<Lane>): number =>
    Math.max(
      0,
      ...needed(lane)
        .filter((other) => !path.has(other))
        .map((other) => rank(other, new Set([...path, other])) + 1),
    );
  const rows: Lane[][] = [];
  for (const lane of lanes) (rows[rank(lane, new Set([lane]))] ??= []).push(lane);
  return rows.filter((row) => row !== undefined).reverse();
}

/**
 * Boxes by the longest way to something that needs nothing here; in a layer, each near what it
 * needs.
 */
export function layersOf(boxes: readonly Box[], edges: readonly Edge[]): Box[][] {
  const inside = new Set(boxes.map((box) => box.urn));
  const needs = new Map(
    boxes.map((box) => [
      box.urn,
      edges.filter((edge) => edge.from === box.urn && inside.has(edge.to)).map((edge) => edge.to),
    ]),
  );
  const depths = new Map<string, number>();
  const depth = (urn: string, path: ReadonlySet<string>): number => {
    const known = depths.get(urn);
    if (known !== undefined) return known;
    // A box on the path already is a cycle: it adds no depth.
    const below = (needs.get(urn) ?? [])
      .filter((next) => !path.has(next))
      .map((next) => depth(next, new Set([...path, next])) + 1);
    const result = Math.max(0, ...below);
    depths.set(urn, result);
    return result;
  };
  const layers: Box[][] = [];
  for (const box of boxes) (layers[depth(box.urn, new Set([box.urn]))] ??= []).push(box);
  return ordered(
    layers.filter((layer) => layer !== undefined),
    needs,
  );
}

/**
 * Barycentre ordering: a box stands at the mean position of what it needs, which keeps arrows short
 * and uncrossed.
 */
function ordered(layers: readonly Box[][], needs: ReadonlyMap<string, readonly string[]>): Box[][] {
  const position = new Map<string, number>();
  return layers.map((layer) => {
    const middle = (box: Box, index: number) => {
      const known = (needs.get(box.urn) ?? []).flatMap((urn) => position.get(urn) ?? []);
      return known.length === 0
        ? index / Math.max(1, layer.length - 1)
        : known.reduce((a, b) => a + b, 0) / known.length;
    };
    const sorted = layer
      .map((box, index) => ({ box, at: middle(box, index) }))
      .sort((a, b) => a.at - b.at)
      .map(({ box }) => box);
    sorted.forEach((box, index) =>
      position.set(box.urn, sorted.length === 1 ? 0.5 : index / (sorted.length - 1)),
    );
    return sorted;
  });
}
