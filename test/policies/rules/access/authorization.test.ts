import { authorizationProblems, intersect } from "../../../../policies/authorization";
import { statements } from "../../../../policies/iam";
import { rule as answers } from "../../../../policies/rules/access/policy-answers";
import { rule as authorization } from "../../../../policies/rules/access/policy-authorization";
import { rule as provider } from "../../../../policies/rules/access/resource-provider";
import { document, policyStatement, rolePolicy } from "../../../support/baselines/aws";
import { ruleSuite } from "../../../support/rule-suite";

const granting = (change: Record<string, unknown>) => ({
  ...rolePolicy,
  policy: document({ ...policyStatement, ...change }),
});

ruleSuite(answers, {
  type: "aws:iam/rolePolicy:RolePolicy",
  good: rolePolicy,
  deviations: {
    "a query without its answer": () => ({
      deviant: granting({
        Action: ["logs:StartQuery"],
        Resource: ["arn:aws:logs:eu-west-1:111122223333:log-group:a"],
        Condition: undefined,
      }),
      message: /^RolePolicy "subject" must allow logs:GetQueryResults, because it allows/,
    }),
  },
});

ruleSuite(authorization, {
  type: "aws:iam/rolePolicy:RolePolicy",
  good: rolePolicy,
  deviations: {
    "an action that does not exist": () => ({
      deviant: granting({ Action: ["s3:GetObjects"] }),
      message:
        /^Statement ReadData of policy must be one that AWS knows: s3:GetObjects is no action of AWS$/,
    }),
    "findings of one detector": () => ({
      deviant: granting({
        Action: ["guardduty:GetFindings"],
        Resource: ["arn:aws:guardduty:eu-west-1:111122223333:detector/*"],
        Condition: undefined,
      }),
      message: /guardduty:GetFindings takes no resource but \*, got arn:aws:guardduty/,
    }),
    "uploads below a prefix": () => ({
      deviant: granting({
        Action: ["s3:ListBucketMultipartUploads"],
        Resource: ["arn:aws:s3:::data"],
        Condition: { StringLike: { "s3:prefix": ["mine/*"] } },
      }),
      message: /s3:ListBucketMultipartUploads does not know the condition key s3:prefix$/,
    }),
    "grants retired for AWS alone": () => ({
      deviant: granting({
        Action: ["kms:RetireGrant"],
        Resource: ["*"],
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      }),
      message: /kms:RetireGrant does not know the condition key kms:GrantIsForAWSResource$/,
    }),
    "objects of a queue": () =>
      granting({ Resource: ["arn:aws:sqs:eu-west-1:111122223333:queue"] }),
  },
});

it.each(["default", "default_7_48_0"])("refuses the provider %s, which nobody made", (name) => {
  const of = (type: string) => ({ type, name: "subject", props: {}, provider: name });
  expect(provider.check(of("aws:s3/bucket:Bucket"), {})).toEqual([
    'Bucket "subject" must have a provider of the program, got the default one of aws',
  ]);
  expect(provider.check(of("kubernetes:core/v1:Secret"), {})).toHaveLength(1);
});

it("takes a provider of the program, and what does not say", () => {
  const view = { type: "aws:s3/bucket:Bucket", name: "subject", props: {} };
  expect(provider.check({ ...view, provider: "eu-west-1" }, {})).toEqual([]);
  expect(provider.check(view, {})).toEqual([]);
});

it("judges no service that the copy of the reference lacks, and no action with a wildcard", () => {
  const [statement] = statements({
    Statement: {
      Effect: "Allow",
      Action: ["bedrock:Dream", "constructor:name", "s3:Get*"],
      Resource: ["arn:aws:sqs:eu-west-1:111122223333:queue"],
      Condition: { StringEquals: { "s3:nonsense": "x" } },
    },
  });
  expect(authorizationProblems(statement!)).toEqual([]);
});

it("wants one resource of a statement for each action, and one action for each resource", () => {
  const two = (resources: readonly string[]) =>
    authorizationProblems(
      statements({
        Statement: {
          Effect: "Deny",
          Action: ["guardduty:DeleteDetector", "access-analyzer:DeleteAnalyzer"],
          Resource: resources,
        },
      })[0]!,
    );
  const [detector, analyzer, bucket] = [
    "arn:aws:guardduty:eu-west-1:111122223333:detector/*",
    "arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/a-*",
    "arn:aws:s3:::data",
  ];
  expect(two([detector, analyzer])).toEqual([]);
  expect(two([detector])).toEqual([
    `access-analyzer:DeleteAnalyzer takes no resource such as ${detector}`,
  ]);
  expect(two([detector, analyzer, bucket])).toEqual([
    `no action of the statement takes a resource such as ${bucket}`,
  ]);
});

describe("two patterns", () => {
  it.each([
    ["arn:aws:s3:::a-*", "arn:aws:s3:::*/*", true],
    ["arn:aws:s3:::a-?", "arn:aws:s3:::a-b", true],
    ["*", "anything", true],
    ["", "*", true],
    ["a*c", "ab*d", false],
    ["arn:aws:s3:::a", "arn:aws:s3:::*/*", false],
    ["a*b*c", "axbyc", true],
    ["**", "", true],
  ])("%s and %s have a text in common: %s", (one, other, common) => {
    expect([intersect(one, other), intersect(other, one)]).toEqual([common, common]);
  });

  it("take no time that grows with the power of their stars", () => {
    expect(intersect(`${"a*".repeat(300)}b`, `${"*a".repeat(300)}c`)).toBe(false);
  });
});
