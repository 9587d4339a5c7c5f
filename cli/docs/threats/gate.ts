import type { Threat } from "./threat";

/** Threats to the approval of a release, and to what acts by it. */
export const gateThreats: readonly Threat[] = [
  {
    id: "approval-in-own-cause",
    stride: "elevation",
    story: "One person deploys and approves a high-risk model, or erases evidence of it.",
    elements: ["Platform roles", "Tenancy", "Retraining"],
    flows: ["promotion", "change"],
    rules: [
      "access-separation-of-duties",
      "access-admission-duties",
      "access-approval-role",
      "governance-model-approval-channel",
      "governance-retraining-approval",
    ],
    tests: [
      "test/attacks/approvals.test.ts",
      "test/policies/rules/access/duties.test.ts",
      "test/e2e/duties.ts",
      "test/e2e/attacks/releases.ts",
    ],
    residual:
      "Two people together can; the ledger names both. Without AWS and without approver keys, roles and names are claims, and one person can make both. One person with two keys, or with two IAM roles, counts as two.",
  },
  {
    id: "gate-bypass",
    stride: "elevation",
    story:
      "One person lets a release through its gate: by a patch, by one approval in two roles, by an approval of something else, or by the resumer's account.",
    elements: ["Resumer", "Tenancy"],
    flows: ["approvals", "resumption"],
    rules: [
      "access-admission-duties",
      "access-separation-of-duties",
      "governance-resumer-tier",
      "access-rbac-wildcard",
      "access-rbac-escalation",
    ],
    tests: [
      "test/services/delivery/resume.test.ts",
      "test/infra/workflows/resumer.test.ts",
      "test/e2e/resumption.ts",
      "test/e2e/attacks/resumption.ts",
      "test/e2e/validations.ts",
    ],
    residual:
      "Without approver keys the person of an approval is a claim of the approver's program, on AWS within the role that IAM gives them. The identity that runs pulumi up could change the resumer's image or the policies.",
  },
  {
    id: "resumer-lost",
    stride: "denial",
    story: "The resumer does not run or cannot read the ledger, and an approved release waits.",
    elements: ["Resumer"],
    flows: ["approvals", "resumption"],
    rules: [],
    tests: [
      "test/infra/observability/promtool/resumer.ts",
      "test/services/delivery/resume.test.ts",
      "test/cli/delivery/approve.test.ts",
    ],
    residual:
      "The release stays paused with the share of requests that its trial has, and may be aborted; nobody resumes it by hand.",
  },
];
