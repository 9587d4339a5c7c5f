import { Erasure, type ErasureArgs } from "../../../../infra/workflows/erasure/erasure";
import {
  eraserPermissions,
  regionEraserPermissions,
} from "../../../../infra/workflows/erasure/permissions";
import { RegionEraser } from "../../../../infra/workflows/erasure/region-eraser";
import {
  approvalSeconds,
  regionsSeconds,
  workSeconds,
} from "../../../../infra/workflows/erasure/definition";
import {
  followerPermissions,
  permissions,
} from "../../../../infra/workflows/retraining/permissions";
import { only, record } from "../../../support/record";
import { runbookBase } from "../../../support/runbooks";
import { podOf, type Job, type Spec } from "./region-eraser-fixture";

const [home, second, third] = ["eu-west-1", "eu-central-1", "eu-north-1"] as const;

const scope = {
  organization: "example",
  account: "111122223333",
  stack: "prod",
  regions: [home, second, third],
} as const;
const image = (name: string) => `registry.example.com/${name}@sha256:${"a".repeat(64)}`;
const erasures = "s3://example-artifacts/erasures";

const locations = {
  runs: "s3://x/runs",
  candidates: "s3://x/candidates",
  champions: "s3://x/releases",
  ledger: "s3://example-audit/ledger",
  erasures,
};

const args: ErasureArgs = {
  region: home,
  locations,
  images: { training: image("training"), delivery: image("delivery") },
  keyRing: "k1 secret",
  runbookBase,
  logs: { region: home, password: "word" },
  aws: { clusterName: "causeway-prod-eu-west-1", scope },
};

const specOf = async (more: Partial<ErasureArgs> = {}) =>
  only(
    await record(() => void new Erasure("erasure", { ...args, ...more })),
    "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
  ).inputs["spec"] as Spec;

const lines = (document: {
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

describe("the workflow at home", () => {
  test("asks every other region once a second person has said so, and erases only after that", async () => {
    const { templates } = await specOf();
    expect(
      templates[0]!.dag!.tasks.slice(1, 5).map(({ name, depends, when }) => [name, depends, when]),
    ).toEqual([
      ["approval", "find.Succeeded", undefined],
      ["ask", "approval.Succeeded", "{{tasks.approval.outputs.parameters.decision}} == approve"],
      ["erase", "ask.Succeeded", undefined],
      ["record", "erase.Succeeded", undefined],
    ]);
    const argsOf = (name: string) => templates.find((one) => one.name === name)!.container!.args;
    const asking = [
      `--orders=${erasures}`,
      "--asked-by={{workflow.name}}",
      `--region=${second}`,
      `--region=${third}`,
    ];
    expect(argsOf("ask").slice(-5)).toEqual([...asking, `--wait-seconds=${regionsSeconds}`]);
    expect(argsOf("erase")).toEqual(expect.arrayContaining(asking));
    expect(argsOf("record").slice(-2)).toEqual([`--region=${second}`, `--region=${third}`]);
    expect(argsOf("find").join(" ")).not.toContain("--orders");
  });

  test("waits for the regions as the eraser, without holding the model's turn, and hands on nothing that names a prediction", async () => {
    const { templates, activeDeadlineSeconds } = await specOf();
    const ask = templates.find(({ name }) => name === "ask")!;
    expect([
      ask.serviceAccountName,
      ask.synchronization,
      ask.outputs,
      ask.activeDeadlineSeconds,
    ]).toEqual(["causeway-erase", undefined, undefined, regionsSeconds + workSeconds]);
    expect(activeDeadlineSeconds).toBeGreaterThanOrEqual(
      approvalSeconds + regionsSeconds + 4 * workSeconds,
    );
  });

  test.each([
    ["one region", { aws: { ...args.aws!, scope: { ...scope, regions: [home] } } }],
    [
      "an existing cluster",
      {
        aws: undefined,
        locations: { ...locations, erasures: undefined } as unknown as ErasureArgs["locations"],
      },
    ],
  ])("asks nobody in %s", async (_, more) => {
    const { templates } = await specOf(more);
    expect(templates.map(({ name }) => name)).toEqual([
      "run",
      "approval",
      "find",
      "erase",
      "record",
      "retrain",
    ]);
    expect(JSON.stringify(templates)).not.toContain("--asked-by");
  });
});

describe("in AWS", () => {
  test("the eraser at home writes orders and reads answers; it cannot write an answer in a region's name", () => {
    expect(lines(eraserPermissions(scope)).filter((line) => line.includes("erasures"))).toEqual([
      ...["GetObject", "PutObject", "DeleteObject"].map(
        (action) => `s3:${action} artifacts-*/erasures/orders/*`,
      ),
      ...["GetObject", "DeleteObject"].map(
        (action) => `s3:${action} artifacts-*/erasures/answers/*`,
      ),
    ]);
    expect(
      lines(eraserPermissions({ ...scope, regions: [home] })).filter((line) =>
        line.includes("erasures"),
      ),
    ).toEqual([]);
  });

  test("the eraser of another region reads its own orders and writes its own answers, and reaches no row, release or ledger", () => {
    expect(lines(regionEraserPermissions(scope, second)).sort()).toEqual([
      `s3:GetObject artifacts-*/erasures/answers/${second}/*`,
      `s3:GetObject artifacts-*/erasures/orders/${second}/*`,
      "s3:ListBucket artifacts-*",
      `s3:PutObject artifacts-*/erasures/answers/${second}/*`,
    ]);
  });

  test("no promoter, trainer or recorder reaches an order or an answer", () => {
    const all = [
      permissions.promoter(scope),
      permissions.trainer(scope),
      permissions.recorder(scope),
      followerPermissions(scope, second),
    ];
    for (const document of all)
      expect(lines(document).filter((line) => /erasures|artifacts-\*\/\*/.test(line))).toEqual([]);
  });
});

describe("a region without runs", () => {
  const build = () =>
    record(
      () =>
        void new RegionEraser("erasure", {
          orders: erasures,
          runbookBase,
          logs: { region: second, password: "word" },
          image: image("training"),
          aws: { clusterName: "causeway-prod-eu-central-1", scope },
        }),
    );

  test("looks every five minutes, one look at a time, with the erase account and its own log store", async () => {
    const resources = await build();
    const { spec } = only(resources, "kubernetes:batch/v1:CronJob").inputs as unknown as Job;
    expect([spec.schedule, spec.concurrencyPolicy]).toEqual(["*/5 * * * *", "Forbid"]);
    const {
      serviceAccountName,
      containers: [container],
    } = podOf({ spec });
    expect([serviceAccountName, container!.command]).toEqual([
      "causeway-erase",
      ["python", "-m", "causeway_training.erasing.follow"],
    ]);
    expect(container!.args).toEqual([
      `--orders=${erasures}`,
      `--region=${second}`,
      "--logs=https://logs-es-http.causeway-observability.svc:9200",
      "--logs-authority=secret:causeway-observability/logs-es-http-certs-public",
      `--logs-name=${second}`,
      "--logs-account=log-eraser",
      "--logs-password-file=/etc/causeway-log-store/password",
    ]);
    expect(
      only(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
    ).toMatchObject({
      clusterName: "causeway-prod-eu-central-1",
      serviceAccount: "causeway-erase",
    });
  });

  test("may read one Secret, whose certificate to trust, and nothing else of Kubernetes; it has no ring of keys", async () => {
    const resources = await build();
    expect(only(resources, "kubernetes:rbac.authorization.k8s.io/v1:Role").inputs["rules"]).toEqual(
      [
        {
          apiGroups: [""],
          resources: ["secrets"],
          resourceNames: ["logs-es-http-certs-public"],
          verbs: ["get"],
        },
      ],
    );
    expect(
      resources
        .filter(({ type }) => type === "kubernetes:core/v1:Secret")
        .map(({ inputs }) => (inputs["metadata"] as { name: string }).name),
    ).toEqual(["erasure-log-store"]);
  });
});
