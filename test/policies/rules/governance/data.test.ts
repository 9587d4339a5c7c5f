import { rule as classification } from "../../../../policies/rules/governance/data-classification";
import { rule as approval } from "../../../../policies/rules/governance/erasure-approval";
import { rule as retention } from "../../../../policies/rules/governance/data-retention";
import { dataClasses } from "../../../../services/contract/data-classes";
import { repository } from "../../../support/baselines/aws";
import { bucketStack } from "../../../support/baselines/buckets";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";
import { changed } from "../reliability/good";
import { goodHelper, goodWorkflowSpec } from "../workloads/good";

ruleSuite(classification, {
  type: "aws:ecr/repository:Repository",
  good: { ...repository, tags: { "causeway:classification": "restricted" } },
  deviations: {
    "no tag": (g) => ({
      deviant: unset(g, "tags"),
      message:
        /^Repository "subject" must have the tag causeway:classification with one of public, internal, confidential, restricted, got nothing$/,
    }),
    "a class that the table does not know": (g) => ({
      deviant: set(g, "tags", { "causeway:classification": "secret" }),
      message: /got "secret"$/,
    }),
  },
  configured: [
    {
      title: "a class of another house",
      parameters: { classes: ["secret"] },
      subject: (g) => set(g, "tags", { "causeway:classification": "secret" }),
      fires: false,
    },
  ],
});

ruleSuite(classification, {
  type: "kubernetes:core/v1:PersistentVolumeClaim",
  good: {
    metadata: {
      name: "lake",
      namespace: "causeway-training",
      labels: { "causeway.dev/classification": "restricted" },
    },
    spec: { storageClassName: "causeway-encrypted" },
  },
  deviations: {
    "no label": (g) => ({
      deviant: unset(g, "metadata.labels"),
      message:
        /must have the label causeway.dev\/classification with one of public, internal, confidential, restricted, got nothing$/,
    }),
  },
});

const lifecycle = (rules: object[]) =>
  changed(bucketStack, "data-lifecycle", (props) => set(props, "rules", rules));
const aborted = {
  id: "uploads",
  status: "Enabled",
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};
const ended = (noncurrentDays: number) => ({
  id: "old",
  status: "Enabled",
  noncurrentVersionExpiration: { noncurrentDays },
});

ruleSuite(retention, {
  good: bucketStack,
  deviations: {
    "versions that stay": () => ({
      deviant: lifecycle([aborted]),
      message:
        /^Bucket "data" must end versions that are not current after at most 30 days \(restricted\), got nothing$/,
    }),
    "versions that stay for a quarter": () => ({
      deviant: lifecycle([aborted, ended(90)]),
      message: /got 90$/,
    }),
    "versions that go in one folder only": () =>
      lifecycle([aborted, { ...ended(30), filter: { prefix: "runs/" } }]),
    "a rule that is off": () => lifecycle([aborted, { ...ended(30), status: "Disabled" }]),
    "rows of persons for ten years": () => ({
      deviant: lifecycle([
        aborted,
        ended(30),
        { id: "end", status: "Enabled", filter: {}, expiration: { days: 3_650 } },
      ]),
      message: /must expire objects after at most 1095 days \(restricted\), got 3650$/,
    }),
  },
});

it("leaves versions under a lock to the lock", () => {
  const locked = [
    ...lifecycle([aborted]),
    {
      type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      name: "lock",
      props: { bucket: "data-lake" },
    },
  ];
  expect(retention.check(locked, {})).toEqual([]);
});

it("knows the classes of the table", () =>
  expect(classification.parameters["classes"]).toEqual([...dataClasses]));

const erasing = {
  name: "erase",
  container: {
    command: ["python", "-m", "causeway_training.erasing"],
    args: ["erase", "--at=s3://lake"],
  },
};
const tasks = [
  { name: "ask", template: "ask" },
  {
    name: "erase",
    template: "erase",
    depends: "ask.Succeeded",
    when: "{{tasks.ask.outputs.parameters.decision}} == approve",
  },
  { name: "record", template: "record", depends: "erase.Succeeded" },
];
const workflow = (changedTasks: object[]): Props => ({
  metadata: { name: "erase", namespace: "causeway-training" },
  spec: {
    templates: [
      { name: "run", dag: { tasks: changedTasks } },
      { name: "ask", suspend: {} },
      erasing,
      { name: "record", container: { command: ["node", "/app/record-erasure.js"], args: [] } },
    ],
  },
});
const pods = goodWorkflowSpec();
const runs = (name: string, command: string[], args: string[]) => ({
  name,
  container: { ...goodHelper("main"), command, args },
});
ruleSuite(approval, {
  type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
  good: {
    metadata: { name: "erase", namespace: "causeway-training" },
    spec: {
      ...pods,
      entrypoint: "run",
      templates: [
        { name: "run", dag: { tasks } },
        { name: "ask", suspend: {} },
        runs("erase", erasing.container.command, erasing.container.args),
        runs("record", ["node", "/app/record-erasure.js"], []),
      ],
    },
  },
  deviations: {
    "an erasure that waits for nobody": (good) => ({
      deviant: unset(good, "spec.templates.0.dag.tasks.1.depends"),
      message:
        /^task "erase" of WorkflowTemplate "erase" must depend on a suspended task and on its answer, got depends nothing when/,
    }),
    "an erasure whatever the answer is": (good) => unset(good, "spec.templates.0.dag.tasks.1.when"),
    "an erasure that nobody puts on record": (good) => ({
      deviant: unset(good, "spec.templates.0.dag.tasks.2"),
      message: /must be followed by one that runs \/app\/record-erasure\.js, got none$/,
    }),
  },
  configured: [
    {
      title: "an erasure by another program",
      parameters: { module: "other.erasing" },
      subject: (good) => unset(good, "spec.templates.0.dag.tasks.1.depends"),
      fires: false,
    },
  ],
});

const messages = (changedTasks: object[]) =>
  approval.kind === "resource" &&
  approval.check(
    {
      type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
      name: "erase",
      props: workflow(changedTasks),
    },
    {},
  );

describe(approval.name, () => {
  it("takes an erasure that waits for a second person's answer and is recorded", () =>
    expect(messages(tasks)).toEqual([]));
  it("refuses one that waits for nobody, for no answer, or is recorded by nobody", () => {
    const changedTask = (change: object) =>
      tasks.map((task) => (task.name === "erase" ? { ...task, ...change } : task));
    expect(messages(changedTask({ depends: undefined }))).toEqual([
      'task "erase" of WorkflowTemplate "erase" must depend on a suspended task and on its answer, got depends nothing when "{{tasks.ask.outputs.parameters.decision}} == approve"',
    ]);
    expect(messages(changedTask({ when: undefined }))).toHaveLength(1);
    expect(messages(tasks.slice(0, 2))).toEqual([
      'task "erase" of WorkflowTemplate "erase" must be followed by one that runs /app/record-erasure.js, got none',
    ]);
  });
  it("holds what asks other regions to the same, and takes an erasure that follows it", () => {
    const asking = {
      name: "others",
      container: { command: erasing.container.command, args: ["ask", "--region=eu-central-1"] },
    };
    const chain = [
      tasks[0]!,
      {
        name: "others",
        template: "others",
        depends: "ask.Succeeded",
        when: "{{tasks.ask.outputs.parameters.decision}} == approve",
      },
      { name: "erase", template: "erase", depends: "others.Succeeded" },
      tasks[2]!,
    ];
    const judged = (of: object[]) => {
      const props = workflow(of) as { spec: { templates: object[] } };
      return (
        approval.kind === "resource" &&
        approval.check(
          {
            type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
            name: "erase",
            props: { ...props, spec: { templates: [...props.spec.templates, asking] } },
          },
          {},
        )
      );
    };
    expect(judged(chain)).toEqual([]);
    expect(
      judged(chain.map((task) => (task.name === "others" ? { ...task, when: undefined } : task))),
    ).toEqual([
      expect.stringContaining(
        'task "others" of WorkflowTemplate "erase" must depend on a suspended task',
      ),
    ]);
    expect(judged(chain.slice(0, 2))).toEqual([
      'task "others" of WorkflowTemplate "erase" must be followed by one that runs /app/record-erasure.js, got none',
    ]);
  });
  it("looks at no workflow that only searches", () => {
    expect(
      approval.kind === "resource" &&
        approval.check(
          {
            type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
            name: "x",
            props: {
              spec: {
                templates: [
                  { ...erasing, container: { ...erasing.container, args: ["find"] } },
                  { name: "run", dag: { tasks: [{ name: "erase", template: "erase" }] } },
                ],
              },
            },
          },
          {},
        ),
    ).toEqual([]);
  });
});
