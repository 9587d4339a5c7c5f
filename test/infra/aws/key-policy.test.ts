import { keyPolicy, type PolicyPurpose } from "../../../infra/aws/key-policy";
import { keyPurposes } from "../../../infra/kubernetes/labels";
import { account, prod, twoRegions } from "./support";

const purposes: readonly PolicyPurpose[] = [...keyPurposes, "metrics"];
const policyOf = (purpose: PolicyPurpose) =>
  new Map(keyPolicy(purpose, prod, twoRegions, "eu-west-1").Statement.map((s) => [s.Sid, s]));
const root = { AWS: `arn:aws:iam::${account}:root` };

it.each([
  ["data", ["s3"], false],
  ["artifacts", ["s3", "ecr"], true],
  ["audit", ["s3"], false],
  ["metrics", ["aps"], true],
  ["secrets", ["eks", "secretsmanager"], true],
  ["volumes", ["ec2"], true],
] as const)("lets identities use the key for %s only through %j", (purpose, services, grants) => {
  const through = twoRegions.flatMap((region) =>
    services.map((service) => `${service}.${region}.amazonaws.com`),
  );
  const policy = policyOf(purpose);
  expect(policy.get("UseThroughServices")).toMatchObject({
    Principal: root,
    Condition: { StringEquals: { "kms:ViaService": through, "kms:CallerAccount": account } },
  });
  expect(policy.has("GrantToServices")).toBe(grants);
  expect(policy.get("RetireGrantsOfServices")?.Condition).toEqual(
    grants
      ? { StringEquals: { "kms:ViaService": through, "kms:CallerAccount": account } }
      : undefined,
  );
});

it.each(purposes)("lets administrators of the key for %s not decrypt", (purpose) => {
  const actions = policyOf(purpose).get("Administer")?.Action ?? [];
  expect(actions).toContain("kms:PutKeyPolicy");
  expect(
    actions.filter((action) => /Decrypt|Encrypt|GenerateDataKey|CreateGrant|\*/.test(action)),
  ).toEqual([]);
});

it.each(purposes)("hands out grants on the key for %s only to AWS services", (purpose) => {
  for (const statement of policyOf(purpose).values()) {
    if (statement.Action.includes("kms:CreateGrant"))
      expect(statement.Condition?.["Bool"]).toEqual({ "kms:GrantIsForAWSResource": "true" });
  }
});

it("lets services use only the keys that are theirs", () => {
  const services = Object.fromEntries(
    purposes.map((purpose) => [
      purpose,
      [...policyOf(purpose).values()].flatMap((s) =>
        typeof s.Principal === "object" ? (s.Principal.Service ?? []) : [],
      ),
    ]),
  );
  expect(services).toEqual({
    data: [],
    artifacts: [],
    audit: Array(3).fill("cloudtrail.amazonaws.com"),
    logs: [
      "logs.eu-west-1.amazonaws.com",
      "logs.eu-central-1.amazonaws.com",
      "events.amazonaws.com",
    ],
    secrets: [],
    volumes: [],
    metrics: [],
  });
});

it("lets no identity use the key for logs, which CloudWatch Logs uses as itself", () => {
  expect([...policyOf("logs").keys()]).toEqual(["Administer", "EncryptLogGroups", "PublishAlarms"]);
});

it("lets CloudTrail decrypt, which a bucket with a bucket key takes", () => {
  expect(policyOf("audit").get("DecryptForTrail")).toMatchObject({
    Action: ["kms:Decrypt"],
    Condition: policyOf("audit").get("DescribeForTrail")?.Condition,
  });
});

it("lets the scan for malware, and no other identity, have grants on the key for volumes", () => {
  const scanner = {
    ArnEquals: {
      "aws:PrincipalArn": `arn:aws:iam::${account}:role/aws-service-role/malware-protection.guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDutyMalwareProtection`,
    },
  };
  expect(policyOf("volumes").get("GrantToMalwareScans")).toMatchObject({
    Action: ["kms:CreateGrant"],
    Condition: scanner,
  });
  expect(policyOf("volumes").get("DescribeForMalwareScans")?.Condition).toEqual(scanner);
});

it("binds CloudTrail to our trail and CloudWatch Logs to this account's groups", () => {
  expect(policyOf("audit").get("EncryptTrail")?.Condition).toEqual({
    StringEquals: {
      "aws:SourceArn": `arn:aws:cloudtrail:eu-west-1:${account}:trail/example-causeway-prod-audit`,
    },
    StringLike: {
      "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${account}:trail/*`,
    },
  });
  expect(policyOf("logs").get("EncryptLogGroups")?.Condition).toEqual({
    ArnLike: {
      "kms:EncryptionContext:aws:logs:arn": twoRegions.map(
        (region) => `arn:aws:logs:${region}:${account}:*`,
      ),
    },
  });
});

it("lets Auto Scaling use the key for volumes where sessions go through its instances", () => {
  const sids = (sessions: boolean) =>
    keyPolicy("volumes", prod, twoRegions, "eu-west-1", { sessions }).Statement.flatMap(
      ({ Sid, Condition }) => (Sid.endsWith("ByAutoScaling") ? [{ Sid, Condition }] : []),
    );
  const starter = {
    StringEquals: { "kms:CallerAccount": account },
    ArnEquals: {
      "aws:PrincipalArn": `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    },
  };
  expect(sids(false)).toEqual([]);
  expect(sids(true)).toEqual([
    { Sid: "UseByAutoScaling", Condition: starter },
    {
      Sid: "GrantByAutoScaling",
      Condition: { ...starter, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ]);
});
