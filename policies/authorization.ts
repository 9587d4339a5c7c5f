import reference from "./service-authorization.json";
import { like, type PolicyStatement } from "./iam";

/** What AWS's service authorization reference says of one service. */
export interface ServiceAuthorization {
  /** ARNs of resources by type, with variables such as `${Account}`, and their condition keys. */
  readonly resources: Readonly<
    Record<string, { readonly arn: string; readonly keys: readonly string[] }>
  >;
  /**
   * Types of resources that an action takes, condition keys that it knows, and what it does: nothing
   * for one that reads, and `permits` for one that decides who may do what.
   */
  readonly actions: Readonly<
    Record<
      string,
      { readonly on: readonly string[]; readonly keys: readonly string[]; readonly does?: string }
    >
  >;
}

const byService: Readonly<Record<string, ServiceAuthorization>> = reference;

/**
 * What a statement asks for that the reference does not know: an action that does not exist, a
 * resource that no action of the statement takes, a condition key that an action does not have. An
 * action with a wildcard, and one of a service that is not in the reference's copy, is not judged.
 */
export function authorizationProblems(statement: PolicyStatement): string[] {
  const arns = statement.resources.filter((arn) => arn !== "*");
  const keys = statement.conditions
    .map(({ key }) => key)
    .filter((key) => !key.startsWith("aws:") && !isClaim(key));
  const judged = statement.actions.map((action) => ({ action, known: knownAction(action) }));
  const problems = judged.flatMap(({ action, known }) => {
    if (known === undefined) return [];
    if (known === "none") return [`${action} is no action of AWS`];
    return [
      ...keys
        .filter((key) => !known.keys.some((one) => isKey(key, one)))
        .map((key) => `${action} does not know the condition key ${key}`),
      ...(arns.length > 0 && !arns.some((arn) => takes(known.arns, arn))
        ? [
            known.arns.length === 0
              ? `${action} takes no resource but *, got ${arns[0] ?? ""}`
              : `${action} takes no resource such as ${arns[0] ?? ""}`,
          ]
        : []),
    ];
  });
  if (judged.some(({ known }) => known === undefined || known === "none")) return problems;
  const patterns = judged.flatMap(({ known }) => (typeof known === "object" ? known.arns : []));
  return [
    ...problems,
    ...(patterns.length === 0 ? [] : arns)
      .filter((arn) => !takes(patterns, arn))
      .map((arn) => `no action of the statement takes a resource such as ${arn}`),
  ];
}

/** Whether a key is a claim of an identity provider, which its host name and path begin. */
function isClaim(key: string): boolean {
  return /^[\w-]+(\.[\w-]+)+[\w./-]*:/.test(key);
}

/** An action of the reference. */
export interface KnownAction {
  /** As AWS writes it, e.g. `s3:GetObject`. */
  readonly name: string;
  readonly keys: readonly string[];
  /** ARNs of what the action takes, with `*` for their variable parts. */
  readonly arns: readonly string[];
  /** Whether it changes something, or decides who may. */
  readonly changes: boolean;
}

/** Actions of services whose policies were met, by prefix and by name, both in lower case. */
const met = new Map<string, ReadonlyMap<string, KnownAction>>();

/** Undefined for what is not judged, `none` for an action that its service does not have. */
function knownAction(action: string): KnownAction | "none" | undefined {
  const [prefix = "", ...name] = action.toLowerCase().split(":");
  const service = Object.hasOwn(byService, prefix) ? byService[prefix] : undefined;
  if (service === undefined || isPattern(action)) return undefined;
  return actionsOf(prefix, service).get(name.join(":")) ?? "none";
}

/** What each pattern of an action means, since policies repeat them. */
const meanings = new Map<string, readonly KnownAction[]>();

/**
 * Actions of the reference that a pattern such as `i?m:P*` means. An action of a service that is not
 * in the reference's copy is one that may change anything.
 */
export function actionsLike(pattern: string): readonly KnownAction[] {
  const known = meanings.get(pattern);
  if (known !== undefined) return known;
  const found = foundActions(pattern.toLowerCase());
  const meaning =
    found.length > 0 ? found : [{ name: pattern, keys: [], arns: ["arn:*"], changes: true }];
  meanings.set(pattern, meaning);
  return meaning;
}

function foundActions(wanted: string): KnownAction[] {
  if (!isPattern(wanted)) {
    const known = knownAction(wanted);
    return typeof known === "object" ? [known] : [];
  }
  const [prefix = "*"] = wanted.split(":");
  return Object.entries(byService)
    .filter(([service]) => like(prefix, service))
    .flatMap(([service, reference]) =>
      [...actionsOf(service, reference)].flatMap(([name, action]) =>
        like(wanted, `${service}:${name}`) ? [action] : [],
      ),
    );
}

function actionsOf(
  prefix: string,
  service: ServiceAuthorization,
): ReadonlyMap<string, KnownAction> {
  const known = met.get(prefix);
  if (known !== undefined) return known;
  const actions = readActions(prefix, service);
  met.set(prefix, actions);
  return actions;
}

function readActions(
  prefix: string,
  { actions, resources }: ServiceAuthorization,
): Map<string, KnownAction> {
  return new Map(
    Object.entries(actions).map(([name, action]): [string, KnownAction] => {
      const types = action.on.flatMap((type) => resources[type] ?? []);
      const known: KnownAction = {
        name: `${prefix}:${name}`,
        get keys() {
          return [...action.keys, ...types.flatMap((type) => type.keys)];
        },
        get arns() {
          return types.map(({ arn }) => openArn(arn));
        },
        changes: action.does !== undefined,
      };
      return [name.toLowerCase(), known];
    }),
  );
}

const openArns = new Map<string, string>();

/** An ARN of the reference with `*` for each variable. */
function openArn(arn: string): string {
  const known = openArns.get(arn) ?? arn.replace(variable, "*");
  openArns.set(arn, known);
  return known;
}

const variable = /\$\{[^}]*\}/g;

/** Condition keys of the reference that have a variable, as expressions. */
const keyExpressions = new Map<string, RegExp>();

/** Whether a key is the known one, whose variable part, as of `${TagKey}`, is free. */
function isKey(key: string, known: string): boolean {
  if (!known.includes("$")) return key.toLowerCase() === known.toLowerCase();
  const expression = keyExpressions.get(known) ?? keyExpression(known);
  keyExpressions.set(known, expression);
  return expression.test(key);
}

function keyExpression(known: string): RegExp {
  const parts = known.split(variable).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}

function takes(patterns: readonly string[], arn: string): boolean {
  return patterns.some((pattern) => arnsOverlap(arn, pattern));
}

/** Whether some ARN fits both of two patterns, with policy variables for whatever they may be. */
export function arnsOverlap(one: string, other: string): boolean {
  if (one === "*" || other === "*" || one === other) return true;
  const parts = arnParts(one);
  const others = arnParts(other);
  // A star stands for no colon before the resource, unless the ARN itself is cut short by one.
  return parts.length === others.length
    ? others.every((part, i) => intersect(parts[i] ?? "", part))
    : intersect(parts.join(":"), others.join(":"));
}

/** ARNs taken apart; policies and the reference repeat them. */
const takenApart = new Map<string, readonly string[]>();

/**
 * Partition, service, region, account and the resource, which may have colons of its own; `*` for
 * each variable.
 */
function arnParts(arn: string): readonly string[] {
  const known = takenApart.get(arn);
  if (known !== undefined) return known;
  const parts = arn.replace(variable, "*").split(":");
  const five = [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
  takenApart.set(arn, five);
  return five;
}

/** Whether some text fits both of two patterns with `*` and `?`. */
export function intersect(one: string, other: string): boolean {
  if (one === other || one === "*" || other === "*") return true;
  if (!isPattern(one)) return isPattern(other) && like(other, one);
  if (!isPattern(other)) return like(one, other);
  // Reached positions in `other` after each character of `one`; a star may stand for nothing.
  let reached = withStars(new Set([0]), other);
  for (const character of one) {
    const next = new Set<number>();
    for (const at of reached) {
      const theirs = other[at];
      if (character === "*") for (let to = at; to <= other.length; to += 1) next.add(to);
      else if (theirs === "*") next.add(at);
      else if (theirs !== undefined && fits(character, theirs)) next.add(at + 1);
    }
    reached = withStars(next, other);
  }
  return reached.has(other.length);
}

function isPattern(text: string): boolean {
  return text.includes("*") || text.includes("?");
}

function fits(one: string, other: string): boolean {
  return one === other || one === "?" || other === "?";
}

function withStars(positions: ReadonlySet<number>, pattern: string): Set<number> {
  const all = new Set(positions);
  for (const at of all) if (pattern[at] === "*") all.add(at + 1);
  return all;
}
