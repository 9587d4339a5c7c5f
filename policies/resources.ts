import { kindOf, type ResourceView } from "./rule";

/**
 * Readers of untyped properties. A missing or differently typed value reads as absent, so a rule
 * says "must" instead of crashing.
 */

/** The value at a dotted path, e.g. `spec.template.spec`; undefined where any step is missing. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const key of steps(path)) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** Rules read a few hundred paths, each of them on thousands of resources. */
const splitPaths = new Map<string, readonly string[]>();

function steps(path: string): readonly string[] {
  const known = splitPaths.get(path);
  if (known !== undefined) return known;
  const split = path.split(".");
  splitPaths.set(path, split);
  return split;
}

/** The list at a path, or an empty one. */
export function list(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path, or undefined. */
export function text(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a path, or undefined. */
export function number(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
}

/** The object at a path as a record, or an empty one. */
export function record(value: unknown, path: string): Record<string, unknown> {
  const found = at(value, path);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? Object.fromEntries(Object.keys(found).map((key) => [key, Reflect.get(found, key)]))
    : {};
}

/**
 * Whether a path is set to more than nothing, known or not: a key that is created in the same
 * update has no ARN yet, but a property that holds it is set. Reads only the parents of the last
 * step, so an unknown value at the path itself does not throw.
 */
export function present(value: unknown, path: string): boolean {
  const end = path.lastIndexOf(".");
  const key = path.slice(end + 1);
  const parent = end === -1 ? value : at(value, path.slice(0, end));
  if (typeof parent !== "object" || parent === null) return false;
  const found: unknown = Reflect.getOwnPropertyDescriptor(parent, key)?.value;
  return found !== undefined && found !== null && found !== "";
}

/** Properties by which one AWS resource names another. */
const naming = ["id", "arn", "bucket", "name", "keyId"] as const;

/**
 * Whether the value at a path of one resource names another: by a literal name, an id or an ARN, or
 * by the engine's record of what a property is computed from. Throws where a value is unknown and
 * no record tells.
 */
export function refersTo(from: ResourceView, path: string, to: ResourceView): boolean {
  const [property = path] = path.split(".");
  const known = new Set(to.identities ?? []);
  const recorded = from.references?.[property] ?? [];
  if (recorded.some((identity) => known.has(identity))) return true;
  // What is computed from another resource of the same type names that one, even while the value is
  // unknown.
  if (property === path && recorded.some((urn) => typeOf(urn) === to.type)) return false;
  const value = text(from.props, path);
  if (value === undefined) return false;
  if (
    known.has(value) ||
    naming.some((key) => Reflect.getOwnPropertyDescriptor(to.props, key)?.value === value)
  )
    return true;
  // Without a record, a name that is not known yet may turn out to be this one: reading it says so.
  return from.references === undefined && naming.some((key) => text(to.props, key) === value);
}

/**
 * Type token in a URN, `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`;
 * undefined for another identity.
 */
function typeOf(urn: string): string | undefined {
  return urn.startsWith("urn:pulumi:") ? urn.split("::")[2]?.split("$").pop() : undefined;
}

/** Resources of a stack by kind, for each list of resources that rules were given. */
const indexes = new WeakMap<readonly ResourceView[], ReadonlyMap<string, ResourceView[]>>();

/**
 * Resources of one type or of several, those of Kubernetes in any version. The list must not change
 * any more.
 */
export function ofType(
  resources: readonly ResourceView[],
  ...types: readonly string[]
): readonly ResourceView[] {
  const [type] = types;
  const wanted = types.map(kindOf);
  return type !== undefined && types.length === 1
    ? (kindIndex(resources).get(kindOf(type)) ?? [])
    : resources.filter((resource) => wanted.includes(kindOf(resource.type)));
}

function kindIndex(resources: readonly ResourceView[]): ReadonlyMap<string, ResourceView[]> {
  const known = indexes.get(resources);
  if (known !== undefined) return known;
  const index = new Map<string, ResourceView[]>();
  for (const resource of resources) {
    const kind = kindOf(resource.type);
    const same = index.get(kind);
    if (same) same.push(resource);
    else index.set(kind, [resource]);
  }
  indexes.set(resources, index);
  return index;
}

/** Resources of a type whose value at a path names `to`. */
export function companions(
  resources: readonly ResourceView[],
  type: string,
  path: string,
  to: ResourceView,
): ResourceView[] {
  return ofType(resources, type).filter((candidate) => refersTo(candidate, path, to));
}

export const bucketType = "aws:s3/bucket:Bucket";

/** Buckets of a stack. */
export function buckets(resources: readonly ResourceView[]): readonly ResourceView[] {
  return ofType(resources, bucketType);
}

/**
 * Buckets to which S3 or a load balancer delivers access logs. Such a bucket logs not itself, and
 * takes no KMS default key from S3.
 */
export function logTargets(resources: readonly ResourceView[]): Set<ResourceView> {
  const senders = [
    ...ofType(resources, "aws:s3/bucketLogging:BucketLogging").map((sender) => ({
      sender,
      path: "targetBucket",
    })),
    ...ofType(resources, "aws:lb/loadBalancer:LoadBalancer").map((sender) => ({
      sender,
      path: "accessLogs.bucket",
    })),
  ];
  return new Set(
    buckets(resources).filter((bucket) =>
      senders.some(({ sender, path }) => refersTo(sender, path, bucket)),
    ),
  );
}

/**
 * Companions of a bucket, such as its encryption configuration: resources of a type whose `bucket`
 * names it.
 */
export function ofBucket(
  resources: readonly ResourceView[],
  type: string,
  bucket: ResourceView,
): ResourceView[] {
  return companions(resources, type, "bucket", bucket);
}

/**
 * In how many clusters an object occurs at least: the most often that one type, namespace and name
 * is found. A stack holds the objects of all its clusters, and what each cluster must have is there
 * as often as what demands it.
 */
export function occurrences(resources: readonly ResourceView[]): number {
  const counts = new Map<string, number>();
  for (const resource of resources) {
    const key = [
      kindOf(resource.type),
      text(resource.props, "metadata.namespace"),
      text(resource.props, "metadata.name") ?? resource.name,
    ].join("/");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/**
 * How many regions have the detector and the analyzer of the account, which the program does not
 * create: its component says so, and the preview asks AWS for each detector.
 */
export function regionsWatchedAlready(resources: readonly ResourceView[]): number {
  return ofType(resources, "causeway:global:ThreatDetection")
    .filter(({ props }) => at(props, "threatDetection") === "existing")
    .flatMap(({ props }) => list(props, "regions")).length;
}
