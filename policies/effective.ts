import { actionsLike, arnsOverlap, type KnownAction } from "./authorization";
import { iamRoleType, meansAction, statements, type PolicyStatement } from "./iam";
import { at, list, ofType, refersTo } from "./resources";
import type { ResourceView } from "./rule";

/**
 * A policy document that gives somebody rights or, as a boundary, lets rights through. Each must be
 * right without the other, so that one of the two may fail.
 */
export interface GrantingDocument {
  /** The resource that holds the document. */
  readonly resource: ResourceView;
  readonly statements: readonly PolicyStatement[];
}

const policyType = "aws:iam/policy:Policy";

/** Policies of a stack that are the permissions boundary of a role. */
export function boundaries(resources: readonly ResourceView[]): Set<ResourceView> {
  const bounded = ofType(resources, iamRoleType).filter(
    ({ props }) => at(props, "permissionsBoundary") !== undefined,
  );
  return new Set(
    ofType(resources, policyType).filter((policy) =>
      bounded.some((role) => refersTo(role, "permissionsBoundary", policy)),
    ),
  );
}

/** Documents by the list of resources that two rules read. */
const documents = new WeakMap<readonly ResourceView[], readonly GrantingDocument[]>();

/** Every such document of a stack: of roles, of groups, unattached, and boundaries. */
export function grantingDocuments(resources: readonly ResourceView[]): readonly GrantingDocument[] {
  const known = documents.get(resources) ?? readDocuments(resources);
  documents.set(resources, known);
  return known;
}

function readDocuments(resources: readonly ResourceView[]): GrantingDocument[] {
  const inline = ofType(resources, iamRoleType).flatMap((role) =>
    list(role.props, "inlinePolicies").map((policy) => ({
      resource: role,
      statements: statements(at(policy, "policy")),
    })),
  );
  const others = ofType(
    resources,
    "aws:iam/rolePolicy:RolePolicy",
    policyType,
    "aws:iam/groupPolicy:GroupPolicy",
  ).map((resource) => ({ resource, statements: statements(at(resource.props, "policy")) }));
  return [...inline, ...others];
}

/** One action that a document really gives, and the statement that does. */
export interface EffectiveGrant {
  readonly action: KnownAction;
  readonly statement: PolicyStatement;
}

/**
 * The effective allow set of a document by the service authorization reference: each action that a
 * statement allows and that no statement denies everywhere. Only a denial without conditions and over
 * the same resources takes an action away.
 */
export function effectiveGrants(document: GrantingDocument): readonly EffectiveGrant[] {
  const known = grants.get(document) ?? evaluated(document);
  grants.set(document, known);
  return known;
}

const grants = new WeakMap<GrantingDocument, readonly EffectiveGrant[]>();

function evaluated({ statements: own }: GrantingDocument): EffectiveGrant[] {
  const everywhere = own.filter(
    ({ allows, conditions, notResources }) =>
      !allows && conditions.length === 0 && notResources.length === 0,
  );
  return own
    .filter(({ allows }) => allows)
    .flatMap((statement) => {
      const denials = everywhere.filter((denial) => covers(denial, statement));
      return allowedActions(statement)
        .filter(({ name }) => !denials.some((denial) => meansAction(denial, name)))
        .map((action) => ({ action, statement }));
    });
}

function allowedActions(statement: PolicyStatement): KnownAction[] {
  const meant = new Set(statement.actions.flatMap((pattern) => actionsLike(pattern)));
  return [...meant].filter(
    ({ name }) => statement.notActions.length === 0 || meansAction(statement, name),
  );
}

/** Whether a denial holds for every resource of a statement. */
function covers(denial: PolicyStatement, { resources }: PolicyStatement): boolean {
  return denial.resources.includes("*") || resources.every((arn) => denial.resources.includes(arn));
}

/**
 * A name that nobody gives: a pattern that takes it takes everything of a kind, however it is
 * spelled.
 */
const anyName = "zq0-any-name";

/** Whether a statement gives an action over everything that it takes, and under no condition. */
export function isUnbounded({ arns }: KnownAction, statement: PolicyStatement): boolean {
  if (arns.length === 0 || statement.conditions.some(({ values }) => values.some(isTelling)))
    return false;
  return statement.notResources.length > 0 || arns.some((arn) => takesAny(statement, arn));
}

/** Statements and the ARNs, as the reference has them, of which they take every name or not. */
const taken = new WeakMap<PolicyStatement, Map<string, boolean>>();

function takesAny(statement: PolicyStatement, arn: string): boolean {
  const known = taken.get(statement) ?? new Map<string, boolean>();
  taken.set(statement, known);
  const before = known.get(arn);
  if (before !== undefined) return before;
  const probe = withNames(arn);
  const all = statement.resources.some((pattern) => arnsOverlap(pattern, probe));
  known.set(arn, all);
  return all;
}

/** Whether the value of a condition tells anything apart. */
function isTelling(value: string): boolean {
  return !/^[*?]*$/.test(value);
}

/** An ARN whose account and region are free and whose names are those of nobody. */
function withNames(arn: string): string {
  const parts = arn.split(":");
  const name = parts.slice(5).join(":").replaceAll("*", anyName);
  return [...parts.slice(0, 5), name].join(":");
}
