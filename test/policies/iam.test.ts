import { statements } from "../../policies/iam";

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
      inverted: false,
      resources: ["arn:aws:s3:::data/*"],
      principals: [],
      conditions: [],
    },
  ]);
});

it.each([
  ["not JSON", "{"],
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
