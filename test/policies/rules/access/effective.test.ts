import { rule as account } from "../../../../policies/rules/access/account-foreign";
import { rule as actions } from "../../../../policies/rules/access/policy-actions";
import { rule as scope } from "../../../../policies/rules/access/policy-scope";
import { rule as boundary } from "../../../../policies/rules/access/role-boundary";
import { document, policyStatement, role, rolePolicy } from "../../../support/baselines/aws";
import { resource } from "../../../support/baselines/resource";
import { ruleSuite, set } from "../../../support/rule-suite";

const policyType = "aws:iam/rolePolicy:RolePolicy";
const holding = (...statements: Record<string, unknown>[]) => [
  resource(policyType, "subject", { ...rolePolicy, policy: document(...statements) }),
];
const good = holding(policyStatement);
const more = (change: Record<string, unknown>) =>
  holding(policyStatement, { Effect: "Allow", ...change });
const oneRole = "arn:aws:iam::111122223333:role/one";

ruleSuite(actions, {
  good,
  deviations: {
    "a change that no role makes": () => ({
      deviant: more({ Action: "iam:PutRolePolicy", Resource: oneRole }),
      message:
        /^statement number 2 of RolePolicy "subject" must change only what the rule lists, got iam:PutRolePolicy$/,
    }),
    "changes by a pattern": () => ({
      deviant: more({ Action: "IAM:*RolePolic?", Resource: oneRole }),
      message: /got iam:AttachRolePolicy, .*iam:UpdateAssumeRolePolicy$/,
    }),
    "a family on one resource": () => ({
      deviant: more({ Action: "iam:*", Resource: oneRole }),
      message: /and \d+ more$/,
    }),
    "an action of a service that the reference's copy lacks": () =>
      more({ Action: "bedrock:InvokeModel", Resource: "arn:aws:bedrock:eu-west-1::x" }),
    "a grant for anybody": () =>
      more({ Action: "kms:CreateGrant", Resource: "arn:aws:kms:eu-west-1:111122223333:key/1" }),
    "a denial under a condition": () =>
      holding(
        { Effect: "Allow", Action: "iam:PutRolePolicy", Resource: oneRole },
        {
          Effect: "Deny",
          Action: "iam:*",
          Resource: "*",
          Condition: { Bool: { "aws:ViaAWSService": "false" } },
        },
      ),
    "a change that a boundary would stop": () => [
      ...more({ Action: "iam:PutRolePolicy", Resource: oneRole }),
      resource("aws:iam/role:Role", "one", {
        name: rolePolicy.role,
        assumeRolePolicy: document(),
        permissionsBoundary: "limit",
      }),
      resource("aws:iam/policy:Policy", "limit", {
        name: "limit",
        policy: document({
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: ["arn:aws:s3:::data/*"],
        }),
      }),
    ],
  },
  configured: [
    {
      title: "a change that an adopter lists",
      parameters: { more: ["bedrock:InvokeModel"] },
      subject: () => more({ Action: "bedrock:InvokeModel", Resource: "arn:aws:bedrock:::x" }),
      fires: false,
    },
    {
      title: "a grant for services of AWS",
      parameters: { more: [] },
      subject: () =>
        more({
          Action: "kms:CreateGrant",
          Resource: "arn:aws:kms:eu-west-1:111122223333:key/1",
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        }),
      fires: false,
    },
    {
      title: "what a denial takes away everywhere",
      parameters: { more: [] },
      subject: () =>
        holding(
          { Effect: "Allow", Action: "iam:PutRolePolicy", Resource: oneRole },
          { Effect: "Deny", Action: "iam:Put*", Resource: "*" },
        ),
      fires: false,
    },
  ],
});

ruleSuite(scope, {
  good,
  deviations: {
    "every object": () => ({
      deviant: more({ Action: "s3:GetObject", Resource: "*" }),
      message:
        /^statement number 2 of RolePolicy "subject" must name the resources of s3:GetObject, got \*$/,
    }),
    "every object by a pattern": () =>
      more({ Action: "s3:GetObject", Resource: "arn:aws:s3:::*/*" }),
    "every object, in a boundary": () => [
      ...good,
      resource("aws:iam/role:Role", "one", {
        name: rolePolicy.role,
        assumeRolePolicy: document(),
        permissionsBoundary: "limit",
      }),
      resource("aws:iam/policy:Policy", "limit", {
        name: "limit",
        policy: document({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }),
      }),
    ],
    "every object but one": () =>
      more({ Action: "s3:GetObject", NotResource: "arn:aws:s3:::one/*" }),
    "every key under a condition that tells nothing": () =>
      more({
        Action: "kms:Decrypt",
        Resource: "arn:aws:kms:eu-west-1:111122223333:key/*",
        Condition: { StringLike: { "aws:PrincipalArn": "*" } },
      }),
  },
  configured: [
    {
      title: "an action that an adopter lists",
      parameters: { everywhere: ["s3:GetObject"] },
      subject: () => more({ Action: "s3:GetObject", Resource: "*" }),
      fires: false,
    },
  ],
});

const limit = (...statements: Record<string, unknown>[]) =>
  resource("aws:iam/policy:Policy", "limit", { name: "limit", policy: document(...statements) });
const bucket = "arn:aws:s3:::example-audit-1";
const lets = {
  Effect: "Allow",
  Action: ["s3:PutObject", "s3:DeleteObject"],
  Resource: `${bucket}/*`,
};
const keeps = { Effect: "Deny", Action: "s3:Delete*", Resource: `${bucket}/*` };
const bounded = (...statements: Record<string, unknown>[]) => [
  resource("aws:iam/role:Role", "subject", { ...role, permissionsBoundary: "limit" }),
  limit(...statements),
];

ruleSuite(boundary, {
  good: bounded(lets, keeps),
  deviations: {
    "a role without a boundary": ([first, ...rest]) => ({
      deviant: [{ ...first!, props: role }, ...rest],
      message: /^Role "subject" must have a permissions boundary of the stack$/,
    }),
    "a boundary of AWS": ([first, ...rest]) => [
      {
        ...first!,
        props: set(first!.props, "permissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
      },
      ...rest,
    ],
  },
});

const provider = resource("pulumi:providers:aws", "aws", {
  allowedAccountIds: '["111122223333"]',
  defaultTags:
    '{"tags":{"causeway:owner":"x","causeway:stack":"x","causeway:environment":"x","causeway:managed-by":"x"}}',
});
ruleSuite(account, {
  good: [provider, ...good],
  deviations: {
    "a resource of another account": ([first]) => ({
      deviant: [
        first!,
        ...more({
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:eu-west-1:999988887777:accesspoint/x/object/*",
        }),
      ],
      message: /^RolePolicy "subject" must name the stack's own account alone, got 999988887777$/,
    }),
    "a provider of any account": ([first, ...rest]) => ({
      deviant: [{ ...first!, props: set(first!.props, "allowedAccountIds", undefined) }, ...rest],
      message: /must name the stack's account in allowedAccountIds$/,
    }),
  },
  configured: [
    {
      title: "an account that an adopter trusts",
      parameters: { accounts: ["999988887777"] },
      subject: ([first]) => [
        first!,
        ...more({
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:eu-west-1:999988887777:accesspoint/x/object/*",
        }),
      ],
      fires: false,
    },
  ],
});
