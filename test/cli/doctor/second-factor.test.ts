import { secondFactor } from "../../../cli/doctor/second-factor";

const arn = "arn:aws:iam::111122223333:role/MlEngineer";
const trust = (...statements: object[]) =>
  encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
const people = {
  Sid: "People",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::999999999999:root" },
  Action: "sts:AssumeRole",
};
const factor = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
const said = (document: string | undefined, role = arn, key = "access.mlEngineers[0]") =>
  secondFactor(key, role, document).map(({ verdict }) => verdict);

test("a trust policy that demands a second factor is good", () => {
  expect(said(trust({ ...people, Condition: factor }))).toEqual(["ok"]);
  expect(said(trust())).toEqual(["ok"]);
});

test.each<[string, object]>([
  ["no condition", people],
  [
    "a condition that a session without a mark fulfils",
    { ...people, Condition: { BoolIfExists: factor.Bool } },
  ],
  [
    "a condition that is always true",
    { ...people, Condition: { Bool: { "aws:MultiFactorAuthPresent": ["true", "false"] } } },
  ],
  ["every action", { ...people, Action: "sts:*" }],
])("one with %s has to be mended", (_, statement) => {
  expect(
    secondFactor("access.auditors[0]", arn, trust({ ...people, Condition: factor }, statement)),
  ).toEqual([
    {
      area: "roles",
      subject: "second factor of access.auditors[0]",
      verdict: "problem",
      says: "statement People of its trust policy demands none, and the cluster takes its sessions without",
      next: 'add the condition { Bool: { "aws:MultiFactorAuthPresent": "true" } } to the trust policy',
    },
  ]);
});

test.each<[string, string | undefined, string]>([
  [
    "of Identity Center",
    trust(people),
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ml_1",
  ],
  [
    "of a provider of SAML",
    trust({
      ...people,
      Principal: { Federated: "arn:aws:iam::111122223333:saml-provider/x" },
      Action: "sts:AssumeRoleWithSAML",
    }),
    arn,
  ],
  ["whose trust policy nobody sees", undefined, arn],
])("of a role %s nobody here can tell", (_, document, role) => {
  expect(said(document, role)).toEqual(["cannot tell"]);
});

test("programs have no second factor", () => {
  expect(said(trust(people), arn, "access.pipelines[0]")).toEqual([]);
});
