import { enveloped, statementOf } from "../../../services/evidence/attestation";
import type { Release } from "../../../services/evidence/release";
import type { Fact } from "../../../services/evidence/ledger";
import type { Promotion } from "../../../services/delivery/promotion";
import type { Region } from "../../../services/delivery/rollout";
import { contract, old } from "../../support/rollouts";

export const digest = `sha256:${"b".repeat(64)}`;

export const release: Release = {
  ...old,
  version: "1.0.1",
  published: true,
  image: { repository: "registry.example.com/loan-approval", digest },
};

export function promotion(
  regions: readonly Region[],
  more: Partial<Promotion> = {},
): Promotion & { facts: Fact[] } {
  const facts: Fact[] = [];
  return {
    contract,
    release,
    attestation: enveloped(statementOf(more.release ?? release, {}), []),
    trustedKeys: [],
    regions,
    run: "loan-approval-retraining-x1",
    attempt: undefined,
    actor: "retraining-promoter",
    refusal: () => undefined,
    approval: () => ({ reference: "a".repeat(64) }),
    approverKeys: [],
    record: async (fact) => void facts.push(fact),
    timeoutSeconds: 600,
    pollSeconds: 0.01,
    report: () => undefined,
    ...more,
    facts,
  };
}
