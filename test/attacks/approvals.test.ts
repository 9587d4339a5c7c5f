import { approve } from "../../cli/delivery/approve";
import { approvalIn } from "../../services/delivery/approvals";
import { dutiesOf } from "../../services/contract/tiers";
import { digestOf } from "../infra/serving/fixture";
import { testKey } from "../support/signing";
import { waiting } from "../cli/delivery/api";
import { become, boardApproves, context, entries, resumerLooks } from "../cli/delivery/fixture";

/** One approver of two, with a key, tries to be both, or to have said what nobody asked. */
const board = testKey();
const digest = digestOf("b");
const model = { name: "loan-approval", riskTier: "high" as const };
const inconclusive = {
  ...waiting,
  currentStepIndex: 2,
  pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "2026-11-24T10:15:00Z" }],
};

beforeAll(() => expect(dutiesOf(model.riskTier).approvals).toBe(2));

test("an unsigned approval in an invented role is none beside a signed one", async () => {
  const keys = [
    { role: "ethics-board", key: board.publicKey },
    { role: "model-risk", key: testKey().publicKey },
  ];
  become(waiting);
  await boardApproves({ signer: board.signer, approverKeys: keys });
  const second = { role: "second-opinion", reason: "looks good", approverKeys: keys };
  expect(await approve(context, second)).toHaveProperty("missing");
  expect(await resumerLooks(keys)).toBe(false);
  expect(approvalIn(entries(), model, digest, keys)).toMatchObject({
    missing: expect.stringContaining("second-opinion: a role without keys"),
  });
});

test.each<[string, Record<string, unknown>]>([
  ["the gate", { step: 3, pausedFor: "CanaryPauseStep" }],
  ["no pause", { step: undefined, pausedFor: undefined }],
  ["another region", { step: 3, pausedFor: "CanaryPauseStep", region: "eu-central-1" }],
  ["another version", { step: 3, pausedFor: "CanaryPauseStep", version: "9.9.9" }],
])(
  "an approval of an inconclusive analysis is none when it is replayed as one of %s",
  async (_, as) => {
    const risk = testKey();
    const keys = [
      { role: "ethics-board", key: board.publicKey },
      { role: "model-risk", key: risk.publicKey },
    ];
    become(inconclusive);
    await boardApproves({ signer: board.signer, approverKeys: keys });
    const { actor, details } = entries().at(-1)!;
    const replayed = JSON.parse(JSON.stringify({ ...details, ...as }));
    await context.ledger.record({
      actor,
      action: "approve",
      subject: model.name,
      details: replayed,
    });
    become(waiting);
    const own = { role: "model-risk", reason: "reviewed the card", approverKeys: keys };
    expect(await approve(context, { ...own, signer: risk.signer })).toHaveProperty("missing");
    expect(await resumerLooks(keys)).toBe(false);
    expect(approvalIn(entries(), model, digest, keys)).toMatchObject({
      missing: expect.stringContaining("a signature over something else"),
    });
  },
);

test("an approval is none when it is recorded long after it was signed", async () => {
  const keys = [{ role: "ethics-board", key: board.publicKey }];
  become(waiting);
  await boardApproves({ signer: board.signer, approverKeys: keys });
  const late = entries().map((entry) => ({ ...entry, time: "2099-01-01T00:00:00Z" }));
  expect(approvalIn(late, { ...model, riskTier: "limited" }, digest, keys)).toMatchObject({
    missing: expect.stringContaining("recorded at 2099-01-01"),
  });
});
