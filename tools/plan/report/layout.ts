import type { Box, Edge, Lane, Topology } from "../topology";

/** Where a box or a lane is drawn, in units of the drawing. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLane extends Frame {
  readonly lane: Lane;
  readonly boxes: readonly PlacedBox[];
}

export interface PlacedBox extends Frame {
  readonly box: Box;
}

/** A drawing that is ready to be painted. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly PlacedLane[];
}

/** Sizes of the drawing. */
export const sizes = { width: 1120, box: { height: 62, minimumWidth: 158 }, gap: { x: 16, y: 30 }, lane: { padding: 16, head: 40, gap: { x: 20, y: 46 } }, lanesAbreast: 4 } as const;

/**
 * Lays the architecture out in rows: what the regions stand on, the regions side by side, what stands on the regions.
 * Inside a lane, a box is below everything that it needs.
 */
export function layoutOf({ lanes, edges }: Topology): Layout {
  const laneOf = new Map(lanes.flatMap((lane) => lane.boxes.map((box) => [box.urn, lane])));
  const needsRegion = (lane: Lane) => edges.some((edge) => laneOf.get(edge.from) === lane && (laneOf.get(edge.to) ?? lane).region !== "global");
  const regional = lanes.filter((lane) => lane.region !== "global");
  const global = lanes.filter((lane) => lane.region === "global");
  const rows = [...global.filter((lane) => !needsRegion(lane)).map((lane) => [lane]), ...chunks(regional, sizes.lanesAbreast), ...global.filter(needsRegion).map((lane) => [lane])];
  const placed: PlacedLane[] = [];
  let y = 0;
  for (const row of rows) {
    const width = (sizes.width - sizes.lane.gap.x * (row.length - 1)) / row.length;
    const drawn = row.map((lane, i) => placeLane(lane, edges, { x: i * (width + sizes.lane.gap.x), y, width }));
    const height = Math.max(...drawn.map((lane) => lane.height));
    placed.push(...drawn.map((lane) => ({ ...lane, height })));
    y += height + sizes.lane.gap.y;
  }
  return { width: sizes.width, height: Math.max(0, y - sizes.lane.gap.y), lanes: placed };
}

function placeLane(lane: Lane, edges: readonly Edge[], at: { readonly x: number; readonly y: number; readonly width: number }): PlacedLane {
  const inner = at.width - 2 * sizes.lane.padding;
  const columns = Math.max(1, Math.floor((inner + sizes.gap.x) / (sizes.box.minimumWidth + sizes.gap.x)));
  const rows = layersOf(lane.boxes, edges).flatMap((layer) => chunks(layer, columns));
  const boxes: PlacedBox[] = [];
  rows.forEach((row, index) => {
    const across = Math.min(columns, Math.max(row.length, Math.min(columns, lane.boxes.length)));
    const width = (inner - sizes.gap.x * (across - 1)) / across;
    const start = (inner - row.length * width - (row.length - 1) * sizes.gap.x) / 2;
    const y = at.y + sizes.lane.head + index * (sizes.box.height + sizes.gap.y);
    row.forEach((box, i) => boxes.push({ box, x: at.x + sizes.lane.padding + start + i * (width + sizes.gap.x), y, width, height: sizes.box.height }));
  });
  const height = sizes.lane.head + rows.length * sizes.box.height + Math.max(0, rows.length - 1) * sizes.gap.y + sizes.lane.padding;
  return { lane, boxes, ...at, height };
}

/** Boxes by the longest way to something that needs nothing here; in a layer, each near what it needs. */
export function layersOf(boxes: readonly Box[], edges: readonly Edge[]): Box[][] {
  const inside = new Set(boxes.map((box) => box.urn));
  const needs = new Map(boxes.map((box) => [box.urn, edges.filter((edge) => edge.from === box.urn && inside.has(edge.to)).map((edge) => edge.to)]));
  const depths = new Map<string, number>();
  const depth = (urn: string, path: ReadonlySet<string>): number => {
    const known = depths.get(urn);
    if (known !== undefined) return known;
    // A box on the path already is a cycle: it adds no depth.
    const below = (needs.get(urn) ?? []).filter((next) => !path.has(next)).map((next) => depth(next, new Set([...path, next])) + 1);
    const result = Math.max(0, ...below);
    depths.set(urn, result);
    return result;
  };
  const layers: Box[][] = [];
  for (const box of boxes) (layers[depth(box.urn, new Set([box.urn]))] ??= []).push(box);
  return ordered(layers.filter((layer) => layer !== undefined), needs);
}

/** Barycentre ordering: a box stands at the mean position of what it needs, which keeps arrows short and uncrossed. */
function ordered(layers: readonly Box[][], needs: ReadonlyMap<string, readonly string[]>): Box[][] {
  const position = new Map<string, number>();
  return layers.map((layer) => {
    const middle = (box: Box, index: number) => {
      const known = (needs.get(box.urn) ?? []).flatMap((urn) => position.get(urn) ?? []);
      return known.length === 0 ? index / Math.max(1, layer.length - 1) : known.reduce((a, b) => a + b, 0) / known.length;
    };
    const sorted = layer.map((box, index) => ({ box, at: middle(box, index) })).sort((a, b) => a.at - b.at).map(({ box }) => box);
    sorted.forEach((box, index) => position.set(box.urn, sorted.length === 1 ? 0.5 : index / (sorted.length - 1)));
    return sorted;
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
