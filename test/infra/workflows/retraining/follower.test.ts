import { modelsFolder } from "../../../harness/fixtures";
import {
  followerPermissions,
  permissions,
} from "../../../../infra/workflows/retraining/permissions";
import { Follower } from "../../../../infra/workflows/retraining/follower";
import { followerJob } from "../../../../infra/workflows/retraining/follower-job";
import { deadlines } from "../../../../infra/workflows/retraining/definition";
import { promotion } from "../../../../infra/platform/admission-promoter";
import { loadContract } from "../../../../services/contract/load";
import { exitCodes } from "../../../../services/delivery/command-line";
import { followerArguments } from "../../../../services/delivery/follow";
import { promoterArguments } from "../../../../services/delivery/promote";
import { releasePatch } from "../../../../services/delivery/rollout";
import { planOf } from "../../../support/stacks";
import { testKey } from "../../../support/signing";
import { only, record } from "../../../support/record";
import { contract, old, served } from "../../../support/rollouts";

const scope = {
  organization: "example",
  account: "111122223333",
  stack: "prod",
  regions: ["eu-west-1", "eu-central-1"],
} as const;
const image = `registry.example.com/delivery@sha256:${"a".repeat(64)}`;
const locations = {
  orders: "s3://example-artifacts/promotions",
  ledger: "s3://example-audit/ledger",
};
const trustedKeys = [testKey().publicKey];
const approverKeys = [{ role: "ethics-board", key: testKey("p256").publicKey }];
const build = () =>
  record(
    () =>
      void new Follower("promotion", {
        region: "eu-central-1",
        models: ["loan-approval"],
        locations,
        approverKeys,
        trustedKeys,
        image,
        aws: { clusterName: "causeway-prod-eu-central-1", scope },
      }),
  );

const allowed = (document: {
  readonly Statement: readonly {
    readonly Action: readonly string[];
    readonly Resource?: readonly string[];
  }[];
}) =>
  document.Statement.flatMap(({ Action, Resource = [] }) =>
    Action.flatMap((action) =>
      Resource.map(
        (resource) => `${action} ${resource.replace("arn:aws:s3:::example-causeway-prod-", "")}`,
      ),
    ),
  ).filter((line) => line.startsWith("s3:"));

test("in Kubernetes it gets and patches the Rollouts of the models by name, in its own cluster, and may nothing else", async () => {
  const resources = await build();
  const role = only(resources, "kubernetes:rbac.authorization.k8s.io/v1:Role").inputs;
  expect([(role["metadata"] as { namespace: string }).namespace, role["rules"]]).toEqual([
    "causeway-models",
    [
      {
        apiGroups: ["argoproj.io"],
        resources: ["rollouts"],
        resourceNames: ["loan-approval"],
        verbs: ["get", "patch"],
      },
    ],
  ]);
  expect(
    only(resources, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").inputs["subjects"],
  ).toEqual([
    { kind: "ServiceAccount", name: "retraining-promoter", namespace: "causeway-training" },
  ]);
  expect(
    only(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
  ).toMatchObject({
    clusterName: "causeway-prod-eu-central-1",
    namespace: "causeway-training",
    serviceAccount: "retraining-promoter",
  });
});

test("in AWS it reads the orders of its own region, and writes the ledger alone; only the home region's promoter writes orders", () => {
  expect(allowed(followerPermissions(scope, "eu-central-1")).sort()).toEqual([
    "s3:GetBucketLocation audit-*",
    "s3:GetObject artifacts-*/promotions/eu-central-1/*",
    "s3:GetObject audit-*/approvals/*",
    "s3:GetObject audit-*/heads/*",
    "s3:GetObject audit-*/ledger/*",
    "s3:GetObjectVersion artifacts-*/promotions/eu-central-1/*",
    "s3:GetObjectVersion audit-*/approvals/*",
    "s3:GetObjectVersion audit-*/heads/*",
    "s3:GetObjectVersion audit-*/ledger/*",
    "s3:ListBucket audit-*",
    "s3:ListBucketVersions artifacts-*",
    "s3:ListBucketVersions audit-*",
    "s3:PutObject audit-*/ledger/*",
  ]);
  const writes = (account: keyof typeof permissions) =>
    allowed(permissions[account](scope)).filter((line) => line.startsWith("s3:Put"));
  expect(writes("promoter")).toEqual([
    "s3:PutObject audit-*/ledger/*",
    "s3:PutObject artifacts-*/promotions/*",
  ]);
  expect(
    [...writes("trainer"), ...writes("recorder")].filter((line) => line.includes("promotions")),
  ).toEqual([]);
  expect(
    allowed(permissions.promoter({ ...scope, regions: ["eu-west-1"] })).filter((line) =>
      line.includes("artifacts"),
    ),
  ).toEqual([]);
});

test("it looks every five minutes, one at a time, and does not try again what was answered", () => {
  const { spec } = followerJob(
    { model: "loan-approval", region: "eu-central-1", locations, approverKeys, trustedKeys },
    image,
  );
  const job = spec.jobTemplate.spec;
  expect([spec.schedule, spec.concurrencyPolicy, job.activeDeadlineSeconds]).toEqual([
    "*/5 * * * *",
    "Forbid",
    deadlines.region,
  ]);
  expect(job.podFailurePolicy.rules).toEqual([
    {
      action: "FailJob",
      onExitCodes: { operator: "In", values: [exitCodes.input, exitCodes.refused] },
    },
  ]);
  const { command, args } = job.template.spec.containers[0]!;
  expect(command).toEqual(["/nodejs/bin/node", "/app/follow.js"]);
  expect(followerArguments(args)).toEqual({
    contract: "services/models/loan-approval/model.yaml",
    region: "eu-central-1",
    ...locations,
    approverKeys,
    trustedKeys,
  });
});

test("in the plan of prod, home asks where the other region looks, and both write one ledger", async () => {
  const { resources, config } = await planOf("prod");
  const [home, other] = config.regions.map(({ name }) => name);
  const templates = (
    resources.find(({ type }) => type.endsWith(":WorkflowTemplate") && type.includes("argoproj"))!
      .inputs as { spec: { templates: { name: string; container?: { args: string[] } }[] } }
  ).spec.templates;
  const asking = promoterArguments(
    templates.find(({ name }) => name === "promote")!.container!.args,
  );
  const job = resources.find(
    ({ type, name }) => type === "kubernetes:batch/v1:CronJob" && name.includes("-promotion-"),
  )!;
  const looking = followerArguments(
    (job.inputs as unknown as { spec: ReturnType<typeof followerJob>["spec"] }).spec.jobTemplate
      .spec.template.spec.containers[0]!.args,
  );
  expect(job.region).toBe(other);
  expect([asking.home, asking.regions]).toEqual([home, [home, other]]);
  expect([looking.region, looking.orders, looking.ledger]).toEqual([
    other,
    asking.orders,
    asking.ledger,
  ]);
  expect(looking.contract).toBe(
    `services/models/${loadContract(modelsFolder, "loan-approval").name}/model.yaml`,
  );
  expect(JSON.stringify(templates)).not.toContain("kubeconfig");
});

test("admission names every field that a promotion changes, and lets no other be changed", () => {
  const operations = releasePatch(served(), contract, { ...old, version: "1.0.1" })
    .filter(({ op }) => op === "replace")
    .map(({ path }) => path.split("/").at(-1)!.replaceAll("~1", "/"));
  const changed = operations.filter(
    (key) => !["causeway.dev/owner", "causeway.dev/risk-tier"].includes(key),
  );
  const text = promotion.checks.map(({ expression }) => expression).join("\n");
  for (const key of new Set(changed)) expect(text).toContain(key);
  expect(promotion.conditions.promoter).toBe(
    "request.userInfo.username == 'system:serviceaccount:causeway-training:retraining-promoter'",
  );
});
