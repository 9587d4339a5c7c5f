import type { StackPlan } from "../plan";
import type { Edge } from "../topology";
import { html, plural, type Html } from "./html";
import { layoutOf, type Frame, type Layout, type PlacedBox, type PlacedLane } from "./layout";
import { way } from "./way";

/** Families of resources, told apart by colour. */
const families = [
  { name: "AWS", key: "aws", holds: (type: string) => type.startsWith("aws:") },
  {
    name: "Kubernetes objects",
    key: "kubernetes",
    holds: (type: string) => type.startsWith("kubernetes:") && !type.endsWith(":Release"),
  },
  {
    name: "Helm charts",
    key: "chart",
    holds: (type: string) => type.endsWith("helm.sh/v3:Release"),
  },
  { name: "Other", key: "other", holds: () => true },
] as const;

/**
 * The architecture as the resource graph has it: lanes, boxes, and an arrow from what must exist
 * first to what is built on it.
 */
export function architecture(plan: StackPlan): Html {
  const layout = layoutOf(plan.topology);
  const boxes = new Map(
    layout.lanes.flatMap((lane) => lane.boxes.map((box) => [box.box.urn, box])),
  );
  const laneOf = new Map(
    layout.lanes.flatMap((lane) => lane.boxes.map((box) => [box.box.urn, lane])),
  );
  const inside = plan.topology.edges.filter(
    (edge) => laneOf.get(edge.from) === laneOf.get(edge.to),
  );
  const across = plan.topology.edges.filter(
    (edge) => laneOf.get(edge.from) !== laneOf.get(edge.to),
  );
  const marker = `arrow-${plan.stack}`;
  const summary = `Architecture of ${plan.stack}: ${layout.lanes.map((lane) => `${lane.lane.label}${lane.lane.region === "global" ? "" : ` in ${lane.lane.region}`} with ${lane.lane.boxes.map((box) => box.label).join(", ")}`).join("; ")}.`;
  return html`<figure class="architecture" data-stack="${plan.stack}">
<svg viewBox="-1 -1 ${layout.width + 2} ${layout.height + 2}" role="group" aria-label="${summary}">
<defs><marker id="${marker}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 7.5 4 0 7.2z" class="arrow-head"/></marker></defs>
${layout.lanes.map(laneShape)}
${laneArrows(layout, across, laneOf, marker)}
${inside.map((edge) => edgeShape(edge, boxes, "edge", marker))}
${across.map((edge) => edgeShape(edge, boxes, "edge across", marker))}
${layout.lanes.flatMap((lane) => lane.boxes.map((box) => boxShape(box, plan)))}
</svg>
${legend(plan)}
<div class="members" aria-live="polite"><p class="hint">Choose a box to see what it holds and what it needs.</p></div>
</figure>`;
}

function laneShape(placed: PlacedLane): Html {
  const { x, y, width, height, lane } = placed;
  const count = lane.boxes.reduce((sum, box) => sum + box.members.length, 0);
  const note =
    lane.region === "global"
      ? plural(count, "resource")
      : `${lane.label} · ${plural(count, "resource")}`;
  return html`<g class="lane ${lane.region === "global" ? "global" : "regional"}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/><text x="${x + 16}" y="${y + 26}" class="lane-title">${title(placed)}</text><text x="${x + width - 16}" y="${y + 26}" class="lane-note" text-anchor="end">${note}</text></g>`;
}

/** Between lanes one arrow stands for all; which boxes they connect shows when a box is chosen. */
function laneArrows(
  layout: Layout,
  across: readonly Edge[],
  laneOf: ReadonlyMap<string, PlacedLane>,
  marker: string,
): Html[] {
  const counts = new Map<PlacedLane, Map<PlacedLane, number>>();
  for (const { from, to } of across) {
    const [target, source] = [laneOf.get(from), laneOf.get(to)];
    if (target === undefined || source === undefined) continue;
    const known = counts.get(target) ?? new Map<PlacedLane, number>();
    counts.set(target, known.set(source, (known.get(source) ?? 0) + 1));
  }
  return layout.lanes.flatMap((target) => {
    const sources = counts.get(target);
    if (sources === undefined) return [];
    const taken: number[] = [];
    return layout.lanes.flatMap((source) => {
      const count = sources.get(source);
      if (count === undefined) return [];
      if (source.y === target.y)
        return [
          html`<g class="lane-arrow"><path d="M${besides(source, target)}" marker-end="url(#${marker})"><title>${title(target)} waits for ${title(source)}: ${plural(count, "dependency", "dependencies")}</title></path></g>`,
        ];
      if (source.y + source.height > target.y) return [];
      const x = clearWay(layout, source, target, taken);
      taken.push(x);
      return [
        html`<g class="lane-arrow"><path d="M${x} ${source.y + source.height + 3}V${target.y - 4}" marker-end="url(#${marker})"/><text x="${x + 9}" y="${(source.y + source.height + target.y) / 2 + 4}">${plural(count, "dependency", "dependencies")}</text></g>`,
      ];
    });
  });
}

/**
 * Where a straight way down from one lane to another is not taken yet and passes no box of the
 * lanes between them.
 */
function clearWay(layout: Layout, source: Frame, target: Frame, taken: readonly number[]): number {
  const narrow = source.width <= target.width ? source : target;
  const between = layout.lanes
    .filter(({ y }) => y > source.y && y < target.y)
    .flatMap(({ boxes }) => boxes);
  const ways = [1 / 2, 1 / 4, 3 / 4, 1 / 8, 7 / 8].map((part) => narrow.x + narrow.width * part);
  return (
    ways.find(
      (x) => !taken.includes(x) && between.every((box) => x < box.x || x > box.x + box.width),
    ) ?? narrow.x + narrow.width / 2
  );
}

function title({ lane }: PlacedLane): string {
  return lane.region === "global" ? lane.label : lane.region;
}

/** A short way across the gap between two lanes that stand side by side. */
function besides(source: Frame, target: Frame): string {
  const y = source.y + source.height / 2;
  return source.x < target.x
    ? `${source.x + source.width + 2} ${y}H${target.x - 2}`
    : `${source.x - 2} ${y}H${target.x + target.width + 2}`;
}

function edgeShape(
  edge: Edge,
  boxes: ReadonlyMap<string, PlacedBox>,
  kind: string,
  marker: string,
): Html | undefined {
  const [source, target] = [boxes.get(edge.to), boxes.get(edge.from)];
  if (!source || !target) return undefined;
  return html`<path class="${kind}" data-from="${edge.from}" data-to="${edge.to}" d="${way(source, target, [...boxes.values()])}" marker-end="url(#${marker})"><title>${target.box.label} needs ${source.box.label} (${plural(edge.count, "dependency", "dependencies")})</title></path>`;
}

function boxShape({ x, y, width, height, box }: PlacedBox, plan: StackPlan): Html {
  const [kind, own] = box.label.split(" · ");
  const members = new Set(box.members.map((member) => member.urn));
  const broken = plan.judgement.violations.filter(
    (violation) => violation.resource && members.has(violation.resource.urn),
  );
  const worst = broken.some((violation) => violation.enforcement === "mandatory")
    ? "mandatory"
    : broken.length > 0
      ? "advisory"
      : "";
  const spoken = `${box.label}: ${plural(box.members.length, "resource")}${broken.length > 0 ? `, ${plural(broken.length, "policy finding")}` : ""}`;
  return html`<g class="box ${worst}" tabindex="0" role="button" aria-label="${spoken}" data-urn="${box.urn}"><title>${spoken}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>
<text x="${x + 12}" y="${y + 23}" class="box-title">${fitted(kind ?? "", width - 50)}</text><text x="${x + width - 12}" y="${y + 23}" class="box-count" text-anchor="end">${box.members.length}</text>
<text x="${x + 12}" y="${y + 41}" class="box-note">${fitted(own ?? kindsNote(box.members.map((member) => member.type)), width - 24)}</text>
${familyBar(
  box.members.map((member) => member.type),
  { x: x + 12, y: y + height - 11, width: width - 24, height: 3 },
)}
${broken.length > 0 && html`<circle cx="${x + width - 2}" cy="${y + 2}" r="8" class="finding"/><text x="${x + width - 2}" y="${y + 5.5}" class="finding-count" text-anchor="middle">${broken.length}</text>`}</g>`;
}

function kindsNote(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types)
    counts.set(type.split(":").pop() ?? type, (counts.get(type.split(":").pop() ?? type) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind]) => kind)
    .join(", ");
}

/** Text that fits a width, by the mean width of a character. */
function fitted(text: string, width: number): string {
  const characters = Math.floor(width / 6.4);
  return text.length <= characters
    ? text
    : `${text.slice(0, Math.max(1, characters - 1)).trimEnd()}…`;
}

function familyBar(types: readonly string[], { x, y, width, height }: Frame): Html[] {
  let start = x;
  return families.map((family) => {
    const share =
      types.filter((type) => families.find(({ holds }) => holds(type)) === family).length /
      types.length;
    const bar = html`${share > 0 && html`<rect class="family-${family.key}" x="${start.toFixed(1)}" y="${y}" width="${(share * width).toFixed(1)}" height="${height}" rx="1.5"/>`}`;
    start += share * width;
    return bar;
  });
}

function legend(plan: StackPlan): Html {
  const used = families.filter((family) =>
    plan.resources.some(
      (resource) =>
        resource.custom &&
        !resource.type.startsWith("pulumi:") &&
        families.find(({ holds }) => holds(resource.type)) === family,
    ),
  );
  return html`<figcaption>${used.map((family) => html`<span><i class="swatch family-${family.key}"></i>${family.name}</span>`)}<span class="grow">An arrow leads from what must exist first to what is built on it; what longer ways imply is left out.</span></figcaption>`;
}
