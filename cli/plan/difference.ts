import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError, pathName } from "../../services/contract/problems";
import { isProperties, type Properties } from "./wire";

/** A part that two plans do not have in common. */
export interface Change {
  /** Path of the value, such as `spec.replicas` or `options.protect`. */
  readonly path: string;
  /** Absent where only the other plan has a value. Long texts are cut to where they differ. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Whether the two are equal but for digests, as when only a source file changed. */
  readonly digestsOnly: boolean;
}

/** Which resource is meant. */
export interface ResourceIdentity {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly region: string;
}

export interface ChangedResource extends ResourceIdentity {
  readonly changes: readonly Change[];
}

/** A resource under another URN: another name, type, or type of a parent. */
export interface RenamedResource {
  readonly from: ResourceIdentity;
  readonly to: ResourceIdentity;
  readonly changes: readonly Change[];
}

/** What differs between an earlier plan of a stack and this one. */
export interface PlanDifference {
  readonly stack: string;
  /** Whether the earlier folder has a plan of the stack; without one every resource is added. */
  readonly known: boolean;
  readonly added: readonly ResourceIdentity[];
  readonly removed: readonly ResourceIdentity[];
  readonly renamed: readonly RenamedResource[];
  readonly changed: readonly ChangedResource[];
  /** What differs outside of the resources: outputs, verdict, violations, recovery, cost, releases. */
  readonly figures: readonly Change[];
}

const resourceSchema = z.object({
  type: z.string(),
  name: z.string(),
  urn: z.string(),
  region: z.string(),
  area: z.string().optional(),
  custom: z.boolean(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()),
  options: z.record(z.string(), z.unknown()),
});
const planSchema = z.looseObject({ stack: z.string(), resources: z.array(resourceSchema) });

type Resource = z.output<typeof resourceSchema>;
/** A plan as `plan.json` holds it. */
export type WrittenPlan = z.output<typeof planSchema>;

/** Parts of a plan that follow from its resources, or are compared as such. */
const derived = new Set(["stack", "environment", "counts", "areas", "resources"]);

/**
 * The plan of a stack that an earlier run left in a folder; undefined where there is none.
 * @throws InputError for a file that is no plan.
 */
export function readPlan(folder: string, stack: string): WrittenPlan | undefined {
  const file = join(folder, stack, "plan.json");
  if (!existsSync(file)) return undefined;
  try {
    return planSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new InputError(file, [
      { key: "(whole input)", got: "something else", allowed: "a plan.json of causeway plan" },
    ]);
  }
}

/** Compares two plans of a stack, the earlier one first. */
export function differenceOf(
  stack: string,
  earlier: WrittenPlan | undefined,
  plan: Readonly<Record<string, unknown>>,
): PlanDifference {
  // As a file holds it: without what is undefined or infinite.
  const later = planSchema.parse(JSON.parse(JSON.stringify(plan)));
  const pairs = pairsOf(earlier?.resources ?? [], later.resources);
  const before = new Set(pairs.map(({ from }) => from));
  const after = new Set(pairs.map(({ to }) => to));
  const renames = new Map(pairs.map(({ from, to }) => [from.urn, to.urn]));
  const compared = pairs.map(({ from, to }) => ({ from, to, changes: between(from, to, renames) }));
  return {
    stack,
    known: earlier !== undefined,
    added: later.resources.filter((resource) => !after.has(resource)).map(identity),
    removed: (earlier?.resources ?? []).filter((one) => !before.has(one)).map(identity),
    renamed: compared
      .filter(({ from, to }) => from.urn !== to.urn)
      .map(({ from, to, changes }) => ({ from: identity(from), to: identity(to), changes })),
    changed: compared
      .filter(({ from, to, changes }) => from.urn === to.urn && changes.length > 0)
      .map(({ to, changes }) => ({ ...identity(to), changes })),
    figures: earlier === undefined ? [] : changesOf(figuresOf(earlier), figuresOf(later)),
  };
}

/** Whether two plans are the same. */
export function isSame({ added, removed, renamed, changed, figures }: PlanDifference): boolean {
  return [added, removed, renamed, changed, figures].every((part) => part.length === 0);
}

function identity({ type, name, urn, region }: Resource): ResourceIdentity {
  return { type, name, urn, region };
}

function figuresOf(plan: WrittenPlan): Properties {
  return Object.fromEntries(Object.entries(plan).filter(([key]) => !derived.has(key)));
}

interface Pair {
  readonly from: Resource;
  readonly to: Resource;
}

/**
 * What makes two resources of one URN less the same, from the surest sign to the weakest. A sign
 * that several resources of a plan share says nothing about which of them is meant.
 */
const signs: readonly ((resource: Resource) => string)[] = [
  ({ urn }) => urn,
  ({ type, name }) => `${type} ${name}`,
  ({ name, inputs }) => `${name} ${JSON.stringify(inputs)}`,
  ({ type, inputs }) => `${type} ${JSON.stringify(inputs)}`,
  ({ custom, name }) => (custom ? "" : name),
  ({ custom, inputs }) => (custom ? JSON.stringify(inputs) : ""),
];

/** Each resource with the one that it was before. */
function pairsOf(earlier: readonly Resource[], later: readonly Resource[]): Pair[] {
  let left = earlier;
  let right = later;
  return signs.flatMap((sign) => {
    const [from, to] = [single(left, sign), single(right, sign)];
    const pairs = [...to].flatMap(([key, resource]) => {
      const known = from.get(key);
      return known === undefined || key === "" ? [] : [{ from: known, to: resource }];
    });
    const paired = new Set(pairs.flatMap((pair) => [pair.from, pair.to]));
    left = left.filter((resource) => !paired.has(resource));
    right = right.filter((resource) => !paired.has(resource));
    return pairs;
  });
}

/** Resources by a sign that no other has. */
function single(
  resources: readonly Resource[],
  sign: (resource: Resource) => string,
): Map<string, Resource> {
  const found = new Map<string, Resource>();
  const several = new Set<string>();
  for (const resource of resources) {
    const key = sign(resource);
    if (found.has(key)) several.add(key);
    found.set(key, resource);
  }
  for (const key of several) found.delete(key);
  return found;
}

function between(from: Resource, to: Resource, renames: ReadonlyMap<string, string>): Change[] {
  return [
    ...changesOf(renamedIn(from.inputs, renames), to.inputs),
    ...changesOf(standing(from, renames), standing(to)),
    ...optionChanges(renamedIn(from.options, renames), to.options, ["options"]),
  ];
}

/** Where a resource stands in the plan. */
function standing(
  { region, parent, custom }: Resource,
  renames: ReadonlyMap<string, string> = new Map(),
): Properties {
  return { region, parent: renamedIn(parent, renames), custom };
}

/** A value in which URNs are those that the resources have now. */
function renamedIn(value: unknown, renames: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return renames.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => renamedIn(item, renames));
  if (!isProperties(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, renamedIn(item, renames)]),
  );
}

/** The order of a list of options, such as what a resource waits for, means nothing. */
function optionChanges(before: unknown, after: unknown, path: Path): Change[] {
  if (isProperties(before) && isProperties(after))
    return keysOf(before, after).flatMap((key) =>
      optionChanges(before[key], after[key], [...path, key]),
    );
  const [old, now] = [before ?? [], after ?? []];
  if (!Array.isArray(old) || !Array.isArray(now)) return changesOf(before, after, path);
  return [
    ...old.filter((item) => !now.includes(item)).map((item) => change(path, item, undefined)),
    ...now.filter((item) => !old.includes(item)).map((item) => change(path, undefined, item)),
  ];
}

function keysOf(before: Properties, after: Properties): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

type Path = readonly (string | number)[];

/** The smallest parts in which two values differ. */
export function changesOf(before: unknown, after: unknown, path: Path = []): Change[] {
  if (Object.is(before, after)) return [];
  if (isProperties(before) && isProperties(after))
    return keysOf(before, after).flatMap((key) =>
      changesOf(before[key], after[key], [...path, key]),
    );
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  const [old, now] = [structureIn(before), structureIn(after)];
  const inside = old === undefined || now === undefined ? [] : changesOf(old, now, path);
  return inside.length > 0 ? inside : [change(path, before, after)];
}

/** What a text of JSON holds, such as an IAM policy or a dashboard. */
function structureIn(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Lists differ between what both begin with and what both end with; there, item by item. */
function listChanges(before: readonly unknown[], after: readonly unknown[], path: Path): Change[] {
  const [old, now] = [before, after].map((list) => list.map((item) => JSON.stringify(item)));
  if (old === undefined || now === undefined) return [];
  const least = Math.min(old.length, now.length);
  let start = 0;
  while (start < least && old[start] === now[start]) start++;
  let end = 0;
  while (end < least - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const [middle, other] = [
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  ];
  return Array.from({ length: Math.max(middle.length, other.length) }, (_, i) =>
    changesOf(middle[i], other[i], [...path, start + i]),
  ).flat();
}

function change(path: Path, before: unknown, after: unknown): Change {
  const texts = typeof before === "string" && typeof after === "string";
  const [from, to] = texts ? apart(before, after) : [before, after];
  return {
    path: pathName(path),
    ...(before === undefined ? {} : { before: from }),
    ...(after === undefined ? {} : { after: to }),
    digestsOnly: texts && withoutDigests(before) === withoutDigests(after),
  };
}

/** Hexadecimal digits as digests and ids have them; an account's number is none. */
const digest = /\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{10,64}\b/g;

function withoutDigests(text: string): string {
  return text.replace(digest, "(digest)");
}

/** Longest text that is shown as a whole, and what is shown around a difference in a longer one. */
const [shownCharacters, around] = [160, 50];

/** Two long texts, cut to where they differ. */
function apart(before: string, after: string): [string, string] {
  if (Math.max(before.length, after.length) <= shownCharacters) return [before, after];
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  const from = Math.max(0, start - around);
  const cut = (text: string) =>
    `${from > 0 ? "..." : ""}${text.slice(from, from + shownCharacters)}${text.length > from + shownCharacters ? "..." : ""}`;
  return [cut(before), cut(after)];
}
