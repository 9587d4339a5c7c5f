import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { approve, awaitResumed } from "../../../cli/delivery/approve";
import { waitingOf, type Waiting } from "../../../services/delivery/pause";
import { digestOf } from "../../infra/serving/fixture";
import { waiting } from "./api";
import { become, boardApproves, context, entries, folder, region, resumerLooks } from "./fixture";

/** The ethics board approved the image before its trial. */
const beforehand = () =>
  context.ledger.record({
    actor: "chair@example.com",
    action: "approve",
    subject: "loan-approval",
    details: { digest: digestOf("b"), role: "ethics-board", reason: "the benefits outweigh" },
  });
const atGate: Waiting = {
  region: "eu-west-1",
  digest: digestOf("b"),
  podTemplateHash: "bbbb",
  step: 3,
  pausedFor: "CanaryPauseStep",
  pausedAt: "2026-11-24T10:15:00Z",
};
const risk = { role: "model-risk", reason: "reviewed the card" };
const patience = { timeoutSeconds: 1, pollSeconds: 0.05, report: () => undefined };

describe("an approval", () => {
  it("of high risk says what is missing, until one of the ethics board by another person is there", async () => {
    become(waiting);
    const wanted = "2 approvals by different people in different roles, one of them ethics-board";
    expect(await approve(context, risk)).toEqual({
      digest: digestOf("b"),
      region: "eu-west-1",
      waiting: atGate,
      missing: `${wanted}; got model-risk by risk-officer@example.com`,
    });
    expect(await approve(context, { ...risk, role: "ethics-board" })).toMatchObject({
      missing: `${wanted}; got model-risk by risk-officer@example.com, ethics-board by risk-officer@example.com`,
    });
    expect(await boardApproves()).toEqual({
      digest: digestOf("b"),
      region: "eu-west-1",
      waiting: atGate,
    });
    expect(entries()).toHaveLength(3);
  });

  it("changes nothing in the cluster: it is recorded under the identity that the API server knows", async () => {
    await beforehand();
    become(waiting);
    await approve(context, risk);
    expect([region.writes, region.configMaps]).toEqual([[], []]);
    expect(
      entries()
        .slice(1)
        .map(({ actor, action, subject, details }) => ({ actor, action, subject, details })),
    ).toEqual([
      {
        actor: "risk-officer@example.com",
        action: "approve",
        subject: "loan-approval",
        details: { ...atGate, version: "1.4.0", ...risk },
      },
    ]);
  });

  it("is taken into a cluster whose resumer reads no bucket, where others find it", async () => {
    become(waiting);
    const carrying = { ...context, carries: true };
    expect(await approve(carrying, risk)).toHaveProperty("missing");
    expect(region.configMaps).toEqual([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: `approval-${entries()[0]!.hash.slice(0, 40)}`,
          labels: { "causeway.dev/approval-of": "loan-approval" },
        },
        immutable: true,
        data: { actor: "risk-officer@example.com", entry: JSON.stringify(entries()[0]) },
      },
    ]);
    const chair = { ...region.cluster, whoAmI: async () => "chair@example.com" };
    const second = { role: "ethics-board", reason: "the benefits outweigh" };
    expect(await approve({ ...carrying, cluster: chair }, second)).not.toHaveProperty("missing");
  });

  it("ends when the resumer took the release out of its pause", async () => {
    await beforehand();
    become(waiting);
    await approve(context, risk);
    const ending = awaitResumed(context, atGate, patience);
    expect(await resumerLooks()).toBe(true);
    expect(await ending).toBe("resumed");
  });

  it("ends when the release waits at another pause, or was aborted, or the time is over", async () => {
    become(waiting);
    expect(await awaitResumed(context, atGate, { ...patience, timeoutSeconds: 0 })).toBe("waits");
    expect(await awaitResumed(context, { ...atGate, step: 2 }, patience)).toBe("resumed");
    become({ abort: true });
    expect(await awaitResumed(context, atGate, patience)).toBe("aborted");
  });

  it.each([
    [
      "runs",
      {},
      'status: got "Progressing, more replicas need to be updated", allowed: a release that waits for a person',
    ],
    [
      "pauses for a while",
      { ...waiting, currentStepIndex: 1 },
      'status: got "a pause of 600s, which ends by itself"',
    ],
  ])("is refused while the release %s, and not recorded", async (_title, status, message) => {
    become(status);
    await expect(
      approve(context, { role: "model-risk", reason: "reviewed the card" }),
    ).rejects.toThrow(message);
    expect([entries(), region.writes]).toEqual([[], []]);
  });

  it("needs a role and a reason", async () => {
    become(waiting);
    await expect(approve(context, { role: "Model Risk", reason: "x" })).rejects.toThrow(
      'got "Model Risk", allowed: a name',
    );
    await expect(approve(context, { role: "model-risk", reason: " " })).rejects.toThrow(
      "allowed: a reason in words",
    );
  });

  it("takes nothing into the cluster where it cannot be recorded", async () => {
    become(waiting);
    writeFileSync(join(folder, "ledger.jsonl"), "no entry\n");
    await expect(approve({ ...context, carries: true }, risk)).rejects.toThrow(
      "does not verify:\n  - line 1 is not an entry",
    );
    expect(region.configMaps).toEqual([]);
  });

  it("of an image that no Rollout runs yet is recorded alone", async () => {
    expect(await approve(context, { ...risk, digest: digestOf("e") })).toEqual({
      digest: digestOf("e"),
      region: "eu-west-1",
    });
    expect([entries()[0]!.details["digest"], region.writes]).toEqual([digestOf("e"), []]);
  });
});

it("knows a Rollout at its gate", async () => {
  become(waiting);
  expect(waitingOf(await region.cluster.rollout("loan-approval"))).toEqual(atGate);
});
