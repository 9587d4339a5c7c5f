import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { workflowTemplate } from "../../../infra/workflows/retraining/template";
import { ensureProgram } from "../../harness/toolchain/program";
import type { Test } from "../../harness/runner";
import { contract, eventObjects, images, server, variants } from "./manifests";

/** What Argo's own code said; see judge/main.go. */
export interface Judgement {
  readonly invalid: readonly string[];
  readonly outcomes: readonly {
    readonly passed: boolean;
    readonly reason?: string;
    readonly workflow?: StartedWorkflow;
  }[];
  readonly retries: readonly boolean[];
}

export interface StartedWorkflow {
  readonly metadata: { readonly generateName: string; readonly namespace: string };
  readonly spec: {
    readonly workflowTemplateRef: { readonly name: string };
    readonly arguments: {
      readonly parameters: readonly { readonly name: string; readonly value: string }[];
    };
  };
}

/** Builds the judge from the modules of the catalogue's versions. */
export function ensureJudge(): Promise<string> {
  return ensureProgram({
    name: "argo-judge",
    file: join(__dirname, "judge", "main.go"),
    modules: {
      "github.com/argoproj/argo-events": "1.9.6",
      "github.com/argoproj/argo-workflows/v3": "3.7.2",
    },
  });
}

export function ask(judge: string, question: object): Judgement {
  const { status, stdout, stderr } = spawnSync(judge, [], {
    input: JSON.stringify(question),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Judgement;
}

const firing = {
  fingerprint: "1f",
  status: "firing",
  startsAt: "2026-11-24T03:00:00Z",
  labels: { alertname: "CausewayScoreDrift" },
  annotations: { summary: "{{workflow.parameters.trigger}}; rm -rf /" },
};
const post = (more: object = {}, labels: object = {}) => ({
  status: "firing",
  commonLabels: { model: "loan-approval", retraining: "candidate", ...labels },
  alerts: [firing],
  ...more,
});

const posts: readonly {
  readonly title: string;
  readonly body: object;
  readonly starts: boolean;
}[] = [
  { title: "a drift alert that fires", body: post(), starts: true },
  { title: "one that is resolved", body: post({ status: "resolved" }), starts: false },
  { title: "an alert of another model", body: post({}, { model: "credit-line" }), starts: false },
  {
    title: "an alert of a model whose name begins alike",
    body: post({}, { model: "loan-approval-2" }),
    starts: false,
  },
  {
    title: "an alert of a model whose name ends alike",
    body: post({}, { model: "old-loan-approval" }),
    starts: false,
  },
  {
    title: "an alert that training cannot cure",
    body: post({}, { retraining: "no" }),
    starts: false,
  },
  {
    title: "alerts of several models",
    body: { ...post(), commonLabels: { retraining: "candidate" } },
    starts: false,
  },
  { title: "a post that is none of Alertmanager's", body: { hello: "world" }, starts: false },
];

export function judgeTests(judge: string): Test[] {
  const settings = Object.values(variants);
  return [
    {
      title: "Argo Events takes bus, webhook and sensor, with no field that it does not know",
      run: async () =>
        settings.forEach((each) => assert.deepEqual(ask(judge, eventObjects(each)).invalid, [])),
    },
    ...posts.map(({ title, body, starts }) => ({
      title: `the sensor ${starts ? "starts a run for" : "starts nothing for"} ${title}`,
      run: async () =>
        assert.equal(
          ask(judge, { ...eventObjects(settings[0] ?? assert.fail()), posts: [body] }).outcomes[0]
            ?.passed,
          starts,
        ),
    })),
    {
      title: "a run gets the alerts that fire, since when, and nothing else of the post",
      run: async () => {
        const resolved = { ...firing, fingerprint: "2f", status: "resolved" };
        const body = post({
          alerts: [
            firing,
            resolved,
            { ...firing, fingerprint: "3f", startsAt: "2026-11-24T04:00:00Z" },
          ],
        });
        const { workflow } =
          ask(judge, { ...eventObjects(settings[0] ?? assert.fail()), posts: [body] })
            .outcomes[0] ?? assert.fail("no outcome");
        assert.equal(workflow?.metadata.generateName, "loan-approval-retraining-");
        assert.equal(workflow.spec.workflowTemplateRef.name, "loan-approval-retraining");
        const [trigger, causes] = workflow.spec.arguments.parameters;
        assert.deepEqual(trigger, { name: "trigger", value: "alert" });
        assert.equal(causes?.name, "causes");
        assert.deepEqual(JSON.parse(causes.value), [
          { fingerprint: "1f", startsAt: "2026-11-24T03:00:00Z" },
          { fingerprint: "3f", startsAt: "2026-11-24T04:00:00Z" },
        ]);
        assert.doesNotMatch(JSON.stringify(workflow), /rm -rf|\{\{/);
      },
    },
    {
      title:
        "Argo Workflows tries a fault again and never an input that cannot be used or a gate that did not hold",
      run: async () => {
        const template = workflowTemplate(
          { ...(settings[0] ?? assert.fail()), contract },
          images,
          server,
        );
        const strategies = template.spec.templates.flatMap((each) =>
          "retryStrategy" in each ? [each.retryStrategy] : [],
        );
        assert.equal(strategies.length, 15, "every step but the promotion");
        const exitCodes = ["-1", "1", "137", "143", "2", "3"];
        for (const strategy of strategies)
          assert.deepEqual(
            ask(judge, { retry: { expression: strategy?.expression, exitCodes } }).retries,
            [true, true, true, true, false, false],
          );
      },
    },
  ];
}
