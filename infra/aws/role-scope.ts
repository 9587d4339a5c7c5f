import type { BucketPurpose, KeyPurpose } from "../kubernetes/labels";
import {
  bucketArnPattern,
  clusterLogGroup,
  clusterName,
  firewallLogGroup,
  flowLogGroup,
  keyAlias,
  metricsLogGroup,
  prefix,
  repositoryPrefix,
  stackTag,
  trailArn,
  type Naming,
  type SigningPurpose,
} from "./naming";
import type { Statement } from "./policy-document";

/** What role documents are written from. */
export interface RoleScope extends Naming {
  /** Regions of the stack; the first is home. */
  readonly regions: readonly string[];
}

/** Calls that only list or fetch a login token, and that IAM can restrict to no resource. */
export const unscopedReads = {
  registryLogin: ["ecr:GetAuthorizationToken"],
  clusters: ["eks:ListClusters"],
  findings: ["guardduty:ListFindings", "guardduty:GetFindings"],
  answers: ["logs:GetQueryResults", "logs:StopQuery"],
  overview: [
    "s3:ListAllMyBuckets",
    "kms:ListAliases",
    "kms:ListKeys",
    "cloudtrail:DescribeTrails",
    "cloudtrail:LookupEvents",
    "guardduty:ListDetectors",
    "access-analyzer:ListAnalyzers",
    "logs:DescribeLogGroups",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "route53:ListHealthChecks",
    "wafv2:ListWebACLs",
  ],
} as const;

/** A statement that allows reads without a resource, spelled out one by one. */
export function listing(sid: string, actions: readonly string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: ["*"] };
}

/**
 * ARNs of what the stack owns, as patterns that do not grow with models. `keys` and `workspaces` are
 * those of all stacks, which {@link ofStack} or an alias narrows; a detector is one for the account.
 */
export function resourcesOf(scope: RoleScope) {
  const inRegions = (service: string, path: string) =>
    scope.regions.map((region) => `arn:aws:${service}:${region}:${scope.account}:${path}`);
  const inAnyRegion = (service: string, path: string) =>
    `arn:aws:${service}:*:${scope.account}:${path}`;
  const cluster = clusterName(scope, "*");
  return {
    // The names of clusters and log groups carry the stack, so one pattern serves all regions.
    clusters: [inAnyRegion("eks", `cluster/${cluster}`)],
    accessEntries: [inAnyRegion("eks", `access-entry/${cluster}/*`)],
    repositories: inRegions("ecr", `repository/${repositoryPrefix(scope)}*`),
    keys: inRegions("kms", "key/*"),
    detectors: inRegions("guardduty", "detector/*"),
    analyzers: inRegions("access-analyzer", `analyzer/${prefix(scope)}-*`),
    logGroups: [
      clusterLogGroup(cluster),
      flowLogGroup(scope, "*"),
      firewallLogGroup(scope, "*"),
      metricsLogGroup(scope),
    ].map((name) => inAnyRegion("logs", `log-group:${name}:*`)),
    workspaces: [`arn:aws:aps:${scope.regions[0] ?? ""}:${scope.account}:workspace/*`],
    trail: [trailArn(scope, scope.regions[0] ?? "")],
    roles: [`arn:aws:iam::${scope.account}:role/${prefix(scope)}-*`],
    /** Buckets of a purpose. */
    bucket: (purpose: BucketPurpose | "logs") => [bucketArnPattern(scope, purpose)],
    /** Objects of a purpose under a prefix of their keys. */
    objects: (purpose: BucketPurpose | "logs", folder = "") => [
      `${bucketArnPattern(scope, purpose)}/${folder}*`,
    ],
  };
}

/** Condition that a resource is one of the stack, for what AWS names by numbers. */
export function ofStack({ stack }: Pick<RoleScope, "stack">): NonNullable<Statement["Condition"]> {
  return { StringEquals: { [`aws:ResourceTag/${stackTag}`]: stack } };
}

/** Signs releases with the stack's signing key, and with no other. */
export function signReleases(scope: RoleScope): Statement {
  return withKey("SignReleases", scope, "signing", ["kms:Sign", "kms:GetPublicKey"]);
}

/** Signs checkpoints of the ledger, and with no other key. */
export function signCheckpoints(scope: RoleScope): Statement {
  return withKey("SignCheckpoints", scope, "checkpoints", ["kms:Sign", "kms:GetPublicKey"]);
}

/** Learns the public key by which it verifies checkpoints of the ledger. */
export function verifyCheckpoints(scope: RoleScope): Statement {
  return withKey("VerifyCheckpoints", scope, "checkpoints", ["kms:GetPublicKey"]);
}

function withKey(
  sid: string,
  scope: RoleScope,
  purpose: SigningPurpose,
  actions: readonly string[],
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resourcesOf(scope).keys,
    Condition: {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": [keyAlias(scope, purpose)] },
    },
  };
}

/**
 * Use of keys by purpose, only through S3: the data is readable where the bucket lets it be, and
 * the key alone opens nothing.
 */
export function keysThroughStorage(
  sid: string,
  scope: RoleScope,
  purposes: readonly KeyPurpose[],
  actions: readonly string[],
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resourcesOf(scope).keys,
    Condition: {
      StringEquals: {
        "kms:ViaService": scope.regions.map((region) => `s3.${region}.amazonaws.com`),
      },
      "ForAnyValue:StringEquals": {
        "kms:ResourceAliases": purposes.map((purpose) => keyAlias(scope, purpose)),
      },
    },
  };
}
