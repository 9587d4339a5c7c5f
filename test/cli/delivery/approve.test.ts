import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { approve } from "../../../cli/delivery/approve";
import { testKey } from "../../support/signing";
import { digestOf } from "../../infra/serving/fixture";
import { become, boardApproves, context, entries, folder, region, waiting } from "./fixture";

/** The ethics board approved the image before its trial. */
const beforehand = () =>
  context.ledger.record({
    actor: "chair@example.com",
    action: "approve",
    subject: "loan-approval",
    details: { digest: digestOf("b"), role: "ethics-board", reason: "the benefits outweigh" },
  });

describe("an approval", () => {
  it("of high risk waits for one of the ethics board by another person", async () => {
    become(waiting);
    const wanted = "2 approvals by different people in different roles, one of them ethics-board";
    expect(await approve(context, { role: "model-risk", reason: "reviewed the card" })).toEqual({
      digest: digestOf("b"),
      region: "eu-west-1",
      resumed: false,
      missing: `${wanted}; got model-risk by risk-officer@example.com`,
    });
    expect(
      await approve(context, { role: "ethics-board", reason: "the same person" }),
    ).toMatchObject({
      resumed: false,
      missing: `${wanted}; got model-risk by risk-officer@example.com, ethics-board by risk-officer@example.com`,
    });
    expect([region.writes, entries().length]).toEqual([[], 2]);
    expect(await boardApproves()).toEqual({
      digest: digestOf("b"),
      region: "eu-west-1",
      resumed: true,
    });
    expect(region.rollout.status).not.toHaveProperty("pauseConditions");
  });

  it("of a stack with approver keys counts at the gate only with a signature of one of its role", async () => {
    await beforehand();
    become(waiting);
    const [board, risk] = [testKey(), testKey("p256")];
    const approverKeys = [
      { role: "ethics-board", key: board.publicKey },
      { role: "model-risk", key: risk.publicKey },
    ];
    const approving = { role: "model-risk", reason: "reviewed the card", approverKeys };
    expect(await approve(context, approving)).toMatchObject({
      resumed: false,
      missing: expect.stringContaining("; got none"),
    });
    expect(await approve(context, { ...approving, signer: risk.signer })).toMatchObject({
      resumed: false,
      missing: expect.stringContaining("; got model-risk by risk-officer@example.com"),
    });
    expect(await boardApproves({ approverKeys, signer: testKey().signer })).toMatchObject({
      resumed: false,
    });
    expect(await boardApproves({ approverKeys, signer: board.signer })).toMatchObject({
      resumed: true,
    });
  });

  it("given at another step does not count at the gate", async () => {
    become({
      ...waiting,
      currentStepIndex: 2,
      pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "2026-11-24T10:15:00Z" }],
    });
    await boardApproves();
    become(waiting);
    expect(
      await approve(context, { role: "model-risk", reason: "reviewed the card" }),
    ).toMatchObject({ resumed: false });
  });

  it("is recorded under the identity that the API server knows, and then the release goes on as kubectl argo rollouts promote makes it", async () => {
    await beforehand();
    become(waiting);
    expect(await approve(context, { role: "model-risk", reason: "reviewed the card" })).toEqual({
      digest: digestOf("b"),
      region: "eu-west-1",
      resumed: true,
    });
    expect(region.writes).toEqual([
      [
        "PATCH",
        "/apis/argoproj.io/v1alpha1/namespaces/causeway-models/rollouts/loan-approval/status",
        { metadata: { resourceVersion: "100" }, status: { pauseConditions: null } },
      ],
    ]);
    expect(region.rollout.status).not.toHaveProperty("pauseConditions");
    expect(
      entries()
        .slice(1)
        .map(({ actor, action, subject, details }) => ({ actor, action, subject, details })),
    ).toEqual([
      {
        actor: "risk-officer@example.com",
        action: "approve",
        subject: "loan-approval",
        details: {
          region: "eu-west-1",
          digest: digestOf("b"),
          version: "1.4.0",
          podTemplateHash: "bbbb",
          step: 3,
          pausedFor: "CanaryPauseStep",
          role: "model-risk",
          reason: "reviewed the card",
        },
      },
    ]);
  });

  it("after an inconclusive step goes on with the next", async () => {
    become({
      ...waiting,
      currentStepIndex: 2,
      pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "2026-11-24T10:15:00Z" }],
      canary: { currentStepAnalysisRunStatus: { name: "x", status: "Inconclusive" } },
    });
    await approve(context, { role: "model-risk", reason: "too little traffic at night" });
    expect(region.rollout.status).toMatchObject({ controllerPause: false, currentStepIndex: 3 });
    expect(entries()[0]!.details["pausedFor"]).toBe("InconclusiveAnalysisRun");
  });

  it("is applied again where the controller wrote in between, and recorded once", async () => {
    await beforehand();
    become(waiting);
    let writers = 2;
    region.meanwhile = () =>
      void (writers-- > 0 && (region.rollout.metadata.resourceVersion = String(200 + writers)));
    await approve(context, { role: "model-risk", reason: "reviewed the card" });
    expect(region.writes).toHaveLength(3);
    expect(region.rollout.status).not.toHaveProperty("pauseConditions");
    expect(entries()).toHaveLength(2);
  });

  it("does not resume another version that took the place of the approved one", async () => {
    await beforehand();
    become(waiting);
    region.meanwhile = () => {
      region.rollout.metadata.resourceVersion = "300";
      become({ currentPodHash: "cccc" });
    };
    await expect(
      approve(context, { role: "model-risk", reason: "reviewed the card" }),
    ).rejects.toThrow("another version (cccc) took the place of the one that was approved (bbbb)");
    expect(region.rollout.status["pauseConditions"]).toEqual(waiting.pauseConditions);
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

  it("leaves the release paused where it cannot be recorded", async () => {
    become(waiting);
    writeFileSync(join(folder, "ledger.jsonl"), "no entry\n");
    await expect(
      approve(context, { role: "model-risk", reason: "reviewed the card" }),
    ).rejects.toThrow("does not verify:\n  - line 1 is not an entry");
    expect(region.writes).toEqual([]);
  });

  it("of an image that no Rollout runs yet is recorded alone", async () => {
    expect(
      await approve(context, {
        role: "model-risk",
        reason: "reviewed the card",
        digest: digestOf("e"),
      }),
    ).toEqual({ digest: digestOf("e"), region: "eu-west-1", resumed: false });
    expect([entries()[0]!.details["digest"], region.writes]).toEqual([digestOf("e"), []]);
  });
});
