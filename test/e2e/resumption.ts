import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { approve } from "../../cli/delivery/approve";
import { clusterOf } from "../../cli/delivery/cluster";
import { groups, namespaces, resumerAccount } from "../../infra/kubernetes/labels";
import type { Send } from "../../services/delivery/connection";
import { openLedger } from "../../services/delivery/ledger-location";
import { carriedApproval } from "../../services/evidence/approvals";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import type { JsonObject } from "../harness/lib/json";
import type { KubernetesClient } from "../harness/lib/kubernetes/client";
import { run, type RunResult } from "../harness/lib/process";
import { errorMessage } from "../harness/lib/text";
import type { Test } from "../harness/runner";
import { resumptionAttacks } from "./attacks/resumption";
import { as, patch, refusal, waiting } from "./duty-requests";
import { at } from "./planned";
import { accountKubeconfig, compiled, controllerOf, model, rolloutPath } from "./promoter";
import type { SharedStack } from "./stack";

const configMaps = `/api/v1/namespaces/${namespaces.models}/configmaps`;
const merge = "application/merge-patch+json";

const sendOf =
  (client: KubernetesClient): Send =>
  async ({ method, path: url, body, contentType }) => ({
    status: 200,
    text: JSON.stringify(
      await client.call(
        method,
        url,
        body === undefined ? undefined : (JSON.parse(body) as JsonObject),
        contentType,
      ),
    ),
  });

/** The Rollout as the controller leaves it at its gate, with a version on trial. */
async function waitsAtGate({ client, cluster }: SharedStack): Promise<void> {
  const rollout = await client.call("GET", rolloutPath);
  const steps = at(rollout, "spec", "strategy", "canary", "steps") as JsonObject[];
  const gate = steps.findIndex(
    (step) => "pause" in step && at(step, "pause", "duration") === undefined,
  );
  assert.ok(gate >= 0, "a step waits for a person");
  const status = {
    observedGeneration: String(at(rollout, "metadata", "generation")),
    phase: "Paused",
    message: "CanaryPauseStep",
    stableRS: "e2e-stable",
    currentPodHash: "e2e-trial",
    currentStepIndex: gate,
    controllerPause: true,
    pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-11-24T03:00:00Z" }],
  };
  await (
    await controllerOf(cluster)
  ).call("PATCH", `${rolloutPath}/status?fieldManager=rollouts-controller`, { status }, merge);
}

/** A release that somebody holds, or has aborted. */
function held(stack: SharedStack): Test[] {
  const hold = (paused: boolean) => patch(rolloutPath, { spec: { paused } });
  const ask = async (group: keyof typeof groups) =>
    refusal(await stack.cluster.member(groups[group]), hold(false));
  return [
    {
      title: "a release that is held may be let go by who may hold it, and by no pipeline",
      run: async () => {
        const admins = await stack.cluster.member(groups.platformAdmins);
        await admins.call("PATCH", rolloutPath, hold(true).body, merge);
        for (const group of ["pipelines", "approvers", "mlEngineers"] as const)
          assert.match((await ask(group)) ?? "admitted", /is forbidden|denied request/);
        // Two duties in one identity, and an approver whom RBAC would let patch a Rollout.
        for (const of of [
          [groups.platformAdmins, groups.pipelines],
          [groups.approvers, "system:masters"],
        ])
          assert.match(
            (await refusal(await as(stack, "e2e-double", of), hold(false))) ?? "admitted",
            /must be let go by/,
          );
        for (const group of ["platformAdmins", "breakGlass"] as const)
          assert.equal(await ask(group), undefined);
        await admins.call("PATCH", rolloutPath, { spec: { paused: null } }, merge);
      },
    },
    {
      title: "a release that was aborted stays so, whoever may abort it",
      run: async () => {
        const controller = await controllerOf(stack.cluster);
        const url = `${rolloutPath}/status`;
        const aborted = (abort: boolean | null) => patch(url, { status: { abort } });
        await controller.call("PATCH", url, aborted(true).body, merge);
        for (const group of ["platformAdmins", "breakGlass"] as const)
          for (const abort of [false, null])
            assert.match(
              (await refusal(await stack.cluster.member(groups[group]), aborted(abort))) ?? "",
              /must be resumed by the resumer alone/,
            );
        await controller.call("PATCH", url, aborted(null).body, merge);
      },
    },
  ];
}

/**
 * The resumer against the real API server: the compiled file with the token of its own account, and
 * approvers who give their approvals by the code of the command.
 */
export function resumptionTests(stack: SharedStack): Test[] {
  let folder = "";
  let file = "";
  let kubeconfig = "";
  let before: JsonObject = {};

  const resumer = async (): Promise<RunResult> =>
    run(process.execPath, [file, "--region=local", `--model=${model}=high`], {
      cwd: fixtureProject,
      env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: kubeconfig },
      timeoutMs: 60_000,
    });
  const approves = async (client: KubernetesClient, role: string) =>
    approve(
      {
        cluster: clusterOf(sendOf(client)),
        model,
        modelsFolder,
        ledger: await openLedger(path.join(folder, `${role}.jsonl`)),
        carries: true,
      },
      { role, reason: "reviewed the card" },
    );
  const pauses = async () =>
    at(await stack.client.call("GET", rolloutPath), "status", "pauseConditions");

  return [
    {
      title: "a release waits for a person again, and the resumer is compiled",
      run: async () => {
        folder = await mkdtemp(
          path.join(os.tmpdir(), `causeway-resumption-${randomBytes(3).toString("hex")}-`),
        );
        file = await compiled(folder, "resume");
        kubeconfig = (await accountKubeconfig(stack, folder, resumerAccount)).file;
        before = await stack.client.call("GET", rolloutPath);
        await waiting(stack, true);
      },
    },
    ...resumptionAttacks(stack),
    ...held(stack),
    {
      title: "the resumer leaves a release alone that nobody approved",
      run: async () => {
        await waitsAtGate(stack);
        const { code, stdout, stderr } = await resumer();
        assert.equal(code, 0, stderr);
        assert.match(stdout, /waits for 2 approvals by different people/);
        assert.ok(await pauses());
      },
    },
    {
      title: "one approver in both roles does not resume it, by the command or beside it",
      run: async () => {
        const client = await stack.cluster.member(groups.approvers);
        assert.match((await approves(client, "model-risk")).missing ?? "", /got model-risk by e2e/);
        assert.match((await approves(client, "ethics-board")).missing ?? "", /ethics-board by e2e/);
        const { code, stdout, stderr } = await resumer();
        assert.equal(code, 0, stderr);
        assert.match(stdout, /waits for 2 approvals by different people/);
        assert.ok(await pauses());
      },
    },
    {
      title: "nobody changes an approval that was given, nor does its giver take it back",
      run: async () => {
        const list = await stack.client.call(
          "GET",
          `${configMaps}?labelSelector=${carriedApproval.label}`,
        );
        const url = `${configMaps}/${String(at(list, "items", 0, "metadata", "name"))}`;
        const approver = await stack.cluster.member(groups.approvers);
        const change = { metadata: { labels: { more: "x" } } };
        const without = { metadata: { labels: { [carriedApproval.label]: null } } };
        assert.match((await refusal(stack.client, patch(url, change))) ?? "", /must stay/);
        assert.match((await refusal(stack.client, patch(url, without))) ?? "", /must stay/);
        assert.match((await refusal(approver, patch(url, change))) ?? "", /forbidden/);
        // Whoever gave it, where RBAC would let them.
        const giver = await as(stack, groups.approvers.replace("causeway:", "e2e-"), [
          groups.approvers,
          "system:masters",
        ]);
        assert.match((await refusal(giver, patch(url, change))) ?? "", /must stay/);
        assert.match(
          await approver.call("DELETE", `${url}?dryRun=All`).then(() => "", errorMessage),
          /forbidden/,
        );
      },
    },
    {
      title: "with another person's approval the resumer resumes it, and leaves it alone then",
      run: async () => {
        const chair = await as(stack, "e2e-chair", [groups.approvers, "system:authenticated"]);
        assert.equal((await approves(chair, "ethics-board")).missing, undefined);
        const { code, stdout, stderr } = await resumer();
        assert.equal(code, 0, stderr);
        assert.match(stdout, /was resumed/);
        assert.equal(await pauses(), undefined);
        assert.equal((await resumer()).stdout, "");
      },
    },
    {
      title: "the same version that waits anew waits for new approvals",
      run: async () => {
        await waitsAtGate(stack);
        await (
          await controllerOf(stack.cluster)
        ).call(
          "PATCH",
          `${rolloutPath}/status?fieldManager=rollouts-controller`,
          {
            status: {
              pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-11-25T03:00:00Z" }],
            },
          },
          merge,
        );
        assert.match((await resumer()).stdout, /waits for 2 approvals/);
      },
    },
    {
      title: "the Rollout is put back",
      run: async () => {
        const now = await stack.client.call("GET", rolloutPath);
        const value = before["status"] ?? {};
        await (
          await controllerOf(stack.cluster)
        ).call(
          "PATCH",
          `${rolloutPath}/status?fieldManager=rollouts-controller`,
          [{ op: "status" in now ? "replace" : "add", path: "/status", value }],
          "application/json-patch+json",
        );
        await rm(folder, { recursive: true, force: true });
      },
    },
  ];
}

/** Removes the approvals that were given. */
export async function removeApprovals({ client }: SharedStack): Promise<void> {
  await client.call("DELETE", `${configMaps}?labelSelector=${carriedApproval.label}`);
}
