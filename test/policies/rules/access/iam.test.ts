import { rule as attachment } from "../../../../policies/rules/access/policy-attachment";
import { rule as passRole } from "../../../../policies/rules/access/policy-pass-role";
import { rule as wildcard } from "../../../../policies/rules/access/policy-wildcard";
import { rule as mfa } from "../../../../policies/rules/access/role-mfa";
import { rule as session } from "../../../../policies/rules/access/role-session";
import { rule as trust } from "../../../../policies/rules/access/role-trust";
import { rule as users } from "../../../../policies/rules/access/user-long-lived";
import {
  document,
  policyStatement,
  role,
  rolePolicy,
  rolePolicyAttachment,
  trustStatement,
} from "../../../support/baselines/aws";
import { resource } from "../../../support/baselines/resource";
import { ruleSuite, set } from "../../../support/rule-suite";

const roleType = "aws:iam/role:Role";
const granting = (change: Record<string, unknown>) => ({
  ...rolePolicy,
  policy: document({ ...policyStatement, ...change }),
});

for (const type of [
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/policy:Policy",
  "aws:iam/groupPolicy:GroupPolicy",
]) {
  ruleSuite(wildcard, {
    type,
    good: rolePolicy,
    deviations: {
      everything: () => ({
        deviant: granting({ Action: "*", Resource: "*" }),
        message: /^statement ReadData of \w+ "subject" must not allow \* on every resource$/,
      }),
      "a service": () => ({
        deviant: granting({ Action: ["s3:GetObject", "s3:*"], Resource: "*" }),
        message: /must not allow s3:\* on every resource$/,
      }),
      "a family of actions": () => granting({ Action: ["ec2:Describe*"], Resource: ["*"] }),
      "everything but a little": () => ({
        ...rolePolicy,
        policy: document({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }),
      }),
      "everywhere but in a few places": () => ({
        ...rolePolicy,
        policy: document({
          Effect: "Allow",
          Action: ["s3:*"],
          NotResource: ["arn:aws:s3:::secret"],
        }),
      }),
    },
  });
}
ruleSuite(wildcard, {
  type: roleType,
  good: role,
  deviations: {
    "everything in an inline policy": (good) =>
      set(good, "inlinePolicies", [
        { name: "all", policy: document({ Effect: "Allow", Action: "*", Resource: "*" }) },
      ]),
  },
});

it("accepts a wildcard resource of listed actions, and wildcard actions on named resources", () => {
  const documents = [
    granting({ Action: ["ec2:DescribeInstances"], Resource: "*" }),
    granting({ Action: ["s3:Get*"] }),
    granting({ Effect: "Deny", Action: "*", Resource: "*" }),
  ];
  for (const props of documents)
    expect(wildcard.check({ type: "aws:iam/policy:Policy", name: "subject", props }, {})).toEqual(
      [],
    );
});

ruleSuite(passRole, {
  type: "aws:iam/rolePolicy:RolePolicy",
  good: rolePolicy,
  deviations: {
    "passing every role": () => ({
      deviant: granting({ Action: ["iam:PassRole"], Resource: "*" }),
      message: /must not allow iam:PassRole on every role$/,
    }),
    "assuming every role of the account": () =>
      granting({ Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/*" }),
  },
});

const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const own = { type: "aws:iam/policy:Policy", name: "own", props: rolePolicy, identities: ["own"] };
ruleSuite(attachment, {
  good: [resource(attachmentType, "subject", rolePolicyAttachment)],
  deviations: {
    "the administrator's policy": () => ({
      deviant: [
        resource(attachmentType, "subject", {
          ...rolePolicyAttachment,
          policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
        }),
      ],
      message: /must attach a policy of the stack or one of .*, got arn:.*AdministratorAccess$/,
    }),
    "a policy that others of the account made": () => [
      resource(attachmentType, "subject", {
        ...rolePolicyAttachment,
        policyArn: "arn:aws:iam::111122223333:policy/AmazonEKSClusterPolicy",
      }),
    ],
  },
  configured: [
    {
      title: "a policy that the configuration lists",
      parameters: { allowed: ["ReadOnlyAccess"] },
      subject: (good) =>
        good.map(({ props, ...rest }) => ({
          ...rest,
          props: { ...props, policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
        })),
      fires: false,
    },
    {
      title: "a policy of the stack",
      parameters: { allowed: [] },
      subject: ([first]) => [
        own,
        { ...first!, references: { policyArn: ["own"] }, props: { role: "x", policyArn: "x" } },
      ],
      fires: false,
    },
  ],
});

const trusting = (change: Record<string, unknown>) => ({
  ...role,
  assumeRolePolicy: document({ ...trustStatement, ...change }),
});
ruleSuite(trust, {
  type: roleType,
  good: role,
  deviations: {
    everyone: () => ({
      deviant: trusting({ Principal: "*" }),
      message: /^statement Assume of Role "subject" must name its principals, got everyone$/,
    }),
    "everyone in another spelling": () => trusting({ Principal: { AWS: "*" } }),
    "all tokens of an identity provider": () => ({
      deviant: trusting({
        Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/token.example.com" },
        Condition: undefined,
      }),
      message:
        /must have a condition that names the federated caller by its token's subject and audience$/,
    }),
  },
});

ruleSuite(mfa, {
  type: roleType,
  good: role,
  deviations: {
    "people without a second factor": () => ({
      deviant: trusting({ Condition: undefined }),
      message: /must demand aws:MultiFactorAuthPresent$/,
    }),
    "a factor that need not be there": () =>
      trusting({ Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } } }),
  },
  configured: [
    {
      title: "a role that the configuration does not count among people's",
      parameters: { humanRoles: ["owner"] },
      subject: () => trusting({ Condition: undefined }),
      fires: false,
    },
  ],
});

it.each([
  [
    "a program's role",
    { ...trusting({ Condition: undefined }), name: "example-causeway-prod-pipeline" },
  ],
  [
    "a session of IAM Identity Center",
    trusting({
      Condition: undefined,
      Principal: {
        AWS: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Engineer_0123",
      },
    }),
  ],
])("asks %s for no second factor", (_, props) =>
  expect(mfa.check({ type: roleType, name: "subject", props }, {})).toEqual([]),
);

ruleSuite(session, {
  type: roleType,
  good: role,
  deviations: {
    "half a day": (good) => ({
      deviant: set(good, "maxSessionDuration", 43_200),
      message: /must end sessions after 14400 seconds or less, got 43200$/,
    }),
  },
  configured: [
    {
      title: "half a day",
      parameters: { maximumSeconds: 43_200 },
      subject: (good) => set(good, "maxSessionDuration", 43_200),
      fires: false,
    },
  ],
});

const serviceRole = {
  assumeRolePolicy: document({ ...trustStatement, Principal: { Service: "ec2.amazonaws.com" } }),
};
ruleSuite(users, {
  good: [resource(roleType, "service", serviceRole)],
  deviations: {
    "a user": (good) => ({
      deviant: [...good, resource("aws:iam/user:User", "robot", {})],
      message: /^User "robot" must not exist: use a role/,
    }),
    "an access key": (good) => [
      ...good,
      resource("aws:iam/accessKey:AccessKey", "robot", { user: "robot" }),
    ],
  },
});
