import { isProvider, stackType, type RecordedResource } from "./resource";

/** A box of the architecture: a component below a top one, or what a top one holds directly. */
export interface Box {
  readonly urn: string;
  /**
   * Name of the component's class in words, and its own name where several of a kind stand side by
   * side.
   */
  readonly label: string;
  /** Kind of box, the same in every region: the component's class name in words. */
  readonly area: string;
  /** URN of the top component that holds it. */
  readonly lane: string;
  /** What the box creates; components and providers are not counted. */
  readonly members: readonly RecordedResource[];
}

/** A top component: the foundation, a region, the entry. */
export interface Lane {
  readonly urn: string;
  readonly label: string;
  /** Region of the component, or `global`. */
  readonly region: string;
  readonly boxes: readonly Box[];
}

/** A real dependency: something in `from` needs something in `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** How many resources of `from` depend on resources of `to`. */
  readonly count: number;
}

/** The resource graph at the size that a person can read. */
export interface Topology {
  readonly lanes: readonly Lane[];
  /** Between boxes, by URN; those that others imply are left out. */
  readonly edges: readonly Edge[];
  /** Area of each created resource, by URN. */
  readonly areaOf: ReadonlyMap<string, string>;
}

/** Boxes of one kind in one lane that are still drawn one by one. */
const drawnApart = 6;

/** Groups resources by the components that hold them, and their dependencies by those groups. */
export function topologyOf(resources: readonly RecordedResource[]): Topology {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const created = resources.filter((resource) => resource.custom && !isProvider(resource));
  const boxes = merged(boxesOf(created, byUrn));
  const boxOf = new Map(
    boxes.flatMap((box) => box.members.map((member): [string, Box] => [member.urn, box])),
  );
  const componentBox = new Map(
    created.flatMap((resource) =>
      ancestry(resource, byUrn)
        .slice(1)
        .map((component): [string, Box | undefined] => [component.urn, boxOf.get(resource.urn)]),
    ),
  );
  const boxAt = (urn: string) => (boxOf.get(urn) ?? componentBox.get(urn))?.urn;
  // A component waits too, and with it everything in it.
  const waiting = resources.filter((resource) => !isProvider(resource));
  const pairs = waiting.flatMap((resource) =>
    dependenciesOf(resource, byUrn).map((to) => ({ from: boxAt(resource.urn), to: boxAt(to) })),
  );
  return {
    lanes: lanesOf(boxes, byUrn),
    edges: reduced(counted(pairs)),
    areaOf: new Map([...boxOf].map(([urn, box]) => [urn, box.area])),
  };
}

/** The component ancestors of a resource, outermost first; a component counts as its own. */
function ancestry(
  resource: RecordedResource,
  byUrn: ReadonlyMap<string, RecordedResource>,
): RecordedResource[] {
  const found: RecordedResource[] = [];
  for (
    let current: RecordedResource | undefined = resource;
    current;
    current = current.parent === undefined ? undefined : byUrn.get(current.parent)
  ) {
    if (!current.custom && current.type !== stackType) found.unshift(current);
  }
  return found;
}

function boxesOf(
  created: readonly RecordedResource[],
  byUrn: ReadonlyMap<string, RecordedResource>,
): Box[] {
  const boxes = new Map<string, Box & { readonly members: RecordedResource[] }>();
  for (const resource of created) {
    const [lane, second] = ancestry(resource, byUrn);
    const head = second ?? lane;
    const urn = head?.urn ?? "";
    const known = boxes.get(urn);
    if (known) known.members.push(resource);
    else
      boxes.set(urn, {
        urn,
        label: labelOf(lane, head),
        area: head ? words(head.type) : "Stack",
        lane: lane?.urn ?? "",
        members: [resource],
      });
  }
  return [...boxes.values()];
}

/** Many boxes of one kind in one lane, such as two hundred models, become one. */
function merged(boxes: readonly Box[]): Box[] {
  const kinds = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = `${box.lane} ${box.area}`;
    const known = kinds.get(key);
    if (known) known.push(box);
    else kinds.set(key, [box]);
  }
  return [...kinds.values()].flatMap((kind) => {
    const [first] = kind;
    if (first === undefined || kind.length <= drawnApart) return kind;
    return [
      {
        ...first,
        label: `${first.area} × ${kind.length}`,
        members: kind.flatMap((box) => box.members),
      },
    ];
  });
}

/** `prod-eu-west-1-loan-approval` under `prod-eu-west-1` reads `Model service · loan-approval`. */
function labelOf(lane: RecordedResource | undefined, box: RecordedResource | undefined): string {
  if (!box) return "Stack";
  const kind = words(box.type);
  if (!lane || box === lane || !box.name.startsWith(`${lane.name}-`)) return kind;
  const own = box.name.slice(lane.name.length + 1);
  const plain = kind.toLowerCase().replaceAll(" ", "-");
  return plain.includes(own) || own.includes(plain) ? kind : `${kind} · ${own}`;
}

/** `causeway:regional:ModelService` in words: `Model service`. */
export function words(type: string): string {
  const name = type.split(":").pop() ?? type;
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function lanesOf(boxes: readonly Box[], byUrn: ReadonlyMap<string, RecordedResource>): Lane[] {
  const urns = [...new Set(boxes.map((box) => box.lane))];
  return urns.map((urn) => {
    const top = byUrn.get(urn);
    return {
      urn,
      label: top ? words(top.type) : "Stack",
      region: top?.region ?? "global",
      boxes: boxes.filter((box) => box.lane === urn),
    };
  });
}

/**
 * Everything that a resource waits for, its provider's needs included: a cluster's objects need the
 * cluster.
 */
function dependenciesOf(
  resource: RecordedResource,
  byUrn: ReadonlyMap<string, RecordedResource>,
): readonly string[] {
  const provider =
    resource.options.provider === undefined ? undefined : byUrn.get(resource.options.provider);
  return [...resource.options.dependencies, ...(provider?.options.dependencies ?? [])];
}

function counted(
  pairs: readonly { readonly from: string | undefined; readonly to: string | undefined }[],
): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { from, to } of pairs) {
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to}`;
    edges.set(key, { from, to, count: (edges.get(key)?.count ?? 0) + 1 });
  }
  return [...edges.values()];
}

/**
 * Edges without those that a longer way already implies (transitive reduction). Taken out one by
 * one, so a cycle stays connected.
 */
function reduced(edges: readonly Edge[]): Edge[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  return edges.filter(({ from, to }) => {
    const neighbours = next.get(from) ?? new Set();
    neighbours.delete(to);
    if (reaches(from, to, next)) return false;
    neighbours.add(to);
    return true;
  });
}

function reaches(
  start: string,
  goal: string,
  next: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const seen = new Set([start]);
  const open = [start];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    if (current === goal) return true;
    for (const neighbour of next.get(current) ?? []) {
      if (seen.has(neighbour)) continue;
      seen.add(neighbour);
      open.push(neighbour);
    }
  }
  return false;
}
