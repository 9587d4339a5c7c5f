import { layersOf, rowsOf, tiersOf } from "../layers";
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
export const sizes = {
  width: 1120,
  box: { height: 62, minimumWidth: 158, maximumWidth: 248 },
  gap: { x: 16, y: 30 },
  lane: { padding: 16, head: 40, gap: { x: 20, y: 46 } },
  lanesAbreast: 4,
} as const;

/**
 * Lays the architecture out in rows: what the regions stand on, the regions side by side, what
 * stands on the regions. Inside a lane, a box is below everything that it needs.
 */
export function layoutOf({ lanes, edges }: Topology): Layout {
  const { below, regional, above } = tiersOf(lanes, edges);
  const rows = [
    ...rowsOf(below, edges).flatMap(sideBySide),
    ...chunks(regional, sizes.lanesAbreast),
    ...above.map((lane) => [lane]),
  ];
  const placed: PlacedLane[] = [];
  let y = 0;
  for (const row of rows) {
    const width = (sizes.width - sizes.lane.gap.x * (row.length - 1)) / row.length;
    const drawn = row.map((lane, i) =>
      placeLane(lane, edges, { x: i * (width + sizes.lane.gap.x), y, width }),
    );
    const height = Math.max(...drawn.map((lane) => lane.height));
    placed.push(...drawn.map((lane) => ({ ...lane, height })));
    y += height + sizes.lane.gap.y;
  }
  return { width: sizes.width, height: Math.max(0, y - sizes.lane.gap.y), lanes: placed };
}

function placeLane(
  lane: Lane,
  edges: readonly Edge[],
  at: { readonly x: number; readonly y: number; readonly width: number },
): PlacedLane {
  const inner = at.width - 2 * sizes.lane.padding;
  const columns = Math.max(
    1,
    Math.floor((inner + sizes.gap.x) / (sizes.box.minimumWidth + sizes.gap.x)),
  );
  const rows = layersOf(lane.boxes, edges).flatMap((layer) => chunks(layer, columns));
  const across = Math.max(1, ...rows.map((row) => row.length));
  const width = Math.min(sizes.box.maximumWidth, (inner - sizes.gap.x * (across - 1)) / across);
  const boxes: PlacedBox[] = [];
  rows.forEach((row, index) => {
    const start = (inner - row.length * width - (row.length - 1) * sizes.gap.x) / 2;
    const y = at.y + sizes.lane.head + index * (sizes.box.height + sizes.gap.y);
    row.forEach((box, i) =>
      boxes.push({
        box,
        x: at.x + sizes.lane.padding + start + i * (width + sizes.gap.x),
        y,
        width,
        height: sizes.box.height,
      }),
    );
  });
  const height =
    sizes.lane.head +
    rows.length * sizes.box.height +
    Math.max(0, rows.length - 1) * sizes.gap.y +
    sizes.lane.padding;
  return { lane, boxes, ...at, height };
}

/** Small lanes share a row, below those that need its whole width. */
function sideBySide(lanes: readonly Lane[]): Lane[][] {
  const isLarge = ({ boxes }: Lane) => boxes.length > 2;
  return [
    ...lanes.filter(isLarge).map((lane) => [lane]),
    ...chunks(
      lanes.filter((lane) => !isLarge(lane)),
      sizes.lanesAbreast,
    ),
  ];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
