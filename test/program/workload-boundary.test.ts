import { workloadBoundary } from "../../infra/aws/workload-boundary";
import { iamRoleType, isAllowed, statements, trustOf } from "../../policies/iam";
import { ofType, refersTo } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { viewOf } from "../../cli/plan/resource";
import { planOf } from "../support/stacks";

const name = "foundation-roles-workload-boundary";
let resources: readonly ResourceView[];
beforeAll(async () => {
  resources = (await planOf("prod")).resources.map(viewOf);
});

it("bounds every role of prod but those of people, of clusters and of nodes", () => {
  const [boundary] = resources.filter((resource) => resource.name === name);
  const free = ofType(resources, iamRoleType)
    .filter((role) => !refersTo(role, "permissionsBoundary", boundary!))
    .map((role) => [
      role.name.replace(/^eu-(west|central)-1-/, "<region>-"),
      trustOf(role).some(({ principals }) =>
        principals.some((principal) => !principal.startsWith("Service:")),
      ),
    ]);
  expect(Object.fromEntries(free)).toEqual({
    "foundation-roles-platform-admin": true,
    "foundation-roles-ml-engineer": true,
    "foundation-roles-auditor": true,
    "foundation-roles-pipeline": true,
    "foundation-roles-promoter": true,
    "foundation-roles-break-glass": true,
    "<region>-cluster-nodes": false,
    "<region>-cluster-control-plane": false,
  });
});

it("takes nothing away from what the roles are given", () => {
  const [boundary] = resources.filter((resource) => resource.name === name);
  const most = statements(boundary!.props["policy"]);
  const bounded = ofType(resources, iamRoleType).filter((role) =>
    refersTo(role, "permissionsBoundary", boundary!),
  );
  const given = ofType(resources, "aws:iam/rolePolicy:RolePolicy").filter((policy) =>
    bounded.some((role) => refersTo(policy, "role", role)),
  );
  expect(given.length).toBeGreaterThan(10);
  const lost = given.flatMap((policy) =>
    statements(policy.props["policy"]).flatMap(({ actions, resources: targets }) =>
      actions.flatMap((action) =>
        targets
          .filter(
            (target) =>
              !isAllowed(most, action, target === "*" ? target : target.replaceAll("*", "x")),
          )
          .map((target) => `${policy.name}: ${action} ${target}`),
      ),
    ),
  );
  expect(lost).toEqual([]);
});

it("reaches no IAM, no ledger but to add to it, and no other stack's bucket", () => {
  const document = statements(
    workloadBoundary({
      organization: "example",
      account: "444455556666",
      stack: "prod",
      regions: ["eu-west-1"],
    }),
  );
  const audit = "arn:aws:s3:::example-causeway-prod-audit-eu-west-1";
  const bucket = audit.replace("audit", "data");
  const allowed = (action: string, target: string) => isAllowed(document, action, target);
  expect(allowed("s3:PutObject", `${audit}/ledger/000000000001.json`)).toBe(true);
  expect(allowed("s3:DeleteObject", `${audit}/log-snapshots/eu-west-1/index-1`)).toBe(true);
  for (const action of ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"])
    expect(allowed(action, `${audit}/ledger/000000000001.json`)).toBe(false);
  expect(allowed("s3:PutBucketPolicy", bucket)).toBe(false);
  expect(allowed("iam:AttachRolePolicy", "arn:aws:iam::444455556666:role/x")).toBe(false);
  expect(allowed("s3:GetObject", "arn:aws:s3:::example-causeway-dev-data-eu-west-1/x")).toBe(false);
});

it("fits into a managed policy with six regions", () =>
  expect(
    JSON.stringify(
      workloadBoundary({
        organization: "o".repeat(20),
        account: "444455556666",
        stack: "prod",
        regions: [
          "eu-west-1",
          "eu-west-2",
          "eu-central-1",
          "us-east-1",
          "us-west-2",
          "ap-northeast-1",
        ],
      }),
    ).length,
  ).toBeLessThanOrEqual(6_144));
