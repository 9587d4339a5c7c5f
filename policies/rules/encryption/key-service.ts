import { statements, like, type PolicyStatement } from "../../iam";
import { at, ofType, refersTo, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

const bucketEncryption =
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const encrypt = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];
const scannerRole = "AWSServiceRoleForAmazonGuardDutyMalwareProtection";
const scalingRole = "AWSServiceRoleForAutoScaling";

/** Who uses the key that a resource names, and how. */
interface KeyUse {
  readonly type: string;
  /** Path of the input that names the key. */
  readonly path: string;
  /** Whom the key policy must name: a pattern of a principal as `kind:value`. */
  readonly principal: string;
  /** By the page of AWS about the service and its key. */
  readonly actions: (user: ResourceView, resources: readonly ResourceView[]) => readonly string[];
  /** Condition keys under which the use would not be allowed. */
  readonly without?: readonly string[];
  /** What a statement must also satisfy. */
  readonly fits?: (statement: PolicyStatement) => boolean;
}

const uses: readonly KeyUse[] = [
  {
    type: "aws:cloudtrail/trail:Trail",
    path: "kmsKeyId",
    principal: "Service:cloudtrail.amazonaws.com",
    actions: (trail, resources) => [
      "kms:GenerateDataKey",
      "kms:DescribeKey",
      ...(bucketKeyOf(trail, resources) ? ["kms:Decrypt"] : []),
    ],
  },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    path: "kmsKeyId",
    principal: "Service:logs.*.amazonaws.com",
    actions: () => encrypt,
  },
  {
    type: "aws:amp/workspace:Workspace",
    path: "kmsKeyArn",
    principal: "AWS:*",
    actions: () => ["kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"],
  },
  {
    type: bucketEncryption,
    path: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    principal: "AWS:*",
    actions: () => ["kms:GenerateDataKey", "kms:Decrypt"],
  },
  {
    type: "aws:ecr/repository:Repository",
    path: "encryptionConfigurations.0.kmsKey",
    principal: "AWS:*",
    actions: () => ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"],
  },
  {
    type: "aws:eks/cluster:Cluster",
    path: "encryptionConfig.provider.keyArn",
    principal: "AWS:*",
    actions: () => ["kms:CreateGrant", "kms:DescribeKey", "kms:Encrypt", "kms:Decrypt"],
    without: ["kms:ViaService"],
  },
  {
    type: "aws:sns/topic:Topic",
    path: "kmsMasterKeyId",
    principal: "Service:events.amazonaws.com",
    actions: (topic, resources) =>
      ofType(resources, "aws:cloudwatch/eventTarget:EventTarget").some((target) =>
        refersTo(target, "arn", topic),
      )
        ? ["kms:GenerateDataKey", "kms:Decrypt"]
        : [],
  },
  {
    type: "kubernetes:eks.amazonaws.com/v1:NodeClass",
    path: "spec.ephemeralStorage.kmsKeyID",
    principal: "AWS:*",
    actions: () => [...encrypt, "kms:CreateGrant"],
    without: ["kms:ViaService"],
    fits: ({ conditions }) => !conditions.some(({ values }) => values.some(isScanner)),
  },
  {
    type: "kubernetes:eks.amazonaws.com/v1:NodeClass",
    path: "spec.ephemeralStorage.kmsKeyID",
    principal: "AWS:*",
    actions: (_, resources) => (scansVolumes(resources) ? ["kms:CreateGrant"] : []),
    without: ["kms:ViaService"],
    fits: ({ conditions }) =>
      conditions
        .filter(({ key }) => key === "aws:PrincipalArn")
        .every(({ values }) => values.some(isScanner)),
  },
  {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    path: "blockDeviceMappings.0.ebs.kmsKeyId",
    principal: "*",
    actions: (template, resources) =>
      ofType(resources, "aws:autoscaling/group:Group").some((group) =>
        refersTo(group, "launchTemplate.id", template),
      )
        ? [...encrypt, "kms:DescribeKey", "kms:CreateGrant"]
        : [],
    // The role's own policy knows no key of ours, so the account as the principal lets it not in.
    fits: ({ principals, conditions }) =>
      principals.some(isScaler) ||
      (principals.includes("*") &&
        conditions.some(({ key, values }) => key === "aws:PrincipalArn" && values.some(isScaler))),
  },
];

function isScanner(value: string): boolean {
  return value.endsWith(scannerRole);
}

function isScaler(value: string): boolean {
  return value.endsWith(scalingRole);
}

function scansVolumes(resources: readonly ResourceView[]): boolean {
  return ofType(resources, "aws:guardduty/detectorFeature:DetectorFeature").some(
    ({ props }) =>
      text(props, "name") === "EBS_MALWARE_PROTECTION" && text(props, "status") === "ENABLED",
  );
}

/** Whether the bucket of a trail has a bucket key, for which CloudTrail must decrypt. */
function bucketKeyOf(trail: ResourceView, resources: readonly ResourceView[]): boolean {
  return ofType(resources, bucketEncryption).some(
    (encryption) =>
      text(encryption.props, "bucket") === text(trail.props, "s3BucketName") &&
      at(encryption.props, "rules.0.bucketKeyEnabled") === true,
  );
}

function allowed(policy: readonly PolicyStatement[], use: KeyUse, action: string): boolean {
  const principal = new RegExp(`^${use.principal.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return policy.some(
    (statement) =>
      statement.allows &&
      statement.principals.some((one) => principal.test(one)) &&
      statement.actions.some((pattern) => like(pattern, action)) &&
      !statement.conditions.some(({ key }) => use.without?.includes(key)) &&
      (use.fits?.(statement) ?? true),
  );
}

export const rule = stackRule({
  name: "encryption-key-service",
  area: "encryption",
  description: "A key policy must let each AWS service that works with the key use it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add the statement that the service's page asks for; without it, up fails or the service stops in silence.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  check: (resources) => {
    const keys = ofType(resources, "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey");
    return uses.flatMap((use) =>
      ofType(resources, use.type).flatMap((user) => {
        const key = keys.find((candidate) => refersTo(user, use.path, candidate));
        if (key === undefined) return [];
        const policy = statements(at(key.props, "policy"));
        const missing = use
          .actions(user, resources)
          .filter((action) => !allowed(policy, use, action));
        return missing.length === 0
          ? []
          : [
              {
                resource: key,
                message: `${subject(key)} must let ${use.principal.replace(/^\w+:/, "")} use it for ${subject(user)}, got no statement for ${missing.join(", ")}`,
              },
            ];
      }),
    );
  },
});
