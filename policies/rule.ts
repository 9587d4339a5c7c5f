import type { FrameworkReference } from "./frameworks";

export const areas = [
  "encryption",
  "access",
  "workloads",
  "network",
  "reliability",
  "observability",
  "governance",
  "cost",
] as const;
export type Area = (typeof areas)[number];

export const enforcements = ["mandatory", "advisory", "disabled"] as const;
export type Enforcement = (typeof enforcements)[number];

/** One planned resource as the engine, the offline plan or a YAML file gives it. */
export interface ResourceView {
  /** Type token, e.g. `aws:s3/bucket:Bucket` or `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /**
   * Values by which other resources may refer to this one, beyond its own properties: its URN, id
   * or ARN.
   */
  readonly identities?: readonly string[];
  /**
   * Top-level properties that are computed from other resources, with identities of those: known
   * before the values are.
   */
  readonly references?: Readonly<Record<string, readonly string[]>>;
  /**
   * Name of its provider; one that nobody made is called `default`, also with a version behind it.
   * Absent where nobody says, as of a file.
   */
  readonly provider?: string | undefined;
}

interface RuleBase {
  /** `area-resource-rule`, e.g. `encryption-bucket-kms`; also its file's name. */
  readonly name: string;
  readonly area: Area;
  /** One sentence with "must". */
  readonly description: string;
  readonly severity: "critical" | "high" | "medium" | "low";
  readonly enforcement: "mandatory" | "advisory";
  /** What to change, in the words of the person who will. */
  readonly remediation: string;
  readonly url?: string;
  readonly frameworks: readonly FrameworkReference[];
  /**
   * Marks a rule about what most kinds of resource have alike, such as a name or a tag. A type that
   * no other rule looks at is judged by none.
   */
  readonly partial?: true;
}

/**
 * Parameters of a rule: defaults by name; pack configuration may set each to another value of the
 * same kind.
 */
export type Parameters = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/** A rule over one resource. */
export interface ResourceRule extends RuleBase {
  readonly kind: "resource";
  /** Type tokens it looks at; a trailing `*` matches any ending. */
  readonly types: readonly string[];
  readonly parameters: Parameters;
  /**
   * One message per violation: "X must ...". Reading a value that is unknown in a preview throws;
   * `judge` reports that.
   */
  check(resource: ResourceView, given: Parameters): string[];
}

/** A rule over all resources of a stack, for what no single resource shows. */
export interface StackRule extends RuleBase {
  readonly kind: "stack";
  /** Type tokens of the resources that it judges, where no rule over one resource does. */
  readonly types?: readonly string[];
  readonly parameters: Parameters;
  check(resources: readonly ResourceView[], given: Parameters): StackViolation[];
}

export interface StackViolation {
  /** The resource to blame, where there is one. */
  readonly resource?: ResourceView;
  readonly message: string;
}

export type Rule = ResourceRule | StackRule;

interface ResourceSpec extends RuleBase {
  readonly types: readonly string[];
}

/**
 * Declares a rule over one resource; `check` is a pure function of the resource and the parameters.
 */
export function resourceRule(
  spec: ResourceSpec & { readonly parameters?: undefined; check(resource: ResourceView): string[] },
): ResourceRule;
export function resourceRule<P extends Parameters>(
  spec: ResourceSpec & {
    readonly parameters: P;
    check(resource: ResourceView, parameters: P): string[];
  },
): ResourceRule;
export function resourceRule(
  spec: ResourceSpec & {
    readonly parameters?: Parameters | undefined;
    check(resource: ResourceView, parameters: Parameters): string[];
  },
): ResourceRule {
  const parameters = spec.parameters ?? {};
  return {
    ...spec,
    kind: "resource",
    parameters,
    check: (resource, given) => spec.check(resource, merge(parameters, given)),
  };
}

interface StackSpec extends RuleBase {
  readonly types?: readonly string[];
}

/** Declares a rule over all resources of a stack. */
export function stackRule(
  spec: StackSpec & {
    readonly parameters?: undefined;
    check(resources: readonly ResourceView[]): StackViolation[];
  },
): StackRule;
export function stackRule<P extends Parameters>(
  spec: StackSpec & {
    readonly parameters: P;
    check(resources: readonly ResourceView[], parameters: P): StackViolation[];
  },
): StackRule;
export function stackRule(
  spec: StackSpec & {
    readonly parameters?: Parameters | undefined;
    check(resources: readonly ResourceView[], parameters: Parameters): StackViolation[];
  },
): StackRule {
  const parameters = spec.parameters ?? {};
  return {
    ...spec,
    kind: "stack",
    parameters,
    check: (resources, given) => spec.check(resources, merge(parameters, given)),
  };
}

/**
 * Defaults with the given values laid over them; a value of another kind than its default is
 * ignored here and refused by the pack.
 */
function merge(defaults: Parameters, given: Parameters): Parameters {
  // Asked for each resource of each rule, nearly always without settings.
  if (Object.keys(given).length === 0) return defaults;
  const known = Object.entries(given).filter(
    ([key, value]) =>
      typeof value === typeof defaults[key] &&
      Array.isArray(value) === Array.isArray(defaults[key]),
  );
  return { ...defaults, ...Object.fromEntries(known) };
}

/** Types of a rule: kinds, and beginnings of type tokens. */
interface TypePatterns {
  readonly kinds: ReadonlySet<string>;
  readonly beginnings: readonly string[];
}

const patternsOfTypes = new WeakMap<readonly string[], TypePatterns>();

function patternsOf(types: readonly string[]): TypePatterns {
  const known = patternsOfTypes.get(types);
  if (known !== undefined) return known;
  const isOpen = (pattern: string) => pattern.endsWith("*");
  const patterns = {
    kinds: new Set(types.filter((pattern) => !isOpen(pattern)).map(kindOf)),
    beginnings: types.filter(isOpen).map((pattern) => pattern.slice(0, -1)),
  };
  patternsOfTypes.set(types, patterns);
  return patterns;
}

/** Whether a rule looks at resources of this type. */
export function appliesTo({ types }: Pick<ResourceRule, "types">, type: string): boolean {
  const { kinds, beginnings } = patternsOf(types);
  return kinds.has(kindOf(type)) || beginnings.some((beginning) => type.startsWith(beginning));
}

const kinds = new Map<string, string>();

/**
 * What a type token is a version of: the API server takes an object of a Kubernetes kind in any
 * version that it serves, so `kubernetes:networking.istio.io/v1alpha3:Gateway` reads
 * `kubernetes:networking.istio.io:Gateway`. Another provider's token is its own kind.
 */
export function kindOf(type: string): string {
  const known = kinds.get(type);
  if (known !== undefined) return known;
  const kind = type.replace(/^(kubernetes:[^/:]+)\/[^/:]+:/, "$1:");
  kinds.set(type, kind);
  return kind;
}

/** Whether two type tokens name one kind, in whatever version. */
export function sameKind(type: string, other: string): boolean {
  return type === other || kindOf(type) === kindOf(other);
}

/** Default of a parameter that lists exceptions. */
export const none: readonly string[] = [];
