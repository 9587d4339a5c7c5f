import { z } from "zod";
import { publicKeyIn } from "../../services/evidence/attestation";
import { imageByDigest } from "../../services/contract/digests";
import { duration, label } from "../../services/contract/units";
import { retrySchema } from "../../services/evidence/verdict";
import { killTargets } from "../serving/delivery";
import { environments } from "../../services/contract/environments";
import { threatDetections } from "../aws/detection";
import { kubernetesVersions } from "../region/cluster";
import { clusterAccess, publicBlock } from "./addresses";
import { stages } from "./stages";

const text = (allowed: string) => z.string({ error: allowed }).min(1, allowed);
const roleArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, "the ARN of an IAM role");
const regionName = z
  .string({ error: "a region such as eu-west-1" })
  .regex(/^([a-z]{2}(-[a-z]+)+-\d|local)$/, "a region such as eu-west-1, or local");

const region = {
  name: regionName,
  /** Takes the region out of the entry; its resources stay. */
  drained: z
    .strictObject(
      { reason: text("a reason in words") },
      { error: "{ reason: <a reason in words> }" },
    )
    .optional(),
};
const awsRegion = z.strictObject({
  ...region,
  /** IPv4 block of the region's VPC, /16 to /20. */
  cidr: z.string({ error: "an IPv4 block, because target is aws" }),
});
const clusterRegion = z.strictObject(region);

const model = z.strictObject({
  name: label,
  /**
   * Image reference; without it, dev builds the image and prod takes the digest from the release
   * manifest.
   */
  image: z.string().optional(),
  /** Overrides of the contract's replicas in this stack. */
  replicas: z
    .strictObject({
      min: z.number().int().min(1, "1 or more"),
      max: z.number().int().min(1, "1 or more"),
    })
    .optional(),
  /**
   * Requests per second at the busiest time, by region; a region that is not named is taken to have
   * what its least replicas are scaled for.
   */
  peakRequestsPerSecond: z
    .record(regionName, z.number({ error: "a number above 0" }).positive("a number above 0"))
    .optional(),
  /**
   * Requests per second on average, by region, which decide how long a release takes; a region that
   * is not named is taken to have those of its peak.
   */
  requestsPerSecond: z
    .record(regionName, z.number({ error: "a number above 0" }).positive("a number above 0"))
    .optional(),
  /**
   * Tries a release again that was rolled back; `npx causeway delivery override` prints the block.
   */
  retry: retrySchema.optional(),
  /**
   * Switches the model off: all requests go to the champion, or to the fallback that the contract
   * declares.
   */
  killSwitch: z
    .strictObject({
      to: z.enum(killTargets, { error: killTargets.join(" or ") }),
      reason: text("a reason in words"),
    })
    .optional(),
});

const groups = z.strictObject({
  platformAdmins: z.array(roleArn).default([]),
  mlEngineers: z.array(roleArn).default([]),
  auditors: z.array(roleArn).default([]),
  /** Programs that build releases and run `pulumi up`; they administer the clusters. */
  pipelines: z.array(roleArn).default([]),
  /** People who approve releases. */
  approvers: z.array(roleArn).default([]),
  /**
   * Approvers by the role in which they approve, such as `ethics-board`; on AWS each approver has
   * one, and IAM holds them to it.
   */
  approvalRoles: z.record(label, z.array(roleArn)).default({}),
  /** People who erase the data of a subject. */
  erasers: z.array(roleArn).default([]),
  /** Who is told whenever the break-glass role is assumed. */
  alertEmails: z.array(z.email({ error: "an e-mail address" })).default([]),
});

const recovery = z.strictObject(
  {
    /** Recovery time objective for the loss of one region. */
    rto: duration,
    /**
     * Recovery point objective: writes to buckets of at most so long before the loss of a region may
     * be lost with it.
     */
    rpo: duration.optional(),
    /** Seconds between two health checks of Route 53; it offers 10 and 30. */
    checkIntervalSeconds: z.union([z.literal(10), z.literal(30)], { error: "10 or 30" }),
    /** Failed checks in a row before a region counts as lost. */
    failureThreshold: z
      .number({ error: "a whole number from 1 to 10" })
      .int("a whole number from 1 to 10")
      .min(1, "a whole number from 1 to 10")
      .max(10, "a whole number from 1 to 10"),
  },
  { error: "{ rto, checkIntervalSeconds, failureThreshold }, because target is aws" },
);

const publicKey = z
  .string({ error: "a public key in PEM, ed25519 or ECDSA on P-256" })
  .refine(
    (pem) => publicKeyIn(pem) !== undefined,
    "a public key in PEM, ed25519 or ECDSA on P-256",
  );

const approverKey = z.strictObject({ role: label, key: publicKey });

const images = z.strictObject({
  /** Training steps, built from services/training/Dockerfile. */
  training: imageByDigest.optional(),
  /** Promoter of releases, built from services/delivery/Dockerfile. */
  delivery: imageByDigest.optional(),
});

/** A wildcard is no host: keys or tokens of anybody's would count. */
const httpsUrl = z.url({
  protocol: /^https$/,
  hostname: z.regexes.domain,
  error: "an https URL with the domain name of a host",
});

const identity = z.strictObject({
  /** Issuer of the callers' tokens (OpenID Connect). */
  issuer: httpsUrl,
  jwksUri: httpsUrl,
  audiences: z.array(text("an audience")).min(1, "at least one audience"),
});

const keyVersion = z
  .number({ error: "a whole number from 1" })
  .int("a whole number from 1")
  .min(1, "a whole number from 1")
  .max(999_999, "a whole number of at most six digits");
const subjectKeys = z
  .strictObject({ current: keyVersion, oldest: keyVersion })
  .refine(
    ({ current, oldest }) => oldest <= current && current - oldest < 100,
    "oldest at most current, and at most 100 versions in all",
  );

/** Keys that mean the same wherever the platform runs. */
const common = {
  environment: z
    .enum(environments, { error: `one of ${environments.join(", ")}` })
    .describe("Decides redundancy, deletion protection and how releases are pinned."),
  stage: z
    .enum(stages, { error: `one of ${stages.join(", ")}` })
    .default("models")
    .describe(
      "How far the stack is built up: `foundation` (keys, registries, buckets, roles, networks), `platform` (clusters and what runs in them), `models` (everything). A later stage only adds; an earlier one on a stack that is further deletes what it does not have.",
    ),
  identity: identity.describe("Who issues the tokens of callers."),
  models: z
    .array(model, { error: "a list of models" })
    .describe(
      "Models of the stack; each has a folder in services/models. `peakRequestsPerSecond` by region decides whether the other regions can carry a lost one. `requestsPerSecond` by region (default: the peak, or what the minimum number of replicas is scaled for) decides how long a release takes.",
    ),
  images: images
    .optional()
    .describe("Published images of the retraining; an update of prod needs them."),
  trustedKeys: z
    .array(publicKey, { error: "a list of public keys" })
    .default([])
    .describe(
      "Public keys (PEM) that releases are signed with; prod serves no release that none of them signed.",
    ),
  approverKeys: z
    .array(approverKey, { error: "a list of { role, key }" })
    .default([])
    .describe(
      "Public keys (PEM) of the people who approve, by role. Where any role has a key, an approval counts only with the signature of a key of its own role.",
    ),
  subjectKeys: subjectKeys
    .default({ current: 1, oldest: 1 })
    .describe(
      "Versions of the key behind pseudonyms: raise current to rotate, raise oldest to forget.",
    ),
  monthlyBudgetUsd: z
    .number({ error: "an amount in US dollars" })
    .positive("an amount in US dollars")
    .optional()
    .describe("Estimated monthly cost above which the plan fails."),
  alertWebhook: text("a URL")
    .optional()
    .describe(
      "Secret. URL for critical alerts, for the person on call: pulumi config set --secret causeway:alertWebhook ...",
    ),
  ticketWebhook: text("a URL")
    .optional()
    .describe(
      "Secret. URL for warnings, for the owning team. Without it they go to `alertWebhook` too, and the message's `receiver` tells them apart. pulumi config set --secret causeway:ticketWebhook ...",
    ),
  runbookBase: z
    .string({ error: "an https URL that ends with a slash" })
    .regex(/^https:\/\/\S+\/$/, "an https URL that ends with a slash")
    .optional()
    .describe(
      "Address of the folder that holds the runbooks; the `runbook_url` of an alert starts with it. Default: `docs/runbooks/` on the branch `main` of the `repository` in package.json.",
    ),
};

const target = "Where the platform runs: AWS, or any cluster that a kubeconfig names.";
const targets = "aws or kubernetes";
const listOfRegions = { error: "a list of regions" };
const domainName = z
  .string({ error: "a domain name" })
  .max(253, "a domain name of at most 253 characters")
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "a domain name, each part of at most 63 characters",
  );

const hostedZoneId = z
  .string({ error: "a Route 53 hosted zone id" })
  .regex(/^Z[A-Z0-9]{1,31}$/, "a Route 53 hosted zone id, such as Z0123456789ABC");

/** Every key of the file of a stack on AWS. */
export const awsConfigSchema = z.strictObject({
  target: z.literal("aws", { error: targets }).describe(target),
  ...common,
  organization: label
    .max(20, "a name of at most 20 characters")
    // Buckets and repositories are named after it:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    .regex(/^(?!xn--|sthree-|amzn-s3-demo-)/, "a name that does not start as Amazon S3 reserves it")
    .regex(/^(?!.*--)/, "a name without two hyphens in a row")
    .describe(
      "Prefix of globally unique names, such as buckets; the name of the stack follows it.",
    ),
  account: z
    .string({ error: "an AWS account id of 12 digits, because target is aws" })
    .regex(/^\d{12}$/, "an AWS account id of 12 digits")
    .describe("AWS account that the stack may change; the provider refuses any other."),
  kubernetesVersion: z
    .enum(kubernetesVersions, { error: `one of ${kubernetesVersions.join(", ")}` })
    .describe("EKS minor version."),
  regions: z
    .array(awsRegion, listOfRegions)
    .min(1, "at least one region")
    .describe(
      "Regions; the first is the home region, with keys, audit log and artefacts. `drained: { reason }` takes one out of service.",
    ),
  domain: z
    .strictObject(
      { name: domainName, hostedZoneId },
      { error: "{ name, hostedZoneId }, because target is aws" },
    )
    .optional()
    .describe(
      "Domain that callers use; prod needs one. Without it callers use the name of each region's load balancer, and trust the certificate of the stack output `certificates`.",
    ),
  recovery: recovery.describe("Recovery objectives (`rto`, `rpo`) and health-check timing."),
  access: groups
    .default({
      platformAdmins: [],
      mlEngineers: [],
      auditors: [],
      pipelines: [],
      approvers: [],
      approvalRoles: {},
      erasers: [],
      alertEmails: [],
    })
    .describe(
      "IAM roles of the four groups, of approvers and of erasers, and mail addresses for emergencies.",
    ),
  clusterAccess: clusterAccess
    .default({ via: "runner" })
    .describe(
      "How `pulumi up` and people reach the clusters: `{ via: runner }` (a security group for a runner in the VPC), `{ via: ssm }` (port forwarding through an instance of Systems Manager) or `{ via: public, cidrs: [...] }` (the endpoint answers these blocks).",
    ),
  deletionProtection: z
    .boolean({ error: "true or false" })
    .optional()
    .describe(
      "Whether clusters and load balancers refuse to be deleted. Default: true in prod, else false.",
    ),
  threatDetection: z
    .enum(threatDetections, { error: threatDetections.join(" or ") })
    .optional()
    .describe(
      "Whose GuardDuty detector and Access Analyzer watch each region; an account has one of each. `own` (default): the stack creates them. `existing`: the account has them already, from another stack or a security team. A change from `own` to `existing` deletes the stack's.",
    ),
  auditRetention: duration
    .prefault("400 days")
    .describe("Object Lock on the audit log; at least 183 days (EU AI Act Art. 19)."),
});

const imageChecks = ["anonymous", "docker-login", "none"] as const;

/** Every key of the file of a stack on a cluster that is there already. */
export const clusterConfigSchema = z.strictObject({
  target: z.literal("kubernetes", { error: targets }).describe(target),
  ...common,
  regions: z
    .array(clusterRegion, listOfRegions)
    .length(1, "exactly one region, because target is kubernetes")
    .describe("The one region; its name is in the names of the resources."),
  domain: z
    .strictObject({ name: domainName }, { error: "{ name }" })
    .default({ name: "causeway.local" })
    .describe("Host name that callers use."),
  apiServers: z
    .array(publicBlock, { error: "a list of IPv4 blocks" })
    .default([])
    .describe(
      "Blocks of the cluster's API server where its address is not private (RFC 1918): pods reach it there. No other pod but Alertmanager and the mesh's control plane reaches addresses outside.",
    ),
  imageCheck: z
    .enum(imageChecks, { error: imageChecks.join(", ") })
    .default("anonymous")
    .describe(
      "How a registry is asked whether it holds an image that `models` names, before anything changes: `anonymous`, with the credentials of `docker-login`, or, outside prod, `none`, for a cluster whose registry the update cannot reach.",
    ),
});

/**
 * Every key of a stack file, without the `causeway:` prefix. The JSON Schema for editors is made
 * from this.
 */
export const configSchema = z.discriminatedUnion("target", [awsConfigSchema, clusterConfigSchema]);

/** What a stack has that is in no file. */
interface Named {
  /** Name of the stack, which is in its names on AWS. */
  readonly stack: string;
}
/** A validated stack configuration. */
export type StackConfig = z.output<typeof configSchema> & Named;
export type AwsConfig = z.output<typeof awsConfigSchema> & Named;
export type ClusterConfig = z.output<typeof clusterConfigSchema> & Named;

/** The JSON Schema of a stack's keys, without the prefix, by its target. */
export const schemaByTarget = {
  aws: z.toJSONSchema(awsConfigSchema, { io: "input" }),
  kubernetes: z.toJSONSchema(clusterConfigSchema, { io: "input" }),
};

/** Keys whose values must be encrypted in the stack file. */
export const secretKeys = ["alertWebhook", "ticketWebhook"] as const;
