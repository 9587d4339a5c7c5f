import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder as realModels } from "../../harness/fixtures";
import { loadVerdicts } from "../../../services/evidence/load";
import { forbiddingVerdict } from "../../../services/evidence/verdict";
import { readLedger, storeAt, verifyLedger } from "../../../services/evidence/ledger";
import { approve, type Approval } from "../../../cli/delivery/approve";
import { kill } from "../../../cli/delivery/kill";
import { restore } from "../../../cli/delivery/restore";
import { openLedger } from "../../../services/delivery/ledger-location";
import { override } from "../../../cli/delivery/override";
import { recordVerdict } from "../../../cli/delivery/record";
import { standing, standingLines } from "../../../cli/delivery/status";
import { testKey } from "../../support/signing";
import { digestOf } from "../../infra/serving/fixture";
import { analysisRun, api, metricResult, type Api } from "./api";
import { sha256 } from "../../../services/contract/digests";
import type { DeliveryContext } from "../../../cli/delivery/regions";

let folder = "";
let region: Api;
let context: DeliveryContext;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-delivery-"));
  cpSync(join(realModels, "loan-approval"), join(folder, "loan-approval"), {
    recursive: true,
    filter: (path) => !path.endsWith(".onnx"),
  });
  region = await api();
  context = {
    cluster: region.cluster,
    model: "loan-approval",
    modelsFolder: folder,
    ledger: await openLedger(join(folder, "ledger.jsonl")),
    now: new Date("2026-11-24T10:40:00Z"),
  };
});
afterEach(async () => {
  await region.stop();
  rmSync(folder, { recursive: true, force: true });
});

const entries = () => readLedger(storeAt(context.ledger.path));
const become = (status: object) => Object.assign(region.rollout.status, status);
const failed = {
  phase: "Degraded",
  abort: true,
  abortedAt: "2026-11-24T10:20:00Z",
  message:
    'RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
};
const promoted = {
  phase: "Healthy",
  message: "",
  stableRS: "bbbb",
  currentStepIndex: 5,
  conditions: [{ type: "Completed", status: "True", lastTransitionTime: "2026-11-24T10:30:00Z" }],
};
const waiting = {
  phase: "Paused",
  message: "CanaryPauseStep",
  currentStepIndex: 3,
  controllerPause: true,
  pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-11-24T10:15:00Z" }],
};

/** The ethics board approved the image before its trial. */
const beforehand = () =>
  context.ledger.record({
    actor: "chair@example.com",
    action: "approve",
    subject: "loan-approval",
    details: { digest: digestOf("b"), role: "ethics-board", reason: "the benefits outweigh" },
  });
/** The ethics board's approval, which high risk asks for beside another. */
const boardApproves = (more: Partial<Approval> = {}) =>
  approve(
    { ...context, cluster: { ...region.cluster, whoAmI: async () => "chair@example.com" } },
    { role: "ethics-board", reason: "the benefits outweigh", ...more },
  );

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

  it("in a role that the stack has keys for counts at the gate only with a signature of one of them", async () => {
    await beforehand();
    become(waiting);
    const board = testKey();
    const approverKeys = [{ role: "ethics-board", key: board.publicKey }];
    expect(
      await approve(context, { role: "model-risk", reason: "reviewed the card", approverKeys }),
    ).toMatchObject({
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

describe("the kill switch", () => {
  const names = () => region.routes.spec.http.map(({ name }) => name);

  it("puts its route before all others, aborts the trial, and is recorded", async () => {
    expect(await kill(context, "champion", "declines everybody")).toEqual({
      region: "eu-west-1",
      aborted: true,
    });
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.routes.spec.http[0]).toMatchObject({
      timeout: "1000ms",
      retries: { attempts: 2 },
      route: [
        {
          destination: { host: "loan-approval-stable.causeway-models.svc.cluster.local" },
          weight: 100,
        },
        { weight: 0 },
      ],
    });
    expect(region.routes.metadata["annotations"]).toEqual({
      "causeway.dev/kill-switch": "champion: declines everybody",
    });
    expect(region.rollout.status["abort"]).toBe(true);
    expect(entries().map(({ actor, action, details }) => [actor, action, details])).toEqual([
      [
        "risk-officer@example.com",
        "kill-switch",
        { region: "eu-west-1", to: "champion", reason: "declines everybody", aborted: true },
      ],
    ]);
  });

  it("turned twice has one route, the newer", async () => {
    await kill(context, "champion", "declines everybody");
    become({ stableRS: "aaaa" });
    await kill(context, "fallback", "so does the champion");
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.routes.spec.http[0]).toMatchObject({ fault: { abort: { httpStatus: 503 } } });
  });

  it("aborts nothing where nothing is on trial", async () => {
    become(promoted);
    expect((await kill(context, "fallback", "declines everybody")).aborted).toBe(false);
    expect(region.writes).toHaveLength(1);
  });

  it("acts although the ledger cannot be written, and says so", async () => {
    writeFileSync(join(folder, "ledger.jsonl"), "no entry\n");
    await expect(kill(context, "champion", "declines everybody")).rejects.toThrow(
      "does not verify",
    );
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.rollout.status["abort"]).toBe(true);
  });

  it("is undone by restore, which leaves the other routes as they are", async () => {
    const before = structuredClone(region.routes.spec.http);
    await kill(context, "fallback", "declines everybody");
    await restore(context, "fixed in 1.4.1");
    expect(region.routes.spec.http).toEqual(before);
    expect(region.routes.metadata["annotations"]).toEqual({});
    expect(entries().map(({ details }) => details["to"])).toEqual(["fallback", "off"]);
    await expect(restore(context, "again")).rejects.toThrow('kill switch: got "off"');
  });
});

describe("an override", () => {
  it("is recorded and gives the block of the stack file that allows the image again", async () => {
    become(failed);
    await recordVerdict(context);
    const retry = await override(context, "the database was down, not the model", digestOf("b"));
    const entry = entries().at(-1)!;
    expect(retry).toEqual({
      digest: digestOf("b"),
      reason: "the database was down, not the model",
      at: entry.time,
      ledger: entry.hash,
    });
    expect([entry.action, entry.actor, entry.details["verdict"]]).toEqual([
      "override",
      "risk-officer@example.com",
      { region: "eu-west-1", outcome: "rolled-back", finishedAt: "2026-11-24T10:20:00Z" },
    ]);
    expect(
      forbiddingVerdict(digestOf("b"), loadVerdicts(folder, "loan-approval"), {
        ...retry,
        at: "2026-11-24T10:45:00Z",
      }),
    ).toBeUndefined();
    expect(verifyLedger(storeAt(context.ledger.path)).flaws).toEqual([]);
  });

  it("is refused for an image that nothing forbids, and without a reason", async () => {
    await expect(override(context, "the database was down")).rejects.toThrow(
      "this one needs no override",
    );
    become(failed);
    await recordVerdict(context);
    await expect(override(context, "why not", digestOf("b"))).rejects.toThrow(
      "10 characters or more",
    );
    expect(entries()).toHaveLength(1);
  });
});

describe("the status", () => {
  it("shows what is desired and, from the stable version's pods, what is live", async () => {
    const found = await standing(region.cluster, "loan-approval");
    expect(standingLines("loan-approval", found)).toEqual([
      "loan-approval in eu-west-1: Progressing, more replicas need to be updated",
      `  desired   1.4.0 ${digestOf("b")}`,
      `  live      ${digestOf("a")}  (not the desired one)`,
      "  step      2 of 5",
      "  analysis  loan-approval-bbbb-2-watch: Running",
    ]);
  });

  it("never takes the desired version for the live one whose pods are gone", async () => {
    region.replicaSets.shift();
    expect((await standing(region.cluster, "loan-approval")).live).toBe("unknown");
  });

  it("shows a kill switch", async () => {
    await kill(context, "champion", "declines everybody");
    expect(
      standingLines("loan-approval", await standing(region.cluster, "loan-approval")).at(-1),
    ).toBe("  KILLED    all requests go to the champion: declines everybody");
  });
});

it("what the API server refuses is said in its own words", async () => {
  region.forbidden = "/apis/argoproj.io";
  await expect(standing(region.cluster, "loan-approval")).rejects.toThrow(
    "forbidden: /apis/argoproj.io/v1alpha1/namespaces/causeway-models/rollouts/loan-approval",
  );
});
