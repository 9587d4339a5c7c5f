import { judge } from "../../policies/judge";
import { rules } from "../../policies/rules";
import { viewOf, type RecordedResource } from "../../cli/plan/resource";
import { planOf } from "../support/stacks";
import { mutated } from "./mutation";

let good: readonly RecordedResource[] = [];
beforeAll(async () => void ({ resources: good } = await planOf("prod")));

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Changes one statement of a policy document, or takes it away. */
const statement =
  (sid: string, change: (statement: Statement) => Statement | undefined) => (text: string) => {
    const document = JSON.parse(text) as { Statement: Statement[] };
    expect(document.Statement.map(({ Sid }) => Sid)).toContain(sid);
    return JSON.stringify({
      ...document,
      Statement: document.Statement.flatMap((one) =>
        one.Sid === sid ? (change(one) ?? []) : [one],
      ),
    });
  };
const without = (sid: string) => statement(sid, () => undefined);
const added = (sid: string, extra: object) => (text: string) => {
  const document = JSON.parse(text) as { Statement: object[] };
  return JSON.stringify({
    ...document,
    Statement: [...document.Statement, { Sid: sid, ...extra }],
  });
};

/** Mandatory findings of a rule once a resource is changed. */
function found(rule: string, target: string, path: string, value: unknown): string[] {
  const resources = mutated(good, { rule, target, path, value });
  return judge(
    rules.filter(({ name }) => name === rule),
    resources.map(viewOf),
  )
    .filter(({ enforcement }) => enforcement === "mandatory")
    .map(({ message }) => message);
}

/** Resources renamed as a defect had them. */
function renamed(name: string, other: string): readonly RecordedResource[] {
  return good.map((resource) => (resource.name === name ? { ...resource, name: other } : resource));
}

/** What stacks on AWS met first, each put back into the plan of prod, and the rule that says so. */
describe("a defect of the first update on AWS, put back", () => {
  const volumes = "foundation-keys-volumes kms/key:Key";
  const auditKey = "foundation-keys-audit kms/key:Key";

  it("a name that the provider cannot make", () => {
    const resources = renamed("eu-central-1-entry-tg", "eu-central-1-entry-gateway");
    const [rule] = rules.filter(({ name }) => name === "reliability-name-length");
    expect(judge([rule!], resources.map(viewOf)).map(({ message }) => message)).toEqual([
      expect.stringContaining("at most 32 characters"),
    ]);
  });

  it("a resource without a provider of the program", () => {
    const resources = good.map(({ options: { provider, ...options }, ...resource }) => ({
      ...resource,
      options:
        resource.type === "aws:route53/healthCheck:HealthCheck" || provider === undefined
          ? options
          : { ...options, provider },
    }));
    const [rule] = rules.filter(({ name }) => name === "access-resource-provider");
    expect(judge([rule!], resources.map(viewOf)).map(({ message }) => message)).toEqual([
      'HealthCheck "entry-eu-west-1-check" must have a provider of the program, got the default one of aws',
      'HealthCheck "entry-eu-central-1-check" must have a provider of the program, got the default one of aws',
    ]);
  });

  it.each([
    [
      "a multi-Region key for Managed Prometheus",
      "encryption-key-multi-region",
      "foundation-metrics-key ",
      "multiRegion",
      true,
      /must not be multi-Region, because Workspace "foundation-metrics" uses it/,
    ],
    [
      "grants that may be retired for AWS alone",
      "access-policy-authorization",
      "foundation-keys-artifacts kms/key:Key",
      "policy",
      statement("GrantToServices", (one) => ({
        ...one,
        Action: ["kms:CreateGrant", "kms:RetireGrant"],
      })),
      /kms:RetireGrant does not know the condition key kms:GrantIsForAWSResource/,
    ],
    [
      "a trail that may not decrypt in a bucket with a bucket key",
      "encryption-key-service",
      auditKey,
      "policy",
      without("DecryptForTrail"),
      /must let cloudtrail\.amazonaws\.com use it for Trail "foundation-trail", got no statement for kms:Decrypt/,
    ],
    [
      "a bucket that refuses digest files",
      "governance-trail-delivery",
      "foundation-buckets-audit-eu-west-1-policy :BucketPolicy",
      "policy",
      statement("DenyOtherEncryption", ({ Condition, ...one }) => ({
        ...one,
        Condition: {
          ...Condition,
          StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
        },
      })),
      /must except cloudtrail\.amazonaws\.com/,
    ],
    [
      "findings of one detector",
      "access-policy-authorization",
      "foundation-roles-auditor-permissions :RolePolicy",
      "policy",
      added("More", {
        Effect: "Allow",
        Action: ["guardduty:ListFindings"],
        Resource: ["arn:aws:guardduty:eu-west-1:444455556666:detector/*"],
      }),
      /guardduty:ListFindings takes no resource but \*/,
    ],
    [
      "uploads listed below a prefix",
      "access-policy-authorization",
      "eu-west-1-logs-snapshots :RolePolicy",
      "policy",
      statement("ListUploads", (one) => ({
        ...one,
        Condition: { StringLike: { "s3:prefix": ["log-snapshots/*"] } },
      })),
      /s3:ListBucketMultipartUploads does not know the condition key s3:prefix/,
    ],
    [
      "queries whose answers nobody may read",
      "access-policy-answers",
      "foundation-roles-break-glass-permissions :RolePolicy",
      "policy",
      without("ReadAnswers"),
      /must allow logs:GetQueryResults, because it allows logs:StartQuery/,
    ],
    [
      "a scan for malware that may not use the key of volumes",
      "encryption-key-service",
      volumes,
      "policy",
      without("GrantToMalwareScans"),
      /for NodeClass .*, got no statement for kms:CreateGrant$/,
    ],
    [
      "a key of volumes that Auto Mode may use through EC2 alone",
      "encryption-key-service",
      volumes,
      "policy",
      without("UseByAutoMode"),
      /for NodeClass .*, got no statement for kms:Encrypt, kms:Decrypt, kms:GenerateDataKey$/,
    ],
    [
      "a key of log groups that CloudWatch Logs may not use",
      "encryption-key-service",
      "foundation-keys-logs kms/key:Key",
      "policy",
      without("EncryptLogGroups"),
      /must let logs\.\*\.amazonaws\.com use it for LogGroup/,
    ],
    [
      "a key of buckets that nobody may use through S3",
      "encryption-key-service",
      "foundation-keys-data kms/key:Key",
      "policy",
      without("UseThroughServices"),
      /for BucketServerSideEncryptionConfiguration .*, got no statement for kms:GenerateDataKey, kms:Decrypt$/,
    ],
    [
      "a key of repositories that ECR is not granted",
      "encryption-key-service",
      "foundation-keys-artifacts kms/key:Key",
      "policy",
      without("GrantToServices"),
      /for Repository .*, got no statement for kms:CreateGrant$/,
    ],
    [
      "a key of secrets that a cluster is not granted",
      "encryption-key-service",
      "foundation-keys-secrets kms/key:Key",
      "policy",
      without("GrantToClusters"),
      /for Cluster .*, got no statement for kms:CreateGrant$/,
    ],
    [
      "a key of secrets that the cluster's role may not use",
      "encryption-key-service",
      "foundation-keys-secrets kms/key:Key",
      "policy",
      without("UseByClusterRoles"),
      /for Cluster .*, got no statement for kms:Encrypt, kms:Decrypt$/,
    ],
    [
      "an alarm that EventBridge may not encrypt",
      "encryption-key-service",
      "foundation-keys-logs kms/key:Key",
      "policy",
      without("PublishAlarms"),
      /must let events\.amazonaws\.com use it for Topic/,
    ],
  ])("%s", (_title, rule, target, path, value, message) => {
    const findings = found(rule, target, path, value);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatch(message);
  });
});
