import {
  checkpointPermissions,
  LedgerCheckpoints,
} from "../../../../infra/workflows/ledger/checkpoints";
import { only, record } from "../../../support/record";

const scope = {
  organization: "example",
  account: "111122223333",
  stack: "prod",
  regions: ["eu-west-1", "eu-central-1"],
} as const;
const image = `registry.example.com/delivery@sha256:${"a".repeat(64)}`;
const locations = {
  ledger: "s3://example-audit/ledger",
  checkpointKey: "awskms:///alias/example-causeway-prod-checkpoints",
};
const build = () =>
  record(
    () =>
      void new LedgerCheckpoints("ledger", {
        region: "eu-west-1",
        locations,
        runbookBase: "https://example.com/",
        image,
        aws: { clusterName: "causeway-prod-eu-west-1", scope },
      }),
  );

test("runs every five minutes, one run at a time, without a token of Kubernetes", async () => {
  const resources = await build();
  const { spec } = only(resources, "kubernetes:batch/v1:CronJob").inputs as {
    spec: {
      schedule: string;
      concurrencyPolicy: string;
      jobTemplate: { spec: { backoffLimit: number; template: { spec: Record<string, unknown> } } };
    };
  };
  expect([spec.schedule, spec.concurrencyPolicy]).toEqual(["*/5 * * * *", "Forbid"]);
  expect(spec.jobTemplate.spec.backoffLimit).toBe(0);
  expect(spec.jobTemplate.spec.template.spec).toMatchObject({
    serviceAccountName: "ledger-checkpoints",
    automountServiceAccountToken: false,
    containers: [
      {
        image,
        command: ["/nodejs/bin/node", "/app/checkpoint.js"],
        args: [
          "--ledger=s3://example-audit/ledger",
          "--checkpoint-key=awskms:///alias/example-causeway-prod-checkpoints",
        ],
      },
    ],
  });
});

test("has a role by the name that bucket and key let write and sign, for its own pods alone", async () => {
  const { inputs } = only(await build(), "aws:iam/role:Role");
  expect(inputs["name"]).toBe("example-causeway-prod-checkpoints");
  expect(inputs["assumeRolePolicy"]).toContain(
    '"aws:RequestTag/kubernetes-service-account":"ledger-checkpoints"',
  );
});

test("in AWS it reads the ledger, and writes and signs checkpoints alone", () => {
  const allowed = checkpointPermissions(scope).Statement.flatMap(({ Action, Resource = [] }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
  expect(allowed.filter((line) => /Put|Delete|Sign/.test(line))).toEqual([
    "s3:PutObject arn:aws:s3:::example-causeway-prod-audit-*/heads/*",
    "kms:Sign arn:aws:kms:eu-west-1:111122223333:key/*",
    "kms:Sign arn:aws:kms:eu-central-1:111122223333:key/*",
  ]);
});
