import { bucketPurposes, type BucketPurpose, type KeyPurpose } from "../kubernetes/labels";

/** Who owns the names of one stack: they decide every literal name below. */
export interface Naming {
  /** Prefix of globally unique names. */
  readonly organization: string;
  /** AWS account id, 12 digits. */
  readonly account: string;
  /** Name of the stack: two stacks of one environment share no name. */
  readonly stack: string;
}

/**
 * Images that all models share: the server without a model, the training steps, and the promoter of
 * releases.
 */
export const sharedImages = ["model-server", "training", "delivery"] as const;
export type SharedImage = (typeof sharedImages)[number];

/** IAM roles of the platform, and the last part of their names. */
export const roleNames = {
  platformAdmin: "platform-admin",
  mlEngineer: "ml-engineer",
  auditor: "auditor",
  pipeline: "pipeline",
  promoter: "promoter",
  breakGlass: "break-glass",
} as const;
export type PlatformRole = keyof typeof roleNames;

/** What {@link prefix} puts between organization and stack. */
const between = "-causeway-";

/**
 * Whether an organization may have the name: one with the middle of a prefix in it would have names
 * that the patterns of another match.
 */
export function isOrganization(name: string): boolean {
  return !`${name}-`.includes(between);
}

/** Tag of everything on AWS by which policies tell what has no name of its stack, such as a key. */
export const stackTag = "causeway:stack";

/** Whether a region is of the partition `aws`, whose ARNs and services every name here is of. */
export function isCommercialRegion(region: string): boolean {
  return !/^(cn|us-gov|us-iso|eu-isoe|eusc)/.test(region);
}

/** Longest name of a bucket. */
export const maximumBucketName = 63;

/** Longest name of a stack on AWS. */
const longestStackName = 20;

/**
 * Whether a stack on AWS may have the name. Without a hyphen in it, a pattern such as
 * `example-causeway-dev-*` in a policy matches names of the stack `dev` alone, and none of `dev-2`.
 */
export function isStackName(name: string): boolean {
  return name.length <= longestStackName && /^[a-z][a-z0-9]*$/.test(name);
}

/** What {@link isStackName} asks, in words. */
export const stackNameForm = `at most ${longestStackName} lower-case letters and digits, the first a letter, and no hyphen`;

/** Purpose of a bucket; `logs` is the region's bucket for access logs. */
const everyBucket = [...bucketPurposes, "logs"] as const;

/** Names of the buckets of a region that are too long, and so are organization and stack together. */
export function bucketsTooLong(naming: Naming, region: string): string[] {
  return everyBucket
    .map((purpose) => bucketName(naming, purpose, region))
    .filter((name) => name.length > maximumBucketName);
}

/** Start of every name in the stack, e.g. `example-causeway-prod`. */
export function prefix(naming: Naming): string {
  return naming.organization + between + naming.stack;
}

/**
 * Name of a bucket, e.g. `example-causeway-prod-data-eu-west-1`; `logs` is the region's bucket for
 * access logs.
 */
export function bucketName(
  naming: Naming,
  purpose: BucketPurpose | "logs",
  region: string,
): string {
  return `${prefix(naming)}-${purpose}-${region}`;
}

/** ARN of a bucket. */
export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

/**
 * Pattern that matches the buckets of one purpose in every region, for documents that must not grow
 * with the regions.
 */
export function bucketArnPattern(naming: Naming, purpose: BucketPurpose | "logs"): string {
  return bucketArn(`${prefix(naming)}-${purpose}-*`);
}

/** Keys that sign, in the home region alone: releases, and checkpoints of the ledger. */
export type SigningPurpose = "signing" | "checkpoints";

/** Alias of a key; that of a purpose is the same in every region. */
export function keyAlias(naming: Naming, purpose: KeyPurpose | SigningPurpose): string {
  return `alias/${prefix(naming)}-${purpose}`;
}

/** Name of a region's cluster. */
export function clusterName({ stack }: Pick<Naming, "stack">, region: string): string {
  return `causeway-${stack}-${region}`;
}

/** Name of the log group of a region's control plane; EKS decides its form. */
export function clusterLogGroup(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

/** Name of the log group of a region's flow logs. */
export function flowLogGroup({ stack }: Pick<Naming, "stack">, region: string): string {
  return `/causeway/${stack}/${region}/vpc-flow-logs`;
}

/** Name of the log group of a region's firewall; WAF only writes to names that begin like this. */
export function firewallLogGroup({ stack }: Pick<Naming, "stack">, region: string): string {
  return `aws-waf-logs-causeway-${stack}-${region}`;
}

/**
 * Name of the log group of the metrics workspace. Groups under this path need no resource policy of
 * their own, of which an account has few.
 */
export function metricsLogGroup(naming: Naming): string {
  return `/aws/vendedlogs/prometheus/${prefix(naming)}`;
}

/** Name of a region's analyzer of access. */
export function analyzerName(naming: Naming, region: string): string {
  return `${prefix(naming)}-${region}`;
}

/** Address of an account's image registry in a region. */
export function registryAddress(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}

/** Start of the names of all image repositories. */
export function repositoryPrefix(naming: Naming): string {
  return `${prefix(naming)}/`;
}

/** Name of a model's image repository; the same in every region. */
export function modelRepository(naming: Naming, model: string): string {
  return `${repositoryPrefix(naming)}models/${model}`;
}

/** Name of the repository of a shared image. */
export function sharedRepository(naming: Naming, image: SharedImage): string {
  return `${repositoryPrefix(naming)}${image}`;
}

/** Name of a role; shorter than those of the buckets, and IAM takes 64 characters. */
export function roleName(
  naming: Naming,
  role: PlatformRole | "replication" | "checkpoints",
): string {
  const own = role === "replication" || role === "checkpoints";
  return `${prefix(naming)}-${own ? role : roleNames[role]}`;
}

/** ARN of a role, which other documents name before it exists. */
export function roleArn(naming: Naming, role: PlatformRole | "checkpoints"): string {
  return `arn:aws:iam::${naming.account}:role/${roleName(naming, role)}`;
}

/** ARN of the audit trail, which other documents name before it exists. */
export function trailArn(naming: Naming, homeRegion: string): string {
  return `arn:aws:cloudtrail:${homeRegion}:${naming.account}:trail/${trailName(naming)}`;
}

/** Name of the audit trail. */
export function trailName(naming: Naming): string {
  return `${prefix(naming)}-audit`;
}

/** Where the stack's audit ledger is. */
export function ledgerLocation(naming: Naming, homeRegion: string): string {
  return `s3://${bucketName(naming, "audit", homeRegion)}/ledger`;
}

/** Name of a key that signs, as `--key` takes it: with its region. */
export function signingKeyLocation(
  naming: Naming,
  homeRegion: string,
  purpose: SigningPurpose = "signing",
): string {
  return `awskms:///arn:aws:kms:${homeRegion}:${naming.account}:${keyAlias(naming, purpose)}`;
}
