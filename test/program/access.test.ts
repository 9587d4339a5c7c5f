import { readFileSync } from "node:fs";
import { join } from "node:path";
import { duties, dutyHolders } from "../../policies/duties";
import type { ResourceView } from "../../policies/rule";
import { accessDocument } from "../../cli/access/document";
import { answers } from "../../cli/access/questions";
import { review, reviewMarkdown } from "../../cli/access/review";
import { viewOf } from "../../cli/plan/resource";
import { planOf, project } from "../support/stacks";

let prod: readonly ResourceView[] = [];
beforeAll(async () => {
  prod = (await planOf("prod")).resources.map(viewOf);
});

const who = (question: string) =>
  [
    ...new Set(
      answers(prod)
        .filter(({ title }) => title === question)
        .flatMap(({ ways }) => ways.map((way) => way.who)),
    ),
  ].sort();

test.each([
  [
    "Who can read the training data?",
    [
      "`DeliveryPipeline`",
      "`MlEngineer`",
      "pods of `causeway-training/causeway-erase`",
      "pods of `causeway-training/retraining-trainer`",
    ],
  ],
  [
    "Who can deploy?",
    [
      "`DeliveryPipeline`",
      "pods of `causeway-training/retraining-promoter`",
      "pods of `causeway-training/retraining-trainer`",
    ],
  ],
  ["Who can approve?", ["`EthicsBoard`", "`ModelRisk`"]],
  ["Who can let a release through its gate?", ["pods of `causeway-training/release-resumer`"]],
  [
    "Who can erase the data of a subject?",
    ["`DataProtection`", "pods of `causeway-training/causeway-erase`"],
  ],
  ["Who can delete the audit log?", []],
])("%s", (question, expected) => expect(who(question)).toEqual(expected));

test("people come with a second factor, and the audit bucket is locked for as long as the law asks", () => {
  const people = answers(prod).flatMap(({ ways }) =>
    ways.filter(
      (way) =>
        ["`MlEngineer`", "`ModelRisk`"].includes(way.who) && way.through.startsWith("IAM role"),
    ),
  );
  expect(people.map(({ condition }) => condition)).toEqual([
    "with a second factor",
    "with a second factor; approval-role model-risk",
  ]);
  const locks = prod.filter(
    ({ type }) => type === "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  );
  expect(locks.map(({ props }) => props["rule"])).toEqual(
    [1, 2].map(() => ({ defaultRetention: { mode: "COMPLIANCE", days: 400 } })),
  );
});

test("nobody holds two of deploy, approve and erase, and each is held by somebody", () => {
  const holders = dutyHolders(prod);
  for (const duty of duties) expect(holders.some((holder) => holder.duty === duty)).toBe(true);
  for (const { principal } of holders)
    expect(
      new Set(holders.filter((holder) => holder.principal === principal).map(({ duty }) => duty))
        .size,
    ).toBe(1);
});

test("the review lists every role of the stack, every group of the cluster and every account of the log store", () => {
  const rights = review(prod);
  const principals = (system: string) =>
    new Set(rights.filter((right) => right.system === system).map(({ principal }) => principal));
  for (const role of prod.filter(({ type }) => type === "aws:iam/role:Role"))
    expect(principals("AWS")).toContain(role.props["name"] ?? role.name);
  for (const group of [
    "platform-admins",
    "ml-engineers",
    "auditors",
    "pipelines",
    "approvers",
    "erasers",
    "break-glass",
  ])
    expect(principals("Kubernetes")).toContain(`causeway:${group}`);
  expect(principals("Elasticsearch")).toContain("auditor");
  expect(
    rights.filter(({ system, may, on }) => system === "AWS" && may.includes("*") && on === "*"),
  ).toEqual([]);
  expect(
    reviewMarkdown(rights)
      .split("\n")
      .filter((line) => line.startsWith("| ")).length,
  ).toBe(rights.length + 2);
});

test("docs/access.md is what the plan gives: npm run docs", () => {
  expect(readFileSync(join(project, "docs", "access.md"), "utf8")).toBe(accessDocument(prod));
});
