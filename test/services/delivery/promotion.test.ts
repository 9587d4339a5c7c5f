import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLedger, storeAt } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";
import { approvalIn, type ApprovalFound } from "../../../services/delivery/approvals";
import { promoterArguments } from "../../../services/delivery/promote";
import { promote, type Promotion } from "../../../services/delivery/promotion";
import { imageOf, readRollout, releasePatch, standingOf } from "../../../services/delivery/rollout";
import { MemoryStore } from "../../support/object-store";
import { contract, manifest, patched, region, repository, served } from "../../support/rollouts";
import { digest, promotion, release } from "./promotion-fixture";

const referenceOf = (found: ApprovalFound) => ("reference" in found ? found.reference : undefined);

describe("the patch of a release", () => {
  test("makes exactly the Rollout that the program would make of the release", () => {
    const { spec, metadata } = patched(served(), releasePatch(served(), contract, release));
    const wanted = readRollout({
      ...manifest(release),
      metadata: { ...manifest(release).metadata, resourceVersion: "7", generation: 3 },
    });
    expect(spec).toEqual(wanted.spec);
    expect(metadata.labels).toEqual(wanted.metadata.labels);
  });

  test("keeps to the release's fields", () => {
    expect(
      releasePatch(served(), contract, release).map(({ op, path }) => `${op} ${path}`),
    ).toEqual([
      "test /metadata/resourceVersion",
      "replace /metadata/labels/causeway.dev~1owner",
      "replace /metadata/labels/causeway.dev~1risk-tier",
      "replace /metadata/labels/causeway.dev~1release",
      "replace /spec/template/metadata/labels/app.kubernetes.io~1version",
      "replace /spec/template/metadata/labels/causeway.dev~1owner",
      "replace /spec/template/metadata/labels/causeway.dev~1risk-tier",
      "replace /spec/template/metadata/labels/causeway.dev~1release",
      "replace /spec/template/metadata/annotations/causeway.dev~1release",
      "replace /spec/template/spec/containers/0/image",
    ]);
  });

  test("does not apply to an object that changed meanwhile", () => {
    const changed = { ...served(), metadata: { ...served().metadata, resourceVersion: "9" } };
    expect(() => patched(changed, releasePatch(served(), contract, release))).toThrow(
      "409 /metadata/resourceVersion is 9",
    );
  });

  test.each([
    [
      "the controller has not seen it",
      "waiting",
      { observedGeneration: "2", phase: "Healthy", stableRS: "a", currentPodHash: "a" },
    ],
    [
      "the trial goes on",
      "waiting",
      { observedGeneration: "3", phase: "Progressing", stableRS: "a", currentPodHash: "b" },
    ],
    [
      "a person has to decide",
      "waiting",
      { observedGeneration: "3", phase: "Paused", stableRS: "a", currentPodHash: "b" },
    ],
    [
      "it takes all requests",
      "promoted",
      { observedGeneration: "3", phase: "Healthy", stableRS: "b", currentPodHash: "b" },
    ],
    [
      "the trial ended badly",
      "rolled-back",
      { observedGeneration: "3", phase: "Degraded", stableRS: "a", currentPodHash: "b" },
    ],
    [
      "a person ended it",
      "rolled-back",
      {
        observedGeneration: "3",
        phase: "Progressing",
        abort: true,
        stableRS: "a",
        currentPodHash: "b",
      },
    ],
  ])("when %s, the release is %s", (_, standing, status) => {
    const now = served();
    expect(standingOf({ ...now, status }, imageOf(now))).toBe(standing);
  });

  test("another image in its place is no promotion", () => {
    expect(standingOf(served(), `${repository}@${digest}`)).toBe("rolled-back");
  });
});

describe("a promotion", () => {
  test("goes region by region and records each", async () => {
    const regions = [region("eu-west-1", "Healthy"), region("eu-central-1", "Healthy")];
    const given = promotion(regions);
    expect((await promote(given)).map(({ region: name, outcome }) => [name, outcome])).toEqual([
      ["eu-west-1", "promoted"],
      ["eu-central-1", "promoted"],
    ]);
    expect(regions.map(({ now }) => imageOf(now))).toEqual([
      `${repository}@${digest}`,
      `${repository}@${digest}`,
    ]);
    expect(
      given.facts.map(({ action, subject, details }) => [
        action,
        subject,
        details["region"],
        details["digest"],
        details["run"],
        details["approval"],
      ]),
    ).toEqual([
      [
        "promote",
        "loan-approval",
        "eu-west-1",
        digest,
        "loan-approval-retraining-x1",
        "a".repeat(64),
      ],
      [
        "promote",
        "loan-approval",
        "eu-central-1",
        digest,
        "loan-approval-retraining-x1",
        "a".repeat(64),
      ],
    ]);
  });

  test("touches no further region after a failure", async () => {
    const regions = [region("eu-west-1", "Degraded"), region("eu-central-1", "Healthy")];
    const given = promotion(regions);
    expect(
      (await promote(given)).map(({ region: name, outcome, message }) => [name, outcome, message]),
    ).toEqual([["eu-west-1", "rolled-back", "analysis failed"]]);
    expect(regions.map(({ patches }) => patches)).toEqual([1, 0]);
    expect(given.facts.map(({ action }) => action)).toEqual(["roll-back"]);
  });

  test("gives up after its time, with the controller's last word", async () => {
    const given = promotion([region("eu-west-1", "never")], { timeoutSeconds: 0.05 });
    expect((await promote(given)).map(({ outcome, message }) => [outcome, message])).toEqual([
      ["timed-out", "Healthy"],
    ]);
  });

  test("run again, does not patch a region that has the release", async () => {
    const one = region("eu-west-1", "Healthy");
    await promote(promotion([one]));
    const again = promotion([one, region("eu-central-1", "Healthy")]);
    expect((await promote(again)).map(({ outcome }) => outcome)).toEqual(["promoted", "promoted"]);
    expect(one.patches).toBe(1);
  });

  const compared = (attempt: number) => ({
    ...release,
    comparison: {
      champion: "1.0.0",
      metric: "auc",
      attempt,
      level: 0.01,
      p: 0.001,
      rows: 500,
      newerThan: null,
    },
  });

  test("promotes a challenger that was judged as the attempt that it is on record as", async () => {
    const one = region("eu-west-1", "Healthy");
    const results = await promote(promotion([one], { release: compared(3), attempt: 3 }));
    expect(results.map(({ outcome }) => outcome)).toEqual(["promoted"]);
  });

  test.each<[string, Partial<Promotion>, string]>([
    [
      "an image that no registry holds",
      { release: { ...release, published: false } },
      "published: got false, allowed: true: publish the image first",
    ],
    [
      "an image that nobody approved",
      { approval: (of) => approvalIn([], contract, of, []) },
      `approvals: got "${digest}", allowed: an image whose approval is recorded (2 approvals by different people in different roles, one of them ethics-board; got none): npx causeway delivery approve loan-approval --digest ${digest}`,
    ],
    [
      "an image that failed before",
      { refusal: () => ({ message: "it was rolled-back in eu-west-1", remedy: "serve another" }) },
      "allowed: it was rolled-back in eu-west-1: serve another",
    ],
    [
      "a challenger that was judged as an earlier attempt than it is on record as",
      { release: compared(1), attempt: 3 },
      "comparison.attempt: got 1, allowed: 3, which the ledger has for this run",
    ],
    [
      "a challenger that was compared with nothing, of a run that is on record as an attempt",
      { attempt: 2 },
      "comparison.attempt: got nothing, allowed: 2, which the ledger has for this run",
    ],
    [
      "a challenger of a run that is on record as no attempt",
      { release: compared(1) },
      "comparison.attempt: got 1, allowed: none: the ledger has no attempt of this run",
    ],
    [
      "another model's release",
      { release: { ...release, model: "other" } },
      'model: got "other", allowed: loan-approval',
    ],
    [
      "a model whose contract changed",
      { contract: { ...contract, purpose: "Another." } },
      'regions.eu-west-1: got "another contract"',
    ],
  ])("refuses %s before it touches anything", async (_, more, message) => {
    const one = region("eu-west-1", "Healthy");
    await expect(promote(promotion([one], more))).rejects.toThrow(message);
    expect(one.patches).toBe(0);
  });
});

describe("the promoter's command", () => {
  test("names every argument that is missing, and wants a place for orders where there are several regions", () => {
    expect(() => promoterArguments([])).toThrow(
      /--contract: .*\n.*--attestation: .*\n.*--ledger: .*\n.*--run: .*\n.*--region: /,
    );
    const given = [
      "--contract=a",
      "--attestation=b",
      "--ledger=c",
      "--run=d",
      "--region=x",
      "--region=y",
    ];
    expect(() => promoterArguments(given)).toThrow(
      "--orders: got nothing, allowed: where the promoters of other regions look for orders: a folder or s3://bucket/prefix",
    );
    expect(() => promoterArguments([...given, "--orders=o", "--home=z"])).toThrow(
      '--home: got "z", allowed: one of the regions: x, y',
    );
    expect(promoterArguments([...given, "--orders=o", "--home=y"])).toMatchObject({
      regions: ["x", "y"],
      home: "y",
      orders: "o",
    });
  });

  test("keeps the ledger in an object store, one object for an entry, and finds the approval there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-ledger-test-"));
    const store = new MemoryStore();
    try {
      const ledger = await openLedger("s3://audit/ledger", { objects: store });
      await ledger.record({
        actor: "approver@example.com",
        action: "approve",
        subject: "loan-approval",
        details: { digest, role: "model-risk", reason: "reviewed" },
      });
      expect(store.calls.map(([operation, at]) => [operation, at.split("/")[1]])).toEqual([
        ["versions", "heads"],
        ["versions", "ledger"],
        ["putNew", "approvals"],
        ["putNew", "ledger"],
      ]);
      const found = async (model = contract, of = digest) =>
        referenceOf(approvalIn(await ledger.entries(), model, of, []));
      const limited = { ...contract, riskTier: "limited" as const };
      expect([await found(), await found(limited)]).toEqual([
        undefined,
        (await ledger.chain())[0]!.hash,
      ]);
      await ledger.record({
        actor: "approver@example.com",
        action: "approve",
        subject: "loan-approval",
        details: { digest, role: "ethics-board", reason: "the same person" },
      });
      expect(await found()).toBeUndefined();
      await ledger.record({
        actor: "board@example.com",
        action: "approve",
        subject: "loan-approval",
        details: { digest, reason: "in no role" },
      });
      expect(await found()).toBeUndefined();
      await ledger.record({
        actor: "board@example.com",
        action: "approve",
        subject: "loan-approval",
        details: { digest, role: "ethics-board", reason: "reviewed" },
      });
      expect(await found()).toBe((await ledger.chain())[3]!.hash);
      expect(await found(contract, `sha256:${"c".repeat(64)}`)).toBeUndefined();
      await (
        await openLedger(join(folder, "ledger.jsonl"))
      ).record({ actor: "a", action: "promote", subject: "m", details: {} });
      expect(readLedger(storeAt(join(folder, "ledger.jsonl"))).length).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
