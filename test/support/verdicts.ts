import { verdictSchema, type Retry, type Verdict } from "../../services/evidence/verdict";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A valid verdict over the image of the digit a; `change` makes it another. */
export function verdict(change: Partial<Verdict> = {}): Verdict {
  return verdictSchema.parse({
    model: "loan-approval",
    version: "1.4.0",
    digest: digest("a"),
    region: "eu-west-1",
    outcome: "rolled-back",
    message:
      'RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
    strategy: "canary",
    podTemplateHash: "6b7c9d",
    startedAt: "2026-11-24T10:00:00Z",
    finishedAt: "2026-11-24T10:20:00Z",
    card: { path: "services/models/loan-approval/release/model-card.md", digest: digest("5") },
    analyses: [],
    approvals: [],
    recordedBy: "delivery@example.com",
    recordedAt: "2026-11-24T10:21:00Z",
    ...change,
  });
}

/** A decision after that verdict to try its image again. */
export const retry: Retry = {
  digest: digest("a"),
  reason: "the database was down, not the model",
  at: "2026-11-24T11:00:00Z",
  ledger: "b".repeat(64),
};
