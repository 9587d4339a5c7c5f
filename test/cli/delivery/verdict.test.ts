import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadVerdicts } from "../../../services/evidence/load";
import { forbiddingVerdict } from "../../../services/evidence/verdict";
import { approve } from "../../../cli/delivery/approve";
import { recordVerdict } from "../../../cli/delivery/record";
import { digestOf } from "../../infra/serving/fixture";
import { analysisRun, metricResult, waiting } from "./api";
import { sha256 } from "../../../services/contract/digests";
import {
  become,
  boardApproves,
  context,
  entries,
  failed,
  folder,
  promoted,
  region,
} from "./fixture";

describe("the verdict over a rollout", () => {
  it("is kept with its metrics, looks, statistic, card, approvers and times when the analysis failed", async () => {
    region.analysisRuns.splice(
      0,
      1,
      analysisRun("watch", "1", "Successful"),
      analysisRun("proof", "2", "Running"),
      analysisRun("watch", "2", "Failed", [
        metricResult("errors", "Failed", "[4.71]", { successful: 6, failed: 1 }),
      ]),
    );
    become(failed);
    const { verdict, file, known } = await recordVerdict(context);
    expect(verdict).toEqual({
      model: "loan-approval",
      version: "1.4.0",
      digest: digestOf("b"),
      region: "eu-west-1",
      outcome: "rolled-back",
      message: failed.message,
      strategy: "canary",
      podTemplateHash: "bbbb",
      startedAt: "2026-11-24T10:00:30Z",
      finishedAt: "2026-11-24T10:20:00Z",
      card: { path: "services/models/loan-approval/release/model-card.md", digest: digestOf("6") },
      analyses: [
        {
          name: "loan-approval-bbbb-2-watch",
          phase: "Failed",
          metrics: [
            {
              metric: "errors",
              phase: "Failed",
              value: "[4.71]",
              looks: { successful: 6, failed: 1, inconclusive: 0, error: 0 },
              query: 'gate{name="errors"}',
            },
          ],
        },
        { name: "loan-approval-bbbb-2-proof", phase: "Running", metrics: [] },
      ],
      approvals: [],
      recordedBy: "risk-officer@example.com",
      recordedAt: "2026-11-24T10:40:00Z",
    });
    expect(known).toBe(false);
    expect(file).toBe(
      join(folder, "loan-approval", "verdicts", "1.4.0-eu-west-1-20261124T102000Z.json"),
    );
    expect(loadVerdicts(folder, "loan-approval")).toEqual([verdict]);
    expect(forbiddingVerdict(digestOf("b"), loadVerdicts(folder, "loan-approval"))).toEqual(
      verdict,
    );
  });

  it("stands in the ledger with the hash of its file", async () => {
    become(failed);
    const { file } = await recordVerdict(context);
    const [entry] = entries();
    expect([entry!.action, entry!.subject, entry!.actor]).toEqual([
      "roll-back",
      "loan-approval",
      "risk-officer@example.com",
    ]);
    expect(entry!.details).toEqual({
      version: "1.4.0",
      digest: digestOf("b"),
      region: "eu-west-1",
      outcome: "rolled-back",
      message: failed.message,
      podTemplateHash: "bbbb",
      card: digestOf("6"),
      verdict: sha256(readFileSync(file, "utf8")),
    });
  });

  it("is recorded once, however often, and a crash between file and ledger is made good", async () => {
    become(promoted);
    const first = await recordVerdict(context);
    const again = await recordVerdict({ ...context, now: new Date("2026-12-01T00:00:00Z") });
    expect(again).toEqual({ ...first, known: true });
    expect(entries()).toHaveLength(1);
    writeFileSync(join(folder, "ledger.jsonl"), "");
    await recordVerdict(context);
    expect(entries().map(({ action }) => action)).toEqual(["promote"]);
    expect(readdirSync(join(folder, "loan-approval", "verdicts"))).toHaveLength(1);
  });

  it.each([
    ["promoted", promoted, "promoted", "2026-11-24T10:30:00Z"],
    [
      "aborted by a person",
      { ...failed, message: "RolloutAborted: Rollout aborted update to revision 2" },
      "aborted",
      "2026-11-24T10:20:00Z",
    ],
    [
      "never ready",
      {
        ...failed,
        message:
          'ProgressDeadlineExceeded: ReplicaSet "loan-approval-bbbb" has timed out progressing.',
      },
      "rolled-back",
      "2026-11-24T10:20:00Z",
    ],
  ])(
    "says of a version that was %s what it was and when",
    async (_title, status, outcome, finishedAt) => {
      become(status);
      expect((await recordVerdict(context)).verdict).toMatchObject({ outcome, finishedAt });
    },
  );

  describe("whose message has no reason", () => {
    const aborted = { ...failed, message: "RolloutAborted: Rollout aborted update to revision 2" };
    const fields = (...names: string[]) => ({
      "f:status": Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
    });
    const changed = (...managedFields: object[]) =>
      Object.assign(region.rollout.metadata, {
        managedFields: [
          { manager: "pulumi-kubernetes", fieldsV1: { "f:spec": {} } },
          ...managedFields,
        ],
      });

    it("is a rollback at the start deadline where the controller ended it, and no update releases the image again", async () => {
      become(aborted);
      changed({
        manager: "rollouts-controller",
        fieldsV1: fields("abort", "abortedAt", "currentPodHash"),
      });
      region.rollout.spec["progressDeadlineSeconds"] = 150;
      const { verdict } = await recordVerdict(context);
      expect(verdict).toMatchObject({
        outcome: "rolled-back",
        message:
          "RolloutAborted: Rollout aborted update to revision 2: its pods were not ready within the start deadline of 150 s",
      });
      expect(forbiddingVerdict(digestOf("b"), loadVerdicts(folder, "loan-approval"))).toEqual(
        verdict,
      );
      expect(entries().map(({ action, details }) => [action, details["message"]])).toEqual([
        ["roll-back", verdict.message],
      ]);
    });

    it("is an abort where a person ended it, whatever the controller wrote after that", async () => {
      become(aborted);
      changed(
        { manager: "kubectl-argo-rollouts", fieldsV1: fields("abort") },
        { manager: "rollouts-controller", fieldsV1: fields("abortedAt", "currentPodHash") },
      );
      expect((await recordVerdict(context)).verdict).toMatchObject({
        outcome: "aborted",
        message: aborted.message,
      });
    });
  });

  it.each([
    [
      "on trial",
      {},
      "loan-approval is still on trial: Progressing, more replicas need to be updated",
    ],
    ["waiting for a person", waiting, "loan-approval is still on trial: Paused, CanaryPauseStep"],
    [
      "not seen by the controller",
      { ...promoted, observedGeneration: "3" },
      "loan-approval: the controller has not seen the newest change yet",
    ],
  ])(
    "is not there while the version is %s, and nothing is written",
    async (_title, status, message) => {
      become(status);
      await expect(recordVerdict(context)).rejects.toThrow(message);
      expect(readdirSync(join(folder, "loan-approval"))).not.toContain("verdicts");
      expect(entries()).toEqual([]);
    },
  );

  it("names who approved the release, in which role and why", async () => {
    become(waiting);
    await boardApproves();
    await approve(context, { role: "model-risk", reason: "reviewed the card" });
    become({ ...promoted, pauseConditions: [] });
    const { verdict } = await recordVerdict(context);
    const [first, second] = entries();
    expect(verdict.approvals).toEqual([
      {
        actor: "chair@example.com",
        role: "ethics-board",
        reason: "the benefits outweigh",
        at: first!.time,
        ledger: first!.hash,
      },
      {
        actor: "risk-officer@example.com",
        role: "model-risk",
        reason: "reviewed the card",
        at: second!.time,
        ledger: second!.hash,
      },
    ]);
  });
});
