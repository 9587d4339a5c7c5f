import { jsonOrNothing } from "../services/contract/json";
import { text, ofType } from "./resources";
import type { ResourceView } from "./rule";

export const awsProviderType = "pulumi:providers:aws";

/** Accounts in which the AWS providers of a stack may work, by `allowedAccountIds`. */
export function ownAccounts(resources: readonly ResourceView[]): Set<string> {
  return new Set(
    ofType(resources, awsProviderType).flatMap(
      ({ props }) => text(props, "allowedAccountIds")?.match(/\d{12}/g) ?? [],
    ),
  );
}

/** Fields of AWS resources that hold an account by its number. */
const accountFields = new Set([
  ...["account", "accountId", "awsAccountId", "memberAccountId", "ownerId", "peerOwnerId"],
  ...["registryId", "targetAccountId", "expectedBucketOwner", "sourceAccount", "sharedAccountId"],
]);

const inArn = /\barn:aws[a-z-]*:[^:\s"]*:[^:\s"]*:(\d{12}):/g;
const inHost = /\b(\d{12})\.dkr\.ecr\./g;
const alone = /^\d{12}$/;

/**
 * Accounts that an AWS resource names: in ARNs, in registries, as principals and in fields that hold
 * an account. Statements that deny are left out. Unknown values name none yet.
 */
export function accountsIn(resource: ResourceView): Set<string> {
  const found = new Set<string>();
  walk("", resource.props, found);
  return found;
}

function walk(key: string, value: unknown, found: Set<string>): void {
  if (typeof value === "string") fromText(key, value, found);
  else if (Array.isArray(value))
    for (let index = 0; index < value.length; index += 1) walk(key, unread(value, index), found);
  else if (typeof value === "object" && value !== null) {
    if (unread(value, "Effect") === "Deny") return;
    for (const name of Object.keys(value)) walk(name, unread(value, name), found);
  }
}

/** A value by its descriptor: reading an unknown one would throw. */
function unread(holder: object, key: string | number): unknown {
  return Reflect.getOwnPropertyDescriptor(holder, key)?.value;
}

function fromText(key: string, value: string, found: Set<string>): void {
  if (!/\d{12}/.test(value)) return;
  const document = value.startsWith("{") ? jsonOrNothing(value) : undefined;
  if (document !== undefined) return walk(key, document, found);
  for (const pattern of [inArn, inHost])
    for (const [, account = ""] of value.matchAll(pattern)) found.add(account);
  if (alone.test(value) && (accountFields.has(key) || key === "AWS" || isAccountKey(key)))
    found.add(value);
}

/** Condition keys whose value is an account: aws:SourceAccount, aws:PrincipalAccount and the like. */
function isAccountKey(key: string): boolean {
  return /^(aws|kms|s3):\w*account\w*$/i.test(key);
}
