import assert from "node:assert/strict";
import { isJsonArray, isJsonObject, toJsonObject } from "../../harness/lib/json";
import { stateOf, type CloudStack } from "./stack";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";

/** A statement that a key's policy loses, and what then cannot be. */
interface Defect {
  /** Name of the key. */
  readonly key: string;
  /** Statement that the key's policy loses. */
  readonly without: string;
  /** Resource that cannot be made then, as `<name> <type without aws:>`. */
  readonly resource: string;
  /** Who may not use the key, and how. */
  readonly refusals: readonly RegExp[];
}

const missing = (who: string, ...actions: readonly string[]): RegExp[] =>
  actions.map((action) => new RegExp(`does not let ${who} use kms:${action}$`));

const caller = "arn:aws:iam::\\d+:role/caller";
const clusterRole = "arn:aws:iam::\\d+:role/[\\w-]*-cluster-control-plane-\\w+";
const scanner =
  "arn:aws:iam::\\d+:role/aws-service-role/malware-protection[\\w./]*MalwareProtection";
const scaler = "arn:aws:iam::\\d+:role/aws-service-role/autoscaling[\\w./]*AutoScaling";
const [volumes, secrets] = ["foundation-keys-volumes", "foundation-keys-secrets"];
const nodes = "eu-west-1-cluster-control-plane iam/rolePolicy:RolePolicy";
const cluster = "eu-west-1-cluster eks/cluster:Cluster";
const trail = "foundation-trail cloudtrail/trail:Trail";
const encrypted = ["Encrypt", "Decrypt", "GenerateDataKey"];

const defects: readonly Defect[] = [
  {
    key: "foundation-keys-data",
    without: "Administer",
    resource: "foundation-keys-data kms/key:Key",
    refusals: [/does not let its caller use kms:PutKeyPolicy$/],
  },
  {
    key: "foundation-keys-logs",
    without: "EncryptLogGroups",
    resource: "eu-west-1-cluster cloudwatch/logGroup:LogGroup",
    refusals: missing("logs.eu-west-1.amazonaws.com", ...encrypted),
  },
  {
    key: "foundation-keys-logs",
    without: "PublishAlarms",
    resource: "foundation-break-glass-eu-west-1-target cloudwatch/eventTarget:EventTarget",
    refusals: missing("events.amazonaws.com", "GenerateDataKey", "Decrypt"),
  },
  ...(
    [
      ["EncryptTrail", "GenerateDataKey"],
      ["DescribeForTrail", "DescribeKey"],
      ["DecryptForTrail", "Decrypt"],
    ] as const
  ).map(([without, action]) => ({
    key: "foundation-keys-audit",
    without,
    resource: trail,
    refusals: missing("cloudtrail.amazonaws.com", action),
  })),
  {
    key: "foundation-keys-data",
    without: "UseThroughServices",
    resource:
      "foundation-buckets-data-eu-west-1-encryption s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    refusals: missing(caller, "GenerateDataKey", "Decrypt"),
  },
  {
    key: "foundation-keys-artifacts",
    without: "GrantToServices",
    resource: "foundation-registry-training-eu-west-1 ecr/repository:Repository",
    refusals: missing(caller, "CreateGrant"),
  },
  {
    key: "foundation-keys-artifacts",
    without: "RetireGrantsOfServices",
    resource: "foundation-registry-training-eu-west-1 ecr/repository:Repository",
    refusals: missing(caller, "RetireGrant"),
  },
  {
    key: "foundation-metrics-key",
    without: "UseThroughServices",
    resource: "foundation-metrics amp/workspace:Workspace",
    refusals: missing(caller, "GenerateDataKey", "Decrypt"),
  },
  {
    key: "foundation-metrics-key",
    without: "GrantToServices",
    resource: "foundation-metrics amp/workspace:Workspace",
    refusals: missing(caller, "CreateGrant"),
  },
  {
    key: secrets,
    without: "GrantToClusters",
    resource: cluster,
    refusals: missing(caller, "CreateGrant"),
  },
  {
    key: secrets,
    without: "UseByClusterRoles",
    resource: cluster,
    refusals: missing(clusterRole, "Encrypt", "Decrypt"),
  },
  {
    key: volumes,
    without: "UseByAutoMode",
    resource: nodes,
    refusals: missing(clusterRole, ...encrypted),
  },
  {
    key: volumes,
    without: "GrantByAutoMode",
    resource: nodes,
    refusals: missing(clusterRole, "CreateGrant"),
  },
  {
    key: volumes,
    without: "GrantToMalwareScans",
    resource: nodes,
    refusals: missing(scanner, "CreateGrant"),
  },
  {
    key: volumes,
    without: "GrantToMalwareScans",
    resource:
      "foundation-detection-eu-west-1-ebs-malware-protection guardduty/detectorFeature:DetectorFeature",
    refusals: missing(scanner, "CreateGrant"),
  },
];

/** Of the instance that sessions go through. */
const sessionDefects: readonly Defect[] = [
  {
    key: volumes,
    without: "UseByAutoScaling",
    resource: "eu-west-1-access autoscaling/group:Group",
    refusals: missing(
      scaler,
      ...encrypted,
      "DescribeKey",
      "ReEncryptFrom",
      "ReEncryptTo",
      "GenerateDataKeyWithoutPlaintext",
    ),
  },
  {
    key: volumes,
    without: "GrantByAutoScaling",
    resource: "eu-west-1-access autoscaling/group:Group",
    refusals: missing(scaler, "CreateGrant"),
  },
];

/** Of buckets that are copied to another region. */
const replicationDefects: readonly Defect[] = (
  [
    ["foundation-keys-data", "Decrypt"],
    ["foundation-keys-data-eu-central-1", "Encrypt"],
  ] as const
).map(([key, action]) => ({
  key,
  without: "UseThroughServices",
  resource:
    "foundation-buckets-data-replication s3/bucketReplicationConfig:BucketReplicationConfig",
  refusals: missing("arn:aws:iam::\\d+:role/[\\w-]*replication", action),
}));

function find(state: readonly JsonObject[], name: string, ...types: readonly string[]): JsonObject {
  const found = state.filter(
    (resource) =>
      String(resource["urn"]).endsWith(`::${name}`) &&
      types.some((type) => resource["type"] === `aws:${type}`),
  );
  assert.equal(found.length, 1, `${found.length} resources ${name} ${types.join(", ")}`);
  return found[0] ?? assert.fail();
}

/** The case of a defect in a state, as the account judges it. */
function caseOf(state: readonly JsonObject[], { key, without, resource }: Defect): JsonObject {
  const outputs = toJsonObject(
    find(state, key, "kms/key:Key", "kms/replicaKey:ReplicaKey")["outputs"],
  );
  const document = toJsonObject(JSON.parse(String(outputs["policy"])));
  const all = isJsonArray(document["Statement"]) ? document["Statement"] : [];
  const others = all.filter((one) => !isJsonObject(one) || one["Sid"] !== without);
  assert.equal(others.length, all.length - 1, `statement ${without} of ${key}`);
  const [name = "", type = ""] = resource.split(" ");
  const subject = find(state, name, type);
  const policy = JSON.stringify({ ...document, Statement: others });
  return {
    key: outputs["arn"] ?? assert.fail(),
    policy,
    type: `aws:${type}`,
    region: toJsonObject(subject["outputs"])["region"] ?? assert.fail(),
    inputs: { ...toJsonObject(subject["inputs"]), ...(name === key && { policy }) },
  };
}

function refused({ name, project, account }: CloudStack, cases: readonly Defect[]): Test[] {
  let answers: Promise<string[][]> | undefined;
  const ask = async () => {
    const state = await stateOf(project);
    return account.judged(cases.map((defect) => caseOf(state, defect)));
  };
  return cases.map(({ key, without, resource, refusals }, index) => ({
    title: `${name}: ${resource} is refused where ${key} has no statement ${without}`,
    run: async () => {
      answers ??= ask();
      const problems = (await answers)[index] ?? [];
      assert.equal(problems.length, refusals.length, problems.join("; ") || "nothing was refused");
      for (const refusal of refusals)
        assert.ok(
          problems.some((problem) => refusal.test(problem)),
          `${String(refusal)}, got ${problems.join("; ")}`,
        );
    },
  }));
}

/** Defects of the policies of keys in a stack that is up, each put into the account for a moment. */
export const keyDefects = (stack: CloudStack): Test[] => refused(stack, defects);

/** The same of a stack whose clusters are reached through sessions. */
export const sessionKeyDefects = (stack: CloudStack): Test[] => refused(stack, sessionDefects);

/** The same of a stack of several regions. */
export const replicationKeyDefects = (stack: CloudStack): Test[] =>
  refused(stack, replicationDefects);
