import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import { accounts } from "../../infra/kubernetes/labels";
import { enveloped, statementOf } from "../../services/evidence/attestation";
import { loadRelease } from "../../services/evidence/load";
import { openLedger } from "../../services/delivery/ledger-location";
import { KubernetesClient } from "../harness/lib/kubernetes/client";
import { run, type RunResult } from "../harness/lib/process";
import type { JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import { asking } from "./asked";
import { at } from "./planned";
import type { SharedStack } from "./stack";
import {
  accountKubeconfig,
  compiled,
  controllerOf,
  controllerPromotes,
  digest,
  forbidden,
  model,
  rolloutPath,
} from "./promoter";

const release = {
  ...loadRelease(modelsFolder, model),
  version: "9.0.0",
  published: true,
  image: { repository: "registry.example.com/loan-approval", digest },
};
const workflow = "loan-approval-retraining-e2e";

/** Every field of the Rollout that a promotion changes, and no other. */
const releaseFields = [
  'metadata.labels["causeway.dev/release"]',
  'spec.template.metadata.annotations["causeway.dev/release"]',
  'spec.template.metadata.labels["app.kubernetes.io/version"]',
  'spec.template.metadata.labels["causeway.dev/release"]',
  "spec.template.spec.containers[0].image",
];

/** All fields of an object by their path, without those that the API server itself counts up. */
function fields(value: unknown, name = ""): Map<string, string> {
  if (/^(status|metadata\.(managedFields|resourceVersion|generation))$/.test(name))
    return new Map();
  if (typeof value !== "object" || value === null) return new Map([[name, JSON.stringify(value)]]);
  const inner = Array.isArray(value)
    ? value.map((each, i): [string, unknown] => [`${name}[${i}]`, each])
    : Object.entries(value).map(([key, each]): [string, unknown] => [
        /^\w+$/.test(key)
          ? name === ""
            ? key
            : `${name}.${key}`
          : `${name}[${JSON.stringify(key)}]`,
        each,
      ]);
  return new Map(inner.flatMap(([key, each]) => [...fields(each, key)]));
}

function changedFields(before: JsonObject, after: JsonObject): string[] {
  const [old, now] = [fields(before), fields(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort();
}

/**
 * The promoter against the real API server: as its container would, by the compiled file and the
 * token of its own account.
 */
export function promotionTests(stack: SharedStack): Test[] {
  const skip =
    stack.cluster.faults === undefined
      ? "a cluster of one's own would start an image that does not exist"
      : undefined;
  let folder = "";
  let file = "";
  let promoter: { readonly file: string; readonly client: KubernetesClient } | undefined;
  let before: JsonObject = {};

  const promote = async (): Promise<RunResult> => {
    assert.ok(promoter, "the promoter has a token");
    const args = [
      `--contract=services/models/${model}/model.yaml`,
      `--attestation=${JSON.stringify(enveloped(statementOf(release, {}), []))}`,
      "--region=local",
      `--ledger=${path.join(folder, "ledger")}`,
      `--run=${workflow}`,
      "--timeout-seconds=60",
      "--poll-seconds=1",
    ];
    return run(process.execPath, [file, ...args], {
      cwd: fixtureProject,
      env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: promoter.file },
      timeoutMs: 60_000,
    });
  };

  const tests: Test[] = [
    {
      title: "the promoter refuses a release that nobody approved, and touches nothing",
      run: async () => {
        folder = await mkdtemp(
          path.join(os.tmpdir(), `causeway-promotion-${randomBytes(3).toString("hex")}-`),
        );
        [file, promoter, before] = await Promise.all([
          compiled(folder, "promote"),
          accountKubeconfig(stack, folder, accounts.promoter),
          stack.client.call("GET", rolloutPath),
        ]);
        const { code, stderr } = await promote();
        assert.equal(code, 2, stderr);
        assert.match(
          stderr,
          /approvals: got "sha256:e+", allowed: an image whose approval is recorded/,
        );
        assert.equal(
          at(await stack.client.call("GET", rolloutPath), "metadata", "resourceVersion"),
          at(before, "metadata", "resourceVersion"),
        );
      },
    },
    {
      title:
        "approved, it patches exactly the release's fields, waits for the verdict and puts it on record",
      run: async () => {
        const ledger = await openLedger(path.join(folder, "ledger"));
        for (const [actor, role] of [
          ["a@example.com", "model-risk"],
          ["b@example.com", "ethics-board"],
        ] as const)
          await ledger.record({
            actor,
            action: "approve",
            subject: model,
            details: { digest, role, reason: "reviewed" },
          });
        const [{ code, stdout, stderr }] = await Promise.all([
          promote(),
          controllerPromotes(stack),
        ]);
        assert.equal(code, 0, `${stdout}${stderr}`);
        const after = await stack.client.call("GET", rolloutPath);
        assert.deepEqual(changedFields(before, after), releaseFields);
        assert.equal(
          at(after, "spec", "template", "metadata", "labels", "causeway.dev/release"),
          release.version,
        );
        const last = (await (await openLedger(path.join(folder, "ledger"))).entries()).at(-1);
        assert.deepEqual(
          [last?.actor, last?.action, last?.subject],
          [accounts.promoter, "promote", model],
        );
        assert.deepEqual(
          ["region", "outcome", "digest", "version", "run"].map((key) => last?.details[key]),
          ["local", "promoted", digest, release.version, workflow],
        );
      },
    },
    {
      title: "run again, it finds the release in place and patches nothing",
      run: async () => {
        const version = at(
          await stack.client.call("GET", rolloutPath),
          "metadata",
          "resourceVersion",
        );
        const { code, stdout, stderr } = await promote();
        assert.equal(code, 0, `${stdout}${stderr}`);
        assert.equal(
          at(await stack.client.call("GET", rolloutPath), "metadata", "resourceVersion"),
          version,
        );
      },
    },
    {
      title: `its account may do nothing else (${Object.keys(forbidden).length} attempts)`,
      run: async () => {
        const asked = await Promise.all(
          Object.entries(forbidden).map(
            async ([what, { method, path: url, body, contentType }]) =>
              [
                what,
                await asking(what, async () =>
                  promoter?.client.call(method, url, body, contentType),
                ),
              ] as const,
          ),
        );
        assert.deepEqual(
          asked.filter(
            ([, answer = "done"]) =>
              !/is forbidden: User "system:serviceaccount:|the promoter must not|the step that waits for a person must not/.test(
                answer,
              ),
          ),
          [],
        );
        assert.ok(
          asked.some(([, answer = ""]) => answer.includes("the promoter must not")),
          "admission has its say",
        );
      },
    },
    {
      title: "the Rollout is put back",
      run: async () => {
        const now = await stack.client.call("GET", rolloutPath);
        const restored = {
          metadata: { labels: at(before, "metadata", "labels") },
          spec: { template: at(before, "spec", "template") },
        } as JsonObject;
        await stack.client.call(
          "PATCH",
          `${rolloutPath}?fieldManager=e2e`,
          restored,
          "application/merge-patch+json",
        );
        await (
          await controllerOf(stack.cluster)
        ).call(
          "PATCH",
          `${rolloutPath}/status?fieldManager=rollouts-controller`,
          [
            {
              op: "status" in now ? "replace" : "add",
              path: "/status",
              value: before["status"] ?? {},
            },
          ],
          "application/json-patch+json",
        );
        assert.deepEqual(changedFields(before, await stack.client.call("GET", rolloutPath)), []);
        await rm(folder, { recursive: true, force: true });
      },
    },
  ];
  return tests.map((test) => ({ ...test, ...(skip !== undefined && { skip }) }));
}
