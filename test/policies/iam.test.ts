import { allowances, like, managedPolicies, ownAllowances, statements } from "../../policies/iam";
import { document } from "../support/baselines/aws";
import { resource } from "../support/baselines/resource";

const one = (statement: unknown) => statements({ Version: "2012-10-17", Statement: statement });

it("reads a document from text and from an object, with one statement or several", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" };
  expect(statements(JSON.stringify({ Statement: [statement, statement] }))).toEqual([
    ...one([statement, statement]),
  ]);
  expect(one(statement)).toEqual([
    {
      sid: "number 1",
      allows: true,
      actions: ["s3:GetObject"],
      notActions: [],
      inverted: false,
      resources: ["arn:aws:s3:::data/*"],
      notResources: [],
      principals: [],
      conditions: [],
    },
  ]);
});

it("judges a text that is no JSON as one that allows everything", () => {
  expect(statements("{")).toMatchObject([
    { allows: true, actions: ["*"], resources: ["*"], principals: ["*"] },
  ]);
});

it.each([
  ["nothing", undefined],
  ["no statement", "{}"],
])("finds no statement in %s", (_, document) => expect(statements(document)).toEqual([]));

it("reads what a statement excludes as everything", () => {
  expect(
    one({
      Effect: "Allow",
      NotAction: "iam:*",
      NotResource: "arn:one",
      NotPrincipal: { AWS: "arn:two" },
    }),
  ).toMatchObject([{ inverted: true, actions: ["*"], resources: ["*"], principals: ["*"] }]);
});

it("reads principals of every kind, and everyone in every spelling", () => {
  const principals = (Principal: unknown) => one({ Effect: "Allow", Principal })[0]!.principals;
  expect(principals("*")).toEqual(["*"]);
  expect(principals({ AWS: "*" })).toEqual(["*"]);
  expect(principals({ AWS: ["arn:a", "arn:b"], Service: "logs.amazonaws.com" })).toEqual([
    "AWS:arn:a",
    "AWS:arn:b",
    "Service:logs.amazonaws.com",
  ]);
});

it("reads conditions, booleans among them, as texts", () => {
  expect(
    one({
      Effect: "Deny",
      Condition: {
        Bool: { "aws:SecureTransport": false },
        StringEquals: { "aws:PrincipalOrgID": ["o-1", "o-2"] },
      },
    })[0]!.conditions,
  ).toEqual([
    { operator: "Bool", key: "aws:SecureTransport", values: ["false"] },
    { operator: "StringEquals", key: "aws:PrincipalOrgID", values: ["o-1", "o-2"] },
  ]);
});

const target = "arn:aws:s3:::data/lake/rows.parquet";
const read = {
  Sid: "Read",
  Effect: "Allow",
  Action: ["s3:GetObject"],
  Resource: ["arn:aws:s3:::data/lake/*"],
};
const deny = (more: object = {}) => ({
  Sid: "No",
  Effect: "Deny",
  Action: ["s3:*"],
  Resource: ["*"],
  ...more,
});
const role = (more: object = {}) =>
  resource("aws:iam/role:Role", "reader", { name: "reader", ...more });
const policy = (...given: Record<string, unknown>[]) =>
  resource("aws:iam/rolePolicy:RolePolicy", "reader-policy", {
    role: "reader",
    policy: document(...given),
  });
const boundary = (...given: Record<string, unknown>[]) =>
  resource("aws:iam/policy:Policy", "boundary", { name: "boundary", policy: document(...given) });
const bucketPolicy = (...given: Record<string, unknown>[]) =>
  resource("aws:s3/bucketPolicy:BucketPolicy", "bucket-policy", {
    bucket: "data",
    policy: document(...given),
  });
const sids = (resources: Parameters<typeof allowances>[0], action = "s3:GetObject", on = target) =>
  allowances(resources, action, on).map(({ sid }) => sid);

it("finds the statement that allows, whatever the case of the action and with its conditions in words", () => {
  expect(sids([role(), policy(read)], "S3:getobject")).toEqual(["Read"]);
  expect(sids([role(), policy(read)], "s3:PutObject")).toEqual([]);
  expect(sids([role(), policy(read)], "s3:GetObject", "arn:aws:s3:::data/other")).toEqual([]);
  const [found] = allowances(
    [
      role(),
      policy({
        ...read,
        Condition: {
          StringEquals: { "kms:ViaService": ["s3.eu-west-1.amazonaws.com"] },
          NumericLessThan: { "s3:TlsVersion": "1.3" },
        },
      }),
    ],
    "s3:GetObject",
    target,
  );
  expect(found?.conditions).toEqual([
    "kms:ViaService is s3.eu-west-1.amazonaws.com",
    "s3:TlsVersion NumericLessThan 1.3",
  ]);
});

it("reads inline policies of the role itself", () =>
  expect(sids([role({ inlinePolicies: [{ name: "a", policy: document(read) }] })])).toEqual([
    "Read",
  ]));

it("lets a boundary only take away", () => {
  const bounded = role({ permissionsBoundary: "boundary" });
  expect(sids([bounded, policy(read), boundary({ ...read, Action: ["s3:*"] })])).toEqual(["Read"]);
  expect(sids([bounded, policy(read), boundary({ ...read, Action: ["ecr:*"] })])).toEqual([]);
  expect(sids([bounded, boundary(read)])).toEqual([]);
});

it("tells what a role's own policies allow, boundaries aside", () => {
  const resources = [
    role({ permissionsBoundary: "boundary" }),
    policy(read),
    boundary({ ...read, Action: ["ecr:*"] }, deny()),
  ];
  expect(ownAllowances(resources, "s3:GetObject", target).map(({ sid }) => sid)).toEqual(["Read"]);
  expect(sids(resources)).toEqual([]);
});

it("lets every denial without a condition win: the role's, its boundary's and the bucket's", () => {
  expect(sids([role(), policy(read, deny())])).toEqual([]);
  expect(
    sids([role({ permissionsBoundary: "boundary" }), policy(read), boundary(read, deny())]),
  ).toEqual([]);
  expect(sids([role(), policy(read), bucketPolicy(deny({ Principal: "*" }))])).toEqual([]);
  expect(
    sids([
      role(),
      policy(read),
      bucketPolicy(
        deny({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      ),
    ]),
  ).toEqual(["Read"]);
});

it("takes NotAction and NotResource for everything", () => {
  expect(
    sids([role(), policy({ Sid: "Most", Effect: "Allow", NotAction: ["iam:*"], Resource: "*" })]),
  ).toEqual(["Most"]);
  expect(
    sids([
      role(),
      policy({
        Sid: "Most",
        Effect: "Allow",
        Action: "s3:GetObject",
        NotResource: "arn:aws:s3:::other/*",
      }),
    ]),
  ).toEqual(["Most"]);
});

it("names managed policies, whose contents it does not know", () => {
  expect(
    managedPolicies(
      [
        role(),
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {
          role: "reader",
          policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
        }),
      ],
      role(),
    ),
  ).toEqual(["ReadOnlyAccess"]);
});

it.each([
  ["arn:aws:s3:::a-*", "arn:aws:s3:::a-b/c", true],
  ["a?c", "abc", true],
  ["a.c", "abc", false],
  ["*", "x", true],
  ["ab", "abc", false],
  ["a/${aws:PrincipalTag/role}/*", "a/b/c", true],
  ["a/${aws:PrincipalTag/role}/*", "b/b/c", false],
])("matches %s and %s: %s", (pattern, value, expected) =>
  expect(like(pattern, value)).toBe(expected),
);
