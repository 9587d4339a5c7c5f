import { jsonOrNothing } from "../services/contract/json";
import { at, list, ofType, refersTo, text } from "./resources";
import type { ResourceView } from "./rule";

/** One statement of an IAM policy document, with every field as a list. */
export interface PolicyStatement {
  readonly sid: string;
  readonly allows: boolean;
  /** `*` where NotAction lists what is not meant. */
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  /**
   * Whether the statement lists what it does not mean (NotAction, NotPrincipal, NotResource): it
   * then means nearly everything.
   */
  readonly inverted: boolean;
  /** `*` where NotResource lists what is not meant. */
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** Principals as `*` or `kind:value`, e.g. `AWS:arn:aws:iam::111122223333:root`. */
  readonly principals: readonly string[];
  /** Conditions by operator, then by key. */
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/**
 * The statements of a policy document given as text or as an object. A text that readers could
 * understand differently, or that is no JSON, is judged as one that allows everything to everybody.
 */
export function statements(document: unknown): readonly PolicyStatement[] {
  if (typeof document !== "string") return statementsOf(document);
  const known = documents.get(document);
  if (known !== undefined) return known;
  const read = statementsOf(jsonOrNothing(document) ?? anything);
  documents.set(document, read);
  return read;
}

const anything = {
  Statement: { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
};

/** Statements by the text of their document: a dozen rules read each. */
const documents = new Map<string, readonly PolicyStatement[]>();

function statementsOf(document: unknown): readonly PolicyStatement[] {
  const given = at(document, "Statement");
  return (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(statement);
}

function statement(given: unknown, index: number): PolicyStatement {
  return {
    sid: texts(at(given, "Sid"))[0] ?? `number ${index + 1}`,
    allows: at(given, "Effect") === "Allow",
    actions: [
      ...texts(at(given, "Action")),
      ...(at(given, "NotAction") === undefined ? [] : ["*"]),
    ],
    notActions: texts(at(given, "NotAction")),
    inverted: ["NotAction", "NotPrincipal", "NotResource"].some(
      (key) => at(given, key) !== undefined,
    ),
    resources: [
      ...texts(at(given, "Resource")),
      ...(at(given, "NotResource") === undefined ? [] : ["*"]),
    ],
    notResources: texts(at(given, "NotResource")),
    principals: [
      ...principals(at(given, "Principal")),
      ...(at(given, "NotPrincipal") === undefined ? [] : ["*"]),
    ],
    conditions: entries(at(given, "Condition")).flatMap(([operator, keys]) =>
      entries(keys).map(([key, values]) => ({ operator, key, values: texts(values) })),
    ),
  };
}

function principals(given: unknown): string[] {
  if (typeof given === "string") return [given];
  return entries(given).flatMap(([kind, values]) =>
    texts(values).map((value) => (value === "*" ? "*" : `${kind}:${value}`)),
  );
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.keys(value).map((key) => [key, Reflect.get(value, key)])
    : [];
}

/** A text, a boolean or a list of them, as a list of texts. */
function texts(value: unknown): string[] {
  const values = Array.isArray(value)
    ? list({ value }, "value")
    : value === undefined
      ? []
      : [value];
  return values.flatMap((item) =>
    typeof item === "string" ? [item] : typeof item === "boolean" ? [String(item)] : [],
  );
}

/** A statement by which a role may do something. */
export interface Allowance {
  /** The IAM role. */
  readonly role: ResourceView;
  readonly sid: string;
  readonly statement: PolicyStatement;
  /**
   * Conditions of the statement, in words such as `kms:ViaService is s3.eu-west-1.amazonaws.com`.
   */
  readonly conditions: readonly string[];
  /** Keys of the session tags that decide on which resources, such as `approval-role`. */
  readonly byTag: readonly string[];
}

export const iamRoleType = "aws:iam/role:Role";

/**
 * Statements by which a planned role may call an action on a resource: its own policies allow it,
 * its boundary does too, and neither they nor the policy of the bucket deny it without a condition.
 * An evaluation of what one account's roles have of each other and of service control policies is
 * left to AWS; within one account an identity policy alone suffices for everything but keys and
 * trust. AWS's managed policies are not known here: {@link managedPolicies} names them.
 */
export function allowances(
  resources: readonly ResourceView[],
  action: string,
  target: string,
): Allowance[] {
  return ownAllowances(resources, action, target).filter(({ role }) => {
    const boundary = boundaryOf(resources, role);
    return boundary === undefined || isAllowed(boundary, action, target);
  });
}

/** {@link allowances}, boundaries aside: what a rule demands of a role must not rest on its boundary. */
export function ownAllowances(
  resources: readonly ResourceView[],
  action: string,
  target: string,
): Allowance[] {
  const guards = bucketDenies(resources, target);
  return ofType(resources, iamRoleType).flatMap((role) => {
    const own = identityStatements(resources, role);
    if (isDenied([...own, ...guards], action, target)) return [];
    return own
      .filter((statement) => statement.allows && matches(statement, action, target))
      .map((statement) => ({
        role,
        sid: statement.sid,
        statement,
        conditions: conditionsOf(statement),
        byTag: tagsIn(statement.resources.filter((pattern) => like(pattern, target))),
      }));
  });
}

/** What is known of the roles of a list of resources. */
type OfRoles<T> = WeakMap<readonly ResourceView[], Map<ResourceView, T>>;

/** The value for a role, computed at the first question. */
function ofRole<T>(
  known: OfRoles<T>,
  resources: readonly ResourceView[],
  role: ResourceView,
  compute: () => T,
): T {
  const roles = known.get(resources) ?? new Map<ResourceView, T>();
  known.set(resources, roles);
  const before = roles.get(role);
  if (before !== undefined) return before;
  const value = compute();
  roles.set(role, value);
  return value;
}

const identity: OfRoles<readonly PolicyStatement[]> = new WeakMap();

/**
 * The statements that a role holds itself, without AWS's managed policies. The list of resources
 * must not change any more.
 */
export function identityStatements(
  resources: readonly ResourceView[],
  role: ResourceView,
): readonly PolicyStatement[] {
  return ofRole(identity, resources, role, () => readIdentity(resources, role));
}

function readIdentity(resources: readonly ResourceView[], role: ResourceView): PolicyStatement[] {
  const inline = list(role.props, "inlinePolicies").map((policy) => at(policy, "policy"));
  const attached = ofType(resources, "aws:iam/rolePolicy:RolePolicy")
    .filter((policy) => refersTo(policy, "role", role))
    .map((policy) => at(policy.props, "policy"));
  return [...inline, ...attached].flatMap(statements);
}

/** Names of AWS's managed policies that a role holds. */
export function managedPolicies(resources: readonly ResourceView[], role: ResourceView): string[] {
  const attachments = ofType(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").filter(
    (attachment) => refersTo(attachment, "role", role),
  );
  return attachments
    .map(({ props }) => text(props, "policyArn") ?? "unknown")
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
}

/** Statements by which somebody may assume a role. */
export function trustOf(role: ResourceView): PolicyStatement[] {
  return statements(at(role.props, "assumeRolePolicy")).filter((statement) => statement.allows);
}

const limits: OfRoles<readonly PolicyStatement[]> = new WeakMap();

/** Statements of a role's permissions boundary; undefined where it has none. */
export function boundaryOf(
  resources: readonly ResourceView[],
  role: ResourceView,
): readonly PolicyStatement[] | undefined {
  if (at(role.props, "permissionsBoundary") === undefined) return undefined;
  return ofRole(limits, resources, role, () =>
    ofType(resources, "aws:iam/policy:Policy")
      .filter((policy) => refersTo(role, "permissionsBoundary", policy))
      .flatMap((policy) => statements(at(policy.props, "policy"))),
  );
}

/** Statements of the policy of the bucket that a target lies in. */
function bucketDenies(resources: readonly ResourceView[], target: string): PolicyStatement[] {
  if (!target.startsWith("arn:aws:s3:::")) return [];
  return ofType(resources, "aws:s3/bucketPolicy:BucketPolicy")
    .flatMap((policy) => statements(at(policy.props, "policy")))
    .filter((statement) => !statement.allows);
}

/** One pattern without a tag is enough to be free of it. */
function tagsIn(patterns: readonly string[]): string[] {
  const keys = patterns.map((pattern) =>
    [...pattern.matchAll(/\$\{aws:PrincipalTag\/([^}]+)\}/g)].map(([, key = ""]) => key),
  );
  return keys.some((own) => own.length === 0) ? [] : [...new Set(keys.flat())];
}

function matches(statement: PolicyStatement, action: string, target: string): boolean {
  return (
    meansAction(statement, action) &&
    statement.resources.some((pattern) => like(pattern, target)) &&
    !statement.notResources.some((pattern) => like(pattern, target))
  );
}

/** Whether statements alone allow an action on a target: one does, and none denies it for all. */
export function isAllowed(
  document: readonly PolicyStatement[],
  action: string,
  target: string,
): boolean {
  return (
    document.some((statement) => statement.allows && matches(statement, action, target)) &&
    !isDenied(document, action, target)
  );
}

/** Whether a statement denies an action on a target for all. */
function isDenied(document: readonly PolicyStatement[], action: string, target: string): boolean {
  return document.some(
    (statement) =>
      !statement.allows && statement.conditions.length === 0 && matches(statement, action, target),
  );
}

/** Whether a statement means an action, whatever the case of its letters. */
export function meansAction(statement: PolicyStatement, action: string): boolean {
  const named = action.toLowerCase();
  return means(statement.actions, named) && !means(statement.notActions, named);
}

/** Patterns of actions, taken apart. */
interface ActionPatterns {
  readonly exact: ReadonlySet<string>;
  readonly wild: readonly string[];
}

const patternsOfActions = new WeakMap<readonly string[], ActionPatterns>();

function means(patterns: readonly string[], named: string): boolean {
  const { exact, wild } = patternsOfActions.get(patterns) ?? takenApart(patterns);
  return exact.has(named) || wild.some((pattern) => like(pattern, named));
}

function takenApart(patterns: readonly string[]): ActionPatterns {
  const lower = patterns.map((pattern) => pattern.toLowerCase());
  const isWild = (pattern: string) => /[*?$]/.test(pattern);
  const parts = {
    exact: new Set(lower.filter((pattern) => !isWild(pattern))),
    wild: lower.filter(isWild),
  };
  patternsOfActions.set(patterns, parts);
  return parts;
}

/**
 * Whether a text matches a pattern in which `*` stands for any text, `?` for one character, and a
 * policy variable for whatever it may be.
 */
export function like(pattern: string, value: string): boolean {
  if (pattern === value) return true;
  const known = expressions.get(pattern);
  if (known !== undefined) return known.test(value);
  const expression = pattern
    .replace(/\$\{[^}]+\}/g, "*")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const compiled = new RegExp(`^${expression}$`, "s");
  expressions.set(pattern, compiled);
  return compiled.test(value);
}

/** Policies repeat their patterns, and each is asked about thousands of actions. */
const expressions = new Map<string, RegExp>();

/** A statement's conditions in words. */
export function conditionsOf({ conditions }: PolicyStatement): string[] {
  return conditions.map(
    ({ operator, key, values }) =>
      `${key} ${operator === "StringEquals" || operator === "Bool" || operator.endsWith(":StringEquals") ? "is" : operator} ${values.join(" or ")}`,
  );
}
