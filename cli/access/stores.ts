import {
  allowances,
  isAllowed,
  like,
  meansAction,
  statements,
  type Allowance,
  type PolicyStatement,
} from "../../policies/iam";
import { at, ofType, refersTo, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { waysOf, type Way } from "./who";

/** A key, and the same key in another region, with a policy of its own. */
const keyTypes = ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"] as const;
const encryptionType =
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const keyField = "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId";

/** Buckets of a purpose, in every region. */
function bucketsOf(resources: readonly ResourceView[], purpose: string): readonly ResourceView[] {
  return ofType(resources, "aws:s3/bucket:Bucket").filter(({ props }) =>
    (text(props, "bucket") ?? "").includes(`-${purpose}-`),
  );
}

/** Aliases of a key, as a condition names them. */
function aliasesOf(resources: readonly ResourceView[], key: ResourceView): string[] {
  return ofType(resources, "aws:kms/alias:Alias")
    .filter((alias) => refersTo(alias, "targetKeyId", key))
    .map(({ props }) => text(props, "name") ?? "");
}

/** Where a request to a key comes from: a service of AWS, or the caller itself. */
type Through = "s3" | undefined;

/** Whether the conditions of a statement about a key hold for its use through a service. */
function holds(statement: PolicyStatement, aliases: readonly string[], through: Through): boolean {
  return statement.conditions.every(({ key, values }) => {
    if (key === "kms:ViaService")
      return through !== undefined && values.some((value) => value.startsWith(`${through}.`));
    if (key === "kms:ResourceAliases")
      return values.some((value) => aliases.some((alias) => like(value, alias)));
    // The account's own principals, and what a person brings to the role.
    return key === "kms:CallerAccount" || key === "aws:MultiFactorAuthPresent";
  });
}

/** Whether the policy of a key leaves an action to what IAM says of the account's identities. */
function keyLeaves(key: ResourceView, action: string, through: Through): boolean {
  const policy = statements(at(key.props, "policy")).filter((one) => meansAction(one, action));
  const ours = policy.filter(({ principals }) =>
    principals.some((principal) => principal === "*" || principal.endsWith(":root")),
  );
  return (
    ours.some((one) => one.allows && holds(one, [], through)) &&
    !policy.some(({ allows, conditions }) => !allows && conditions.length === 0)
  );
}

/** Roles that may use a key for an action: their IAM policies and the key's own both let them. */
function usersOf(
  resources: readonly ResourceView[],
  key: ResourceView,
  action: string,
  through: Through,
): Allowance[] {
  const arn = key.identities?.find((identity) => identity.startsWith("arn:")) ?? key.name;
  if (!keyLeaves(key, action, through)) return [];
  const aliases = aliasesOf(resources, key);
  return allowances(resources, action, arn).filter(({ statement }) =>
    holds(statement, aliases, through),
  );
}

/**
 * Who may do something with an object of a bucket by IAM, the bucket's policy, and where the object
 * is read or written, the key of the bucket and its policy.
 */
function withObjects(
  resources: readonly ResourceView[],
  purpose: string,
  name: string,
  action: string,
  use: string | undefined,
): Way[] {
  return bucketsOf(resources, purpose).flatMap((bucket) => {
    const target = `arn:aws:s3:::${text(bucket.props, "bucket") ?? ""}/${name}`;
    const keys = ofType(resources, ...keyTypes).filter((key) =>
      ofType(resources, encryptionType).some(
        (setting) => refersTo(setting, "bucket", bucket) && refersTo(setting, keyField, key),
      ),
    );
    const users = new Set(
      use === undefined
        ? []
        : keys.flatMap((key) => usersOf(resources, key, use, "s3").map(({ role }) => role)),
    );
    return allowances(resources, action, target)
      .filter(({ role }) => use === undefined || keys.length === 0 || users.has(role))
      .flatMap((allowance) => waysOf(resources, allowance, action));
  });
}

/** What may be done with the objects of a stack's buckets, and by whom. */
export function encrypted(resources: readonly ResourceView[]) {
  return {
    read: (purpose: string, name: string) =>
      withObjects(resources, purpose, name, "s3:GetObject", "kms:Decrypt"),
    write: (purpose: string, name: string) =>
      withObjects(resources, purpose, name, "s3:PutObject", "kms:GenerateDataKey"),
    remove: (purpose: string, name: string) =>
      withObjects(resources, purpose, name, "s3:DeleteObject", undefined),
  };
}

/** Who may sign with a key for signatures. */
export function sign(resources: readonly ResourceView[]): Way[] {
  return ofType(resources, ...keyTypes)
    .filter(({ props }) => text(props, "keyUsage") === "SIGN_VERIFY")
    .flatMap((key) => usersOf(resources, key, "kms:Sign", undefined))
    .flatMap((allowance) => waysOf(resources, allowance, "kms:Sign"));
}

const entry = "ledger/000000000001.json";
/** What takes an entry away, or its lock. */
const removals = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"];

/** Who may write over an entry of the ledger, or take it away. */
export function writesOver(resources: readonly ResourceView[]): Way[] {
  const removed = removals.flatMap((action) =>
    withObjects(resources, "audit", entry, action, undefined),
  );
  const isOnce = bucketsOf(resources, "audit").every((bucket) =>
    ofType(resources, "aws:s3/bucketPolicy:BucketPolicy")
      .filter((policy) => refersTo(policy, "bucket", bucket))
      .flatMap(({ props }) => statements(at(props, "policy")))
      .some((statement) =>
        refusesOverwriting(statement, `arn:aws:s3:::${text(bucket.props, "bucket") ?? ""}`),
      ),
  );
  return isOnce ? removed : [...removed, ...encrypted(resources).write("audit", entry)];
}

/** Whether a statement denies every write of an entry that may replace one. */
function refusesOverwriting(statement: PolicyStatement, bucket: string): boolean {
  const [condition, ...more] = statement.conditions;
  return (
    !statement.allows &&
    more.length === 0 &&
    statement.principals.includes("*") &&
    condition?.operator === "StringNotEquals" &&
    condition.key.toLowerCase() === "s3:if-none-match" &&
    condition.values.join() === "*" &&
    isAllowed([{ ...statement, allows: true }], "s3:PutObject", `${bucket}/${entry}`)
  );
}
