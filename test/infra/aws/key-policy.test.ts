import { keyPolicy } from "../../../infra/aws/key-policy";
import { keyPurposes, type KeyPurpose } from "../../../infra/kubernetes/labels";
import { account, prod, twoRegions } from "./support";

const policyOf = (purpose: KeyPurpose) =>
  new Map(keyPolicy(purpose, prod, twoRegions, "eu-west-1").Statement.map((s) => [s.Sid, s]));
const root = { AWS: `arn:aws:iam::${account}:root` };

it.each([
  ["data", ["s3"], false],
  ["artifacts", ["s3", "ecr"], true],
  ["audit", ["s3"], false],
  ["logs", ["aps"], true],
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
});

it.each(keyPurposes)("lets administrators of the key for %s not decrypt", (purpose) => {
  const actions = policyOf(purpose).get("Administer")?.Action ?? [];
  expect(actions).toContain("kms:PutKeyPolicy");
  expect(
    actions.filter((action) => /Decrypt|Encrypt|GenerateDataKey|CreateGrant|\*/.test(action)),
  ).toEqual([]);
});

it.each(keyPurposes)("hands out grants on the key for %s only to AWS services", (purpose) => {
  for (const statement of policyOf(purpose).values()) {
    if (statement.Action.includes("kms:CreateGrant"))
      expect(statement.Condition?.["Bool"]).toEqual({ "kms:GrantIsForAWSResource": "true" });
  }
});

it("lets services use only the keys that are theirs", () => {
  const services = Object.fromEntries(
    keyPurposes.map((purpose) => [
      purpose,
      [...policyOf(purpose).values()].flatMap((s) =>
        typeof s.Principal === "object" ? (s.Principal.Service ?? []) : [],
      ),
    ]),
  );
  expect(services).toEqual({
    data: [],
    artifacts: [],
    audit: ["cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"],
    logs: [
      "logs.eu-west-1.amazonaws.com",
      "logs.eu-central-1.amazonaws.com",
      "events.amazonaws.com",
    ],
    secrets: [],
    volumes: [],
  });
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
