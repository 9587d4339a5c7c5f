import { Resumer, resumerJob } from "../../../infra/workflows/resumer";
import { decisions } from "../../../infra/platform/admission-releases";
import { resumer } from "../../../infra/platform/admission-cel";
import { resumerPermissions } from "../../../infra/workflows/retraining/permissions";
import { rolloutSchema } from "../../../services/delivery/live-rollout";
import { resumePatch } from "../../../services/delivery/pause";
import { resumerArguments } from "../../../services/delivery/resume";
import { planOf } from "../../support/stacks";
import { only, record } from "../../support/record";
import { runbookBase } from "../../support/runbooks";
import { testKey } from "../../support/signing";

const scope = {
  organization: "example",
  account: "111122223333",
  stack: "prod",
  regions: ["eu-west-1", "eu-central-1"],
} as const;
const image = `registry.example.com/delivery@sha256:${"a".repeat(64)}`;
const settings = {
  region: "eu-central-1",
  models: [
    { name: "loan-approval", riskTier: "high" },
    { name: "churn", riskTier: "minimal" },
  ],
  approverKeys: [{ role: "ethics-board", key: testKey().publicKey }],
} as const;
const ledger = "s3://example-audit/ledger";
const aws = { clusterName: "causeway-prod-eu-central-1", scope };
const build = (more: object) =>
  record(() => void new Resumer("resumer", { ...settings, runbookBase, image, ...more }));
const rules = async (more: object) =>
  only(await build(more), "kubernetes:rbac.authorization.k8s.io/v1:Role").inputs["rules"];

const onRollouts = [
  {
    apiGroups: ["argoproj.io"],
    resources: ["rollouts"],
    resourceNames: ["loan-approval", "churn"],
    verbs: ["get"],
  },
  {
    apiGroups: ["argoproj.io"],
    resources: ["rollouts/status"],
    resourceNames: ["loan-approval", "churn"],
    verbs: ["patch"],
  },
];

test("in Kubernetes it gets Rollouts and patches their status by name, and lists what carries approvals only without a bucket", async () => {
  expect(await rules({ ledger, aws })).toEqual(onRollouts);
  expect(await rules({})).toEqual([
    ...onRollouts,
    { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] },
  ]);
  const resources = await build({ ledger, aws });
  const binding = only(resources, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").inputs;
  expect(binding["subjects"]).toEqual([
    { kind: "ServiceAccount", name: "release-resumer", namespace: "causeway-training" },
  ]);
  expect(resumer).toBe("system:serviceaccount:causeway-training:release-resumer");
  expect(
    only(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
  ).toMatchObject({ namespace: "causeway-training", serviceAccount: "release-resumer" });
});

test("in AWS it reads the ledger and the witnesses, and writes nothing", () => {
  const { Statement } = resumerPermissions(scope);
  expect(
    Statement.flatMap(({ Action, Resource = [] }) =>
      Action.flatMap((action) =>
        Resource.map(
          (resource) => `${action} ${resource.replace("arn:aws:s3:::example-causeway-prod-", "")}`,
        ),
      ),
    )
      .filter((line) => line.startsWith("s3:"))
      .sort(),
  ).toEqual([
    "s3:GetBucketLocation audit-*",
    "s3:GetObject audit-*/approvals/*",
    "s3:GetObject audit-*/heads/*",
    "s3:GetObject audit-*/ledger/*",
    "s3:GetObjectVersion audit-*/approvals/*",
    "s3:GetObjectVersion audit-*/heads/*",
    "s3:GetObjectVersion audit-*/ledger/*",
    "s3:ListBucket audit-*",
    "s3:ListBucketVersions audit-*",
  ]);
  expect(
    Statement.flatMap(({ Action }) => Action).filter((action) => action.startsWith("kms:")),
  ).toEqual(["kms:GetPublicKey", "kms:Decrypt"]);
});

test("it looks every minute, one at a time, and is told all that it decides by", () => {
  const { spec } = resumerJob({ ...settings, ledger: { ledger } }, image);
  expect([spec.schedule, spec.concurrencyPolicy, spec.jobTemplate.spec.backoffLimit]).toEqual([
    "* * * * *",
    "Forbid",
    0,
  ]);
  const { command, args } = spec.jobTemplate.spec.template.spec.containers[0]!;
  expect(command).toEqual(["/nodejs/bin/node", "/app/resume.js"]);
  expect(resumerArguments(args)).toEqual({ ...settings, models: [...settings.models], ledger });
});

test("in the plan of prod each region has one, which reads the ledger of home", async () => {
  const { resources, config } = await planOf("prod");
  const jobs = resources.filter(
    ({ type, name }) => type === "kubernetes:batch/v1:CronJob" && name.endsWith("-resumer-job"),
  );
  expect(jobs.map(({ region }) => region).sort()).toEqual(
    config.regions.map(({ name }) => name).sort(),
  );
  const given = jobs.map(({ inputs }) =>
    resumerArguments(
      (inputs as unknown as { spec: ReturnType<typeof resumerJob>["spec"] }).spec.jobTemplate.spec
        .template.spec.containers[0]!.args,
    ),
  );
  expect(given.map(({ models }) => models)).toEqual(
    jobs.map(() => [{ name: "loan-approval", riskTier: "high" }]),
  );
  expect(new Set(given.map((one) => one.ledger)).size).toBe(1);
  expect(given[0]?.ledger).toMatch(/^s3:\/\/.*-audit-.*\/ledger$/);
});

test("admission lets it write each field that it writes, and no other", () => {
  const rollout = rolloutSchema.parse({
    metadata: { name: "a", generation: 1, resourceVersion: "1" },
    spec: {
      template: { metadata: {}, spec: { containers: [] } },
      strategy: { canary: { steps: [{ pause: {} }, { setWeight: 100 }] } },
    },
    status: {
      controllerPause: true,
      canary: { currentStepAnalysisRunStatus: { status: "Inconclusive" } },
    },
  });
  const { status } = resumePatch(rollout, rollout.status!);
  expect(Object.keys(status).sort()).toEqual([...decisions.resumer].sort());
});
