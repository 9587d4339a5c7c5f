import type { Change, PlanDifference, ResourceIdentity } from "./difference";
import { isSame } from "./difference";

/** Resources of one kind of change that are named; the rest is counted. */
const namedResources = 6;
/** Longest value that is printed as a whole. */
const longestValue = 170;

/** A difference as a person at a terminal reads it. */
export function differenceText(difference: PlanDifference, folder: string): string {
  const { stack, known, added, removed, renamed, changed, figures } = difference;
  if (!known) return `${stack}: no plan in ${folder}, all ${added.length} resources are new`;
  if (isSame(difference)) return `${stack}: the same as in ${folder}`;
  const digests = changed.filter(({ changes }) => changes.every((one) => one.digestsOnly));
  const others = changed.filter((resource) => !digests.includes(resource));
  const counts = [
    [added, "added"],
    [removed, "removed"],
    [renamed, "renamed"],
    [others, "changed"],
    [digests, "with other digests alone"],
  ] as const;
  return [
    `${stack}: against ${folder} ${counts.map(([list, what]) => `${list.length} ${what}`).join(", ")}`,
    ...added.map((resource) => `  + ${called(resource)}`),
    ...removed.map((resource) => `  - ${called(resource)}`),
    ...renamed.flatMap(({ from, to, changes }) => [
      `  > ${called(from)}`,
      `    -> ${movedTo(from, to)}`,
      ...changes.map(changeLine),
    ]),
    ...grouped(others.map((resource) => [resource, resource.changes.map(changeLine)])),
    ...grouped(digests.map((resource) => [resource, resource.changes.map(changeLine)])),
    ...(figures.length > 0 ? ["  of the whole stack:", ...figures.map(changeLine)] : []),
  ].join("\n");
}

function called({ type, name, region }: ResourceIdentity): string {
  return `${type} ${name} (${region})`;
}

/** The same type and name under another parent has another URN alone. */
function movedTo(from: ResourceIdentity, to: ResourceIdentity): string {
  return from.type === to.type && from.name === to.name ? `under ${to.urn}` : called(to);
}

/** `# path` is a digest that is another now: which, nobody compares by eye. */
function changeLine(change: Change): string {
  if (change.digestsOnly) return `      # ${change.path}`;
  if (!("before" in change)) return `      ${change.path}: + ${valueText(change.after)}`;
  if (!("after" in change)) return `      ${change.path}: - ${valueText(change.before)}`;
  return `      ${change.path}: ${valueText(change.before)} -> ${valueText(change.after)}`;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text;
}

/** Resources that changed in the same way stand above the one list of what changed. */
function grouped(resources: readonly (readonly [ResourceIdentity, readonly string[]])[]): string[] {
  const groups = new Map<string, ResourceIdentity[]>();
  for (const [resource, lines] of resources) {
    const key = lines.join("\n");
    groups.set(key, [...(groups.get(key) ?? []), resource]);
  }
  return [...groups].flatMap(([lines, same]) => [
    ...same.slice(0, namedResources).map((resource) => `  ~ ${called(resource)}`),
    ...(same.length > namedResources ? [`  ~ and ${same.length - namedResources} more`] : []),
    lines,
  ]);
}
